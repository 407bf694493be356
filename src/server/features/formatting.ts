/**
 * Formatting: indentation, the space behind colons and in brackets, blank lines. The result is offered only when it reads
 * as the same values and the same comments; what has a syntax error is left as it is.
 */
import type { FormattingOptions, TextEdit } from 'vscode-languageserver/node';
import type { ProfileDocument } from '../profile-document.ts';
import { formatJson } from './format-json.ts';
import { indentLines } from './format-lines.ts';
import { readForFormat, sameMeaning } from './format-meaning.ts';
import { spaceInLines } from './format-spacing.ts';

export function formatFile(file: ProfileDocument, { tabSize }: FormattingOptions): TextEdit[] {
  const text = formatText(file.text, Math.min(Math.max(Math.trunc(tabSize) || 2, 1), 8), file.isJson);
  return text === undefined || text === file.text ? [] : [changeOf(file, text)];
}

/** Undefined where nothing can be said or nothing is to be done. `indent` is in columns. */
export function formatText(text: string, indent: number, json: boolean): string | undefined {
  const before = readForFormat(text);
  // Tabs, and line ends of other systems: what would come out of mixing them is not worth the risk.
  if (before === undefined || /\t/.test(text)) return undefined;
  const lines = text.replaceAll('\r\n', '\n');
  if (lines.includes('\r')) return undefined;
  const after = (json ? formatJson(lines, indent) : undefined) ?? formatYaml(lines, indent);
  const result = lines === text ? after : after?.replaceAll('\n', '\r\n');
  if (result === undefined || result === text) return undefined;
  const read = readForFormat(result);
  return read !== undefined && sameMeaning(before, read) ? result : undefined;
}

function formatYaml(text: string, indent: number): string | undefined {
  const spaced = spaceInLines(text);
  const read = readForFormat(spaced);
  return read === undefined ? undefined : indentLines(spaced, read.tree, indent);
}

/** One edit from the first to the last character that differ. */
function changeOf(file: ProfileDocument, text: string): TextEdit {
  const old = file.text;
  const shorter = Math.min(old.length, text.length);
  let start = 0;
  while (start < shorter && old[start] === text[start]) start += 1;
  let tail = 0;
  while (tail < shorter - start && old[old.length - 1 - tail] === text[text.length - 1 - tail]) tail += 1;
  // Not between the two characters of a line break: editors would see another one.
  while (start > 0 && /[\r\n]/.test(old.charAt(start - 1))) start -= 1;
  while (tail > 0 && /[\r\n]/.test(old.charAt(old.length - tail))) tail -= 1;
  return {
    range: file.range({ start, end: old.length - tail }),
    newText: text.slice(start, text.length - tail),
  };
}
