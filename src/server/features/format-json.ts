/** JSON, written by the usual rules: one entry a line, unless the whole stood on one line before and is short. */
import type { Tree } from '../../profile/tree.ts';
import { readForFormat } from './format-meaning.ts';

/** Longer than this nothing is left on one line. */
const WIDTH = 100;

/** Undefined where the text is not strictly JSON. */
export function formatJson(text: string, indent: number): string | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const read = readForFormat(text);
  return read === undefined ? undefined : `${print(read.tree, text, 0, indent)}\n`;
}

function print(tree: Tree, text: string, column: number, indent: number): string {
  const written = text.slice(tree.range.start, tree.range.end);
  if (tree.kind !== 'map' && tree.kind !== 'list') return written;
  const [open, close, pad] = tree.kind === 'map' ? ['{', '}', ' '] : ['[', ']', ''];
  const inner = column + indent;
  const print1 = (at: number): readonly string[] =>
    tree.kind === 'map'
      ? tree.entries.map(
          ({ keyRange, value }) =>
            `${text.slice(keyRange.start, keyRange.end)}: ${print(value, text, at, indent)}`,
        )
      : tree.items.map((item) => print(item, text, at, indent));
  if ((tree.kind === 'map' ? tree.entries : tree.items).length === 0) return `${open}${close}`;
  if (!written.includes('\n')) {
    const line = `${open}${pad}${print1(inner).join(', ')}${pad}${close}`;
    if (!line.includes('\n') && column + line.length <= WIDTH) return line;
  }
  const lines = print1(inner).map((part) => `${' '.repeat(inner)}${part}`);
  return `${open}\n${lines.join(',\n')}\n${' '.repeat(column)}${close}`;
}
