/** The spaces within a line: one behind a colon, `{ a: 1 }` and `[a, b]`. */
import type { Tree } from '../../profile/tree.ts';
import { readForFormat } from './format-meaning.ts';

interface Gap {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export function spaceInLines(text: string): string {
  const read = readForFormat(text);
  if (read === undefined) return text;
  const gaps: Gap[] = [];
  collect(read.tree, text, gaps);
  let out = '';
  let from = 0;
  for (const { start, end, text: put } of gaps.toSorted((a, b) => a.start - b.start)) {
    if (start < from) continue;
    out += text.slice(from, start) + put;
    from = end;
  }
  return out + text.slice(from);
}

function collect(tree: Tree, text: string, gaps: Gap[]): void {
  /** Rewrites what stands between two places where it is what is expected there. */
  const gap = (start: number, end: number, expected: RegExp, put: string) => {
    if (start <= end && expected.test(text.slice(start, end))) gaps.push({ start, end, text: put });
  };
  if (tree.kind === 'map') {
    for (const { keyRange, value } of tree.entries) {
      if (value.kind !== 'nothing') gap(keyRange.end, value.range.start, /^ *: *$/, ': ');
      collect(value, text, gaps);
    }
  }
  if (tree.kind === 'list') for (const item of tree.items) collect(item, text, gaps);
  if (tree.kind !== 'map' && tree.kind !== 'list') return;
  const { start, end } = tree.range;
  const open = text.charAt(start);
  if ((open !== '{' && open !== '[') || text.slice(start, end).includes('\n')) return;
  const parts =
    tree.kind === 'list'
      ? tree.items.map(({ range }) => range)
      : tree.entries.map(({ keyRange, value }) => ({
          start: keyRange.start,
          end: value.kind === 'nothing' ? keyRange.end : value.range.end,
        }));
  const [first, last] = [parts[0], parts.at(-1)];
  if (first === undefined || last === undefined) return;
  const pad = open === '{' ? ' ' : '';
  gap(start + 1, first.start, /^ *$/, pad);
  gap(last.end, end - 1, /^ *$/, pad);
  for (const [index, part] of parts.entries()) {
    const next = parts[index + 1];
    if (next !== undefined) gap(part.end, next.start, /^ *, *$/, ', ');
  }
}
