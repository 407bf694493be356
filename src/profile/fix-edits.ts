/** Makes edits of a planned fix, in the style of the place: block or flow, with or without quotes. */
import { assertNever } from '../mqtt/assert-never.ts';
import type { FixPlan, FixStep } from './fixes.ts';
import type { Range } from './model.ts';
import { fixed } from './moving-range.ts';
import type { QuickFix, TextEdit } from './problem.ts';

/** The fix for a text; undefined when the place is of a shape that it cannot be made for. */
export function toQuickFix(plan: FixPlan, text: string): QuickFix | undefined {
  const edits: TextEdit[] = [];
  for (const step of plan.steps) {
    const edit = toEdit(step, text);
    if (edit === undefined) return undefined;
    edits.push(edit);
  }
  edits.sort((a, b) => a.range.start - b.range.start);
  const { title, preferred, safe, secret } = plan;
  return { title, edits, preferred, safe, secret };
}

function toEdit(step: FixStep, text: string): TextEdit | undefined {
  switch (step.kind) {
    case 'replace':
      return { range: fixed(step.range), newText: written(step.newText, step.range, text) };
    case 'insert':
      return insertion(step.beside.start, step.key, step.value, text);
    case 'remove':
      return removal(step.keyRange, step.range, text);
    default:
      return assertNever(step);
  }
}

type Style = 'block' | 'flow' | 'unknown';

/** How the map is written in which a key stands. */
function styleAt(keyStart: number, text: string): Style {
  const lineStart = text.lastIndexOf('\n', keyStart - 1) + 1;
  const prefix = text.slice(lineStart, keyStart);
  const last = prefix.trimEnd().at(-1);
  if (last === '{' || last === ',') return 'flow';
  if (!/^ *(?:- +)*$/.test(prefix)) return 'unknown';
  const before = text.slice(0, lineStart).trimEnd().at(-1);
  if (before === '{') return 'flow';
  if (before !== ',') return 'block';
  return isJson(text) ? 'flow' : 'unknown';
}

const isJson = (text: string): boolean => /^\s*\{/.test(text);

/** A value as it can stand in a place: in quotes if what it replaces was, or if its place needs them. */
function written(value: string, { start }: Range, text: string): string {
  const quote = text[start];
  if (isBare(value)) return value;
  if (quote === '"' || isJson(text)) return JSON.stringify(value);
  if (quote === "'") return `'${value.replaceAll("'", "''")}'`;
  const prefix = text.slice(text.lastIndexOf('\n', start - 1) + 1, start).replaceAll('${', '');
  return /[{}[\],]/.test(value) && /[{[]/.test(prefix) ? JSON.stringify(value) : value;
}

/** JSON writes it without quotes. */
const isBare = (value: string): boolean => /^(?:true|false|null|-?\d+(?:\.\d+)?)$/.test(value);

function insertion(at: number, key: string, value: string, text: string): TextEdit | undefined {
  const style = styleAt(at, text);
  const range = { start: at, end: at };
  const quoted = text[at] === '"';
  const pair = quoted
    ? `${JSON.stringify(key)}: ${isBare(value) ? value : JSON.stringify(value)}`
    : `${key}: ${style === 'flow' && /[{}[\],]/.test(value) ? JSON.stringify(value) : value}`;
  if (style === 'flow') return { range, newText: `${pair}, ` };
  if (style === 'unknown') return undefined;
  const column = at - (text.lastIndexOf('\n', at - 1) + 1);
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  return { range, newText: `${pair}${lineEnd}${' '.repeat(column)}` };
}

function removal(keyRange: Range, range: Range, text: string): TextEdit | undefined {
  const end = Math.max(keyRange.end, range.end);
  const style = styleAt(keyRange.start, text);
  if (style === 'flow') {
    const after = /^\s*,[ \t]*/.exec(text.slice(end, end + 200));
    if (after !== null) return { range: { start: keyRange.start, end: end + after[0].length }, newText: '' };
    const before = /,?\s*$/.exec(text.slice(0, keyRange.start));
    return {
      range: { start: before?.index ?? keyRange.start, end: withColon(keyRange, end, text) },
      newText: '',
    };
  }
  const lineStart = text.lastIndexOf('\n', keyRange.start - 1) + 1;
  if (style === 'unknown' || !/^ *$/.test(text.slice(lineStart, keyRange.start))) return undefined;
  const lineEnd = end > keyRange.end && text[end - 1] === '\n' ? end : text.indexOf('\n', end) + 1;
  return { range: { start: lineStart, end: lineEnd === 0 ? text.length : lineEnd }, newText: '' };
}

/** Where nothing stands behind the key, its colon goes too. */
function withColon(keyRange: Range, end: number, text: string): number {
  return end === keyRange.end && text[end] === ':' ? end + 1 : end;
}
