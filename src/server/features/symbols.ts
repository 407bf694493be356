/** The outline of a profile file, and its profiles among the symbols of the workspace. */
import { type DocumentSymbol, SymbolKind, type WorkspaceSymbol } from 'vscode-languageserver/node';
import type { Entry, Tree } from '../../profile/tree.ts';
import {
  entryOf,
  FILE_SHAPE,
  profileEntries,
  rowOfStep,
  type Shape,
  scalarOf,
  shapeOfEntry,
  shapeOfItem,
} from '../places.ts';
import type { ProfileDocument } from '../profile-document.ts';

/** Deeper than this nothing is listed: what nests deeper is payload. */
const MAX_DEPTH = 8;

export function documentSymbols(file: ProfileDocument): DocumentSymbol[] {
  return file.tree === undefined ? [] : symbolsIn(file, file.tree, FILE_SHAPE, 0);
}

function symbolsIn(file: ProfileDocument, tree: Tree, shape: Shape, depth: number): DocumentSymbol[] {
  if (depth >= MAX_DEPTH) return [];
  if (tree.kind === 'map') {
    return tree.entries.map((entry) => {
      const inside = shapeOfEntry(shape, entry.key);
      const detail = detailOf(entry, rowOfStep({ inside: tree, shape, entry })?.key);
      return {
        // A name must not be empty, and a key may be.
        name: entry.key.trim() === '' ? '""' : entry.key,
        ...(detail === undefined ? {} : { detail }),
        kind: kindOf(shape, entry),
        range: file.range({
          start: entry.keyRange.start,
          end: Math.max(entry.keyRange.end, contentEnd(file.text, entry.value)),
        }),
        selectionRange: file.range(entry.keyRange),
        children: symbolsIn(file, entry.value, inside, depth + 1),
      };
    });
  }
  if (tree.kind !== 'list') return [];
  const inside = shapeOfItem(shape);
  return tree.items.flatMap((item, index): DocumentSymbol[] => {
    if (item.kind !== 'map') return [];
    const range = { start: item.range.start, end: Math.max(item.range.start, contentEnd(file.text, item)) };
    const first = item.entries[0];
    return [
      {
        name: nameOfItem(item) ?? String(index + 1),
        kind: SymbolKind.Object,
        range: file.range(range),
        selectionRange: file.range(first === undefined ? range : first.keyRange),
        children: symbolsIn(file, item, inside, depth + 1),
      },
    ];
  });
}

/** Where the text of a tree ends: block collections and block texts reach over blank lines to what follows. */
export function contentEnd(text: string, tree: Tree): number {
  let { end } = tree.range;
  while (end > tree.range.start && /\s/.test(text.charAt(end - 1))) end -= 1;
  return end;
}

function kindOf(shape: Shape, { value }: Entry): SymbolKind {
  if (shape.kind === 'names') return shape.object === 'profile' ? SymbolKind.Class : SymbolKind.Event;
  if (value.kind === 'map') return SymbolKind.Namespace;
  return value.kind === 'list' ? SymbolKind.Array : SymbolKind.Property;
}

/** What a password says is nobody's business, not even in an outline. */
function detailOf({ value }: Entry, key: string | undefined): string | undefined {
  if (key === 'password') return undefined;
  const text =
    value.kind === 'map' ? scalarOf(entryOf(value, 'description')?.value)?.text : scalarOf(value)?.text;
  return text?.split('\n', 1)[0]?.slice(0, 80);
}

function nameOfItem(item: Tree): string | undefined {
  for (const key of ['topicFilter', 'topic', 'publish', 'username']) {
    const text = scalarOf(entryOf(item, key)?.value)?.text;
    if (text !== undefined && text.trim() !== '') return text;
  }
  return item.kind === 'map' ? item.entries[0]?.key.trim() || undefined : undefined;
}

/** The profiles whose name holds all letters of the query in its order, as editors filter. */
export function workspaceSymbols(
  files: Iterable<ProfileDocument>,
  query: string,
  most: number,
): WorkspaceSymbol[] {
  const found: WorkspaceSymbol[] = [];
  for (const file of files) {
    for (const { key, keyRange } of profileEntries(file.tree)) {
      if (found.length === most) return found;
      if (key.trim() !== '' && matches(key, query)) {
        found.push({
          name: key,
          kind: SymbolKind.Class,
          location: { uri: file.uri, range: file.range(keyRange) },
        });
      }
    }
  }
  return found;
}

function matches(name: string, query: string): boolean {
  let from = 0;
  const lower = name.toLowerCase();
  for (const letter of query.toLowerCase()) {
    const at = lower.indexOf(letter, from);
    if (at === -1) return false;
    from = at + 1;
  }
  return true;
}
