/** What a text means: its values and its comments, without where they stand. */
import type { Range } from '../../profile/model.ts';
import { Problems } from '../../profile/problems.ts';
import { parseTree, type Tree } from '../../profile/tree.ts';

export interface Meaning {
  readonly text: string;
  readonly tree: Tree;
}

/** Undefined where the text has a syntax error, or nothing in it. */
export function readForFormat(text: string): Meaning | undefined {
  const problems = new Problems();
  const { tree, usesAliases } = parseTree(text, problems);
  // Aliases stand elsewhere than what they stand for, so that their own places are not known.
  if (tree === undefined || usesAliases || problems.errorCount > 0) return undefined;
  return { text, tree };
}

export function sameMeaning(a: Meaning, b: Meaning): boolean {
  return sameTree(a.tree, b.tree) && sameList(commentsOf(a), commentsOf(b));
}

function sameTree(a: Tree, b: Tree): boolean {
  if (a.kind === 'scalar' && b.kind === 'scalar') {
    return a.text === b.text && a.plain === b.plain && Object.is(a.value, b.value);
  }
  if (a.kind === 'map' && b.kind === 'map') {
    return (
      a.damaged === b.damaged &&
      a.entries.length === b.entries.length &&
      a.entries.every((entry, index) => {
        const other = b.entries[index];
        return other !== undefined && entry.key === other.key && sameTree(entry.value, other.value);
      })
    );
  }
  if (a.kind === 'list' && b.kind === 'list') {
    return (
      a.items.length === b.items.length &&
      a.items.every((item, index) => {
        const other = b.items[index];
        return other !== undefined && sameTree(item, other);
      })
    );
  }
  return a.kind === b.kind && a.kind === 'nothing';
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((line, index) => line === b[index]);

/** Every scalar and key, in the order of the file. */
export function textsOf(tree: Tree): readonly Range[] {
  const ranges: Range[] = [];
  const walk = (node: Tree): void => {
    if (node.kind === 'scalar') ranges.push(node.range);
    else if (node.kind === 'list') node.items.forEach(walk);
    else if (node.kind === 'map') {
      for (const { keyRange, value } of node.entries) {
        ranges.push(keyRange);
        walk(value);
      }
    }
  };
  walk(tree);
  return ranges;
}

/** The comments with their `#`, without what stands before them and white space behind them. */
export function commentsOf({ text, tree }: Meaning): readonly string[] {
  const comments: string[] = [];
  let from = 0;
  const search = (to: number) => {
    for (const { 0: comment } of text.slice(from, to).matchAll(/(?<=^|\s)#.*/g))
      comments.push(comment.trimEnd());
  };
  for (const { start, end } of textsOf(tree)) {
    if (start < from) continue;
    search(start);
    from = end;
  }
  search(text.length);
  return comments;
}
