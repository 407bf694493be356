/** What can be folded: every key whose value goes over lines, and runs of comments. */
import { type FoldingRange, FoldingRangeKind } from 'vscode-languageserver/node';
import type { Tree } from '../../profile/tree.ts';
import { visitTree } from '../places.ts';
import type { ProfileDocument } from '../profile-document.ts';
import { contentEnd } from './symbols.ts';

export function foldingRanges(file: ProfileDocument): FoldingRange[] {
  const folds = new Map<number, FoldingRange>();
  const { document, text } = file;
  /** One fold a line: the outermost, which comes first. */
  const add = (startLine: number, endLine: number, kind?: FoldingRangeKind) => {
    if (endLine <= startLine || folds.has(startLine)) return;
    folds.set(startLine, { startLine, endLine, ...(kind === undefined ? {} : { kind }) });
  };
  const addTree = (start: number, value: Tree) => {
    const end = document.positionAt(contentEnd(text, value));
    const last = text.charAt(document.offsetAt(end) - 1);
    // The closing bracket stays in view.
    const isClosed = /[}\]]/.test(last) && /[{[]/.test(text.charAt(value.range.start));
    add(document.positionAt(start).line, isClosed ? end.line - 1 : end.line);
  };
  visitTree(file.tree, (value) => {
    if (value.kind === 'map') {
      for (const entry of value.entries)
        if (entry.value.range.start >= entry.keyRange.start) addTree(entry.keyRange.start, entry.value);
    } else if (value.kind === 'list') {
      for (const item of value.items) addTree(item.range.start, item);
    }
  });
  addComments(text, add);
  return [...folds.values()].toSorted((a, b) => a.startLine - b.startLine);
}

function addComments(text: string, add: (start: number, end: number, kind: FoldingRangeKind) => void): void {
  let start: number | undefined;
  const lines = text.split('\n');
  for (const [line, content] of [...lines, ''].entries()) {
    if (/^\s*#/.test(content)) {
      start ??= line;
    } else if (start !== undefined) {
      add(start, line - 1, FoldingRangeKind.Comment);
      start = undefined;
    }
  }
}
