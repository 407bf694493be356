/** Completion, also in half-written text. */
import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  InsertTextMode,
  type Position,
} from 'vscode-languageserver/node';
import { profileOfPlace } from '../places.ts';
import type { ProfileDocument } from '../profile-document.ts';
import { type Caret, caretAt } from './caret.ts';
import { effectiveVersion } from './effective-version.ts';
import { type Draft, keyDrafts } from './keys.ts';
import type { KnownNames } from './known-names.ts';
import { indentRest, plainText } from './snippet-text.ts';
import { type ValueDraft, valueDrafts } from './values.ts';

/** What the client can do with a completion. */
export interface CompletionAbilities {
  readonly snippets: boolean;
}

export function complete(
  file: ProfileDocument,
  position: Position,
  names: () => KnownNames,
  abilities: CompletionAbilities,
): CompletionItem[] {
  const caret = caretAt(file.text, file.offset(position));
  if (caret === undefined) return [];
  if (caret.on === 'key') {
    const profile = profileOfPlace({
      ...caret,
      value: { kind: 'nothing', range: { start: 0, end: 0 } },
    })?.key;
    const version = effectiveVersion(file.tree, profile);
    return keyDrafts(caret, version, file.isJson).map((draft) => keyItem(file, caret, draft, abilities));
  }
  return valueDrafts(caret, file, names())
    .filter(({ text, kind }) => kind !== CompletionItemKind.Reference || text !== caret.typed)
    .map((draft, index) => valueItem(file, caret, draft, index));
}

function keyItem(
  file: ProfileDocument,
  caret: Caret,
  draft: Draft,
  abilities: CompletionAbilities,
): CompletionItem {
  const { snippet, ...item } = draft;
  const column = caret.column + (caret.dash ? 2 : 0);
  const text = `${caret.lead}${caret.dash ? '- ' : ''}${indentRest(snippet, column)}`;
  return {
    ...item,
    insertTextFormat: abilities.snippets ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    insertTextMode: InsertTextMode.asIs,
    ...filter(file, caret, draft.label),
    textEdit: { range: file.range(caret.replace), newText: abilities.snippets ? text : plainText(text) },
  };
}

function valueItem(file: ProfileDocument, caret: Caret, draft: ValueDraft, index: number): CompletionItem {
  const { text, kind, detail, bare, from = 0 } = draft;
  const start = Math.min(caret.replace.start + from, caret.replace.end);
  const replace = { start, end: caret.replace.end };
  // A bracket that the editor has closed by itself is taken over.
  const closes =
    text.endsWith('}') && bare !== true && file.text.charAt(replace.end) === '}' && !caret.inFlow;
  const whole = from === 0;
  return {
    label: text,
    kind,
    ...(detail === undefined ? {} : { detail }),
    sortText: String(index).padStart(4, '0'),
    insertTextFormat: InsertTextFormat.PlainText,
    filterText: `${leadOf(file, caret, replace.start)}${text}`,
    textEdit: {
      range: file.range({ start: replace.start, end: replace.end + (closes ? 1 : 0) }),
      newText: `${caret.lead}${spellValue(text, caret, file.isJson, bare === true, whole)}`,
    },
  };
}

/** Editors match what they replace against the filter text, white space in it included. */
function leadOf(file: ProfileDocument, { quote }: Caret, start: number): string {
  return quote !== undefined && file.text.charAt(start) === quote ? quote : '';
}

function filter(file: ProfileDocument, caret: Caret, label: string): Pick<CompletionItem, 'filterText'> {
  const lead = leadOf(file, caret, caret.replace.start);
  return lead === '' ? {} : { filterText: `${lead}${label}` };
}

/** A value as it has to stand there: in quotes where it would be read as something else. */
function spellValue(
  text: string,
  { quote, inFlow }: Caret,
  json: boolean,
  bare: boolean,
  whole: boolean,
): string {
  if (quote === '"') return JSON.stringify(text).slice(1, -1);
  if (quote === "'") return text.replaceAll("'", "''");
  if (bare && (!json || /^(?:true|false|\d+)$/.test(text))) return text;
  if (json) return JSON.stringify(text);
  if (!whole) return text;
  return isPlain(text, inFlow) ? text : JSON.stringify(text);
}

/** Whether YAML reads the text as it stands. Numbers and words such as `true` are texts to nobody, so they count as not plain. */
function isPlain(text: string, inFlow: boolean): boolean {
  if (text === '' || text !== text.trim() || /[\n\t]/.test(text)) return false;
  if (/^[-?:,[\]{}#&*!|>'"%@`]/.test(text) && !/^[-?:][^\s,[\]{}]/.test(text)) return false;
  if (/: |:$| #/.test(text)) return false;
  if (inFlow && /[,[\]{}]/.test(text)) return false;
  return !/^(?:true|false|null|~)$/i.test(text);
}
