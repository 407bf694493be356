/** The indentation of YAML line by line, its blank lines, and its white space at line ends. */
import type { Range } from '../../profile/model.ts';
import type { Tree } from '../../profile/tree.ts';

/** Old columns of the maps and lists that are open, with their new ones. */
type Columns = readonly { readonly old: number; readonly now: number }[];

interface Line {
  readonly text: string;
  /** Inside of a value that began on an earlier line: it moves with the line where that began. */
  readonly within: number | undefined;
}

/** The text with its block structure indented by `indent` columns a level. */
export function indentLines(text: string, tree: Tree, indent: number): string {
  const lines = readLines(text, tree);
  const shifts = new Map<number, number>();
  const columns = new Map<number, Columns>();
  const out: string[] = [];
  let open: Columns = [];
  for (const [index, line] of lines.entries()) {
    if (line.within !== undefined || isBlankOrComment(line.text)) continue;
    open = place(line.text, open, indent);
    columns.set(index, open);
  }
  for (const [index, line] of lines.entries()) {
    if (line.within !== undefined) {
      out.push(shift(line.text, shifts.get(line.within) ?? 0));
      continue;
    }
    const trimmed = line.text.trim();
    if (trimmed === '') {
      // One blank line is a paragraph; more are none.
      if (out.length > 0 && out.at(-1) !== '') out.push('');
      continue;
    }
    const now = trimmed.startsWith('#')
      ? commentColumn(widthOf(line.text), index, lines, columns)
      : startOf(columns.get(index) ?? [], line.text);
    const written = trimmed.startsWith('#')
      ? trimmed
      : trimmed.replace(/^(?:-\s+)+(?=\S)/, (dashes) => '- '.repeat(dashes.replaceAll(/\s/g, '').length));
    out.push(' '.repeat(now) + written);
    shifts.set(index, now - widthOf(line.text));
  }
  while (out.at(-1) === '') out.pop();
  return out.length === 0 ? '' : `${out.join('\n')}\n`;
}

function readLines(text: string, tree: Tree): readonly Line[] {
  const texts = text.split('\n');
  const starts: number[] = [];
  let offset = 0;
  for (const line of texts) {
    starts.push(offset);
    offset += line.length + 1;
  }
  const within = new Map<number, number>();
  for (const { start, end } of longValues(tree, text)) {
    const first = lineOf(starts, start);
    const last = lineOf(starts, Math.max(start, end - 1));
    for (let line = first + 1; line <= last; line += 1) if (!within.has(line)) within.set(line, first);
  }
  return texts.map((line, index) => ({ text: line, within: within.get(index) }));
}

/** The values whose lines have no structure of their own: texts over lines, and brackets over lines. */
function* longValues(tree: Tree, text: string): Iterable<Range> {
  if (tree.kind === 'scalar') yield tree.range;
  else if (tree.kind === 'map' || tree.kind === 'list') {
    if (/[{[]/.test(text.charAt(tree.range.start))) yield tree.range;
    else if (tree.kind === 'list') for (const item of tree.items) yield* longValues(item, text);
    else for (const { value } of tree.entries) yield* longValues(value, text);
  }
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The columns that are open after a line. */
function place(line: string, before: Columns, indent: number): Columns {
  const old = widthOf(line);
  let open = before.filter((column) => column.old <= old);
  const top = open.at(-1);
  if (top === undefined || top.old < old) {
    open = [...open, { old, now: top === undefined ? 0 : top.now + indent }];
  }
  let rest = line.slice(old);
  let column = old;
  for (let dash = /^-\s+(?=\S)/.exec(rest); dash !== null; dash = /^-\s+(?=\S)/.exec(rest)) {
    column += dash[0].length;
    rest = rest.slice(dash[0].length);
    open = [...open, { old: column, now: (open.at(-1)?.now ?? 0) + 2 }];
  }
  return open;
}

/** Where a line begins: its own column, not those that its dashes have opened. */
function startOf(open: Columns, line: string): number {
  const old = widthOf(line);
  return open.find((column) => column.old === old)?.now ?? old;
}

/** A comment stands where the line below it stands, unless it belongs to the block above. */
function commentColumn(
  old: number,
  index: number,
  lines: readonly Line[],
  columns: ReadonlyMap<number, Columns>,
): number {
  const around = (step: 1 | -1): readonly [Columns, string] | undefined => {
    for (let at = index + step; at >= 0 && at < lines.length; at += step) {
      const open = columns.get(at);
      if (open !== undefined) return [open, lines[at]?.text ?? ''];
    }
    return undefined;
  };
  const next = around(1);
  if (next !== undefined && old <= widthOf(next[1])) return startOf(...next);
  const above = around(-1)?.[0] ?? [];
  const own = above.findLast((column) => column.old <= old);
  return own?.now ?? (next === undefined ? 0 : startOf(...next));
}

const widthOf = (line: string): number => /^ */.exec(line)?.[0].length ?? 0;
const isBlankOrComment = (line: string): boolean => /^\s*(?:#|$)/.test(line);

function shift(line: string, by: number): string {
  if (by >= 0) return line.trim() === '' ? line : ' '.repeat(by) + line;
  return line.slice(Math.min(-by, widthOf(line)));
}
