/**
 * YAML (and so JSON) text as a plain tree with a range on everything, built with tolerance: what cannot be read
 * becomes an `invalid` node, and the rest stands. The work is bounded whatever the text: its length, its nesting and
 * the growth by aliases are limited.
 */
import { Composer, CST, type Document, isAlias, isMap, isNode, isScalar, isSeq, Parser } from 'yaml';
import { removeEntry } from './fixes.ts';
import type { Range } from './model.ts';
import { FILE_START, MovingRange, type Origin } from './moving-range.ts';
import type { Problems } from './problems.ts';

export interface Entry {
  readonly key: string;
  readonly keyRange: Range;
  readonly value: Tree;
}

export interface ScalarTree {
  readonly kind: 'scalar';
  readonly range: Range;
  readonly value: string | number | boolean | null;
  /** As written, for a plain scalar (`21.50` stays so); the value, for a quoted or block one. */
  readonly text: string;
  /** Not quoted, not a block. */
  readonly plain: boolean;
}

export type Tree =
  | {
      readonly kind: 'map';
      readonly range: Range;
      readonly entries: readonly Entry[];
      /** Some of it could not be read, and is left out. */
      readonly damaged: boolean;
    }
  | { readonly kind: 'list'; readonly range: Range; readonly items: readonly Tree[] }
  | ScalarTree
  /** Nothing stands there: `key:` and the end of the line. */
  | { readonly kind: 'nothing'; readonly range: Range }
  /** Reported already. */
  | { readonly kind: 'invalid'; readonly range: Range };

/** In UTF-16 units. */
export const MAX_FILE_LENGTH = 500_000;
const MAX_DEPTH = 100;
/** How many nodes aliases may add to a file, counted each time they are used. */
const MAX_ALIAS_NODES = 10_000;

export interface ParsedTree {
  /** Undefined when there is nothing in the text, or nothing that could be read at all. */
  readonly tree: Tree | undefined;
  readonly usesAliases: boolean;
}

const NO_TREE: ParsedTree = { tree: undefined, usesAliases: false };

/** Where a text lies in its file, and how deep. */
export interface Placement {
  readonly origin: Origin;
  /** Levels of nesting around it. */
  readonly depth: number;
}

const WHOLE: Placement = { origin: FILE_START, depth: 0 };

/** Reads the text with tolerance: that of a file, or of a block of it. */
export function parseTree(text: string, problems: Problems, place: Placement = WHOLE): ParsedTree {
  const { origin, depth } = place;
  if (text.length > MAX_FILE_LENGTH) {
    problems.add(
      'file-too-large',
      { start: 0, end: 0 },
      `This file has ${text.length} characters and is not read; the limit is ${MAX_FILE_LENGTH}. Split it.`,
    );
    return NO_TREE;
  }
  const tokens = [...new Parser().parse(text)];
  const tooDeep = tokens.map((token) => findTooDeep(token, depth)).find((offset) => offset !== undefined);
  if (tooDeep !== undefined) {
    problems.add(
      'nesting-too-deep',
      clip(tooDeep, tooDeep + 1, text, origin),
      `More than ${MAX_DEPTH} levels of nesting are not read. Check the brackets and the indentation here.`,
    );
    return NO_TREE;
  }
  const composer = new Composer({ uniqueKeys: false, resolveKnownTags: false, logLevel: 'error' });
  const [document, another] = [...composer.compose(tokens, true, text.length)];
  if (document === undefined) return NO_TREE;
  for (const error of [...document.errors, ...document.warnings]) {
    const [start, end] = error.pos;
    problems.add(
      'yaml-syntax',
      clip(start, end, text, origin),
      `${firstSentence(error.message)} ${hintFor(error.code)}`,
    );
  }
  if (another !== undefined) {
    const [start] = another.range;
    problems.add(
      'yaml-syntax',
      clip(start, start, text, origin),
      'A second document starts here and is not read. Remove the `---`, or move it to a file of its own.',
    );
  }
  const builder = new Builder(text, problems, origin);
  return { tree: builder.build(document), usesAliases: builder.usesAliases };
}

/** A range inside the text, whatever the offsets. */
function clip(start: number, end: number, text: string, origin: Origin): Range {
  const from = Math.min(Math.max(start, 0), text.length);
  return new MovingRange(origin, from, Math.min(Math.max(end, from), text.length));
}

function firstSentence(message: string): string {
  const line = message.split('\n', 1)[0] ?? '';
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

/** What to do next, by the YAML parser's code. */
const HINTS: Readonly<Record<string, string>> = {
  BAD_INDENT: 'Align it with its neighbours; keys of one map start in one column.',
  TAB_AS_INDENT: 'Indent with spaces.',
  MISSING_CHAR: 'Add the missing character, for example a closing quote or bracket.',
  BAD_SCALAR_START: 'Put the value in quotes.',
  BAD_ALIAS: 'Put the value in quotes if `*` is meant as text.',
  BLOCK_AS_IMPLICIT_KEY: 'Put the value in quotes if it holds a colon and a space.',
  MULTILINE_IMPLICIT_KEY: 'Keep the key on one line, and end it with a colon.',
  TAG_RESOLVE_FAILED: 'Remove the tag (`!...`); values need none here.',
  BAD_DQ_ESCAPE: 'Write a backslash in double quotes as `\\\\`, or use single quotes.',
};

function hintFor(code: string): string {
  return HINTS[code] ?? 'Check the indentation, the colons and the quotes here.';
}

/** The offset of the first token nested too deeply. Walks without recursion, because the depth is what is in doubt. */
function findTooDeep(token: CST.Token, around: number): number | undefined {
  const open: { readonly token: CST.Token; readonly depth: number }[] = [{ token, depth: around }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token: current, depth } = next;
    if (depth > MAX_DEPTH) return current.offset;
    if (current.type === 'document') {
      if (current.value !== undefined) open.push({ token: current.value, depth });
    } else if (CST.isCollection(current)) {
      for (const item of current.items) {
        if (item.key) open.push({ token: item.key, depth: depth + 1 });
        if (item.value !== undefined) open.push({ token: item.value, depth: depth + 1 });
      }
    }
  }
  return undefined;
}

interface Anchored {
  readonly tree: Tree;
  readonly size: number;
}

export function reportDuplicate(key: string, keyRange: Range, range: Range, problems: Problems): void {
  problems.add(
    'duplicate-key',
    keyRange,
    `\`${key}\` stands here twice, and only one can hold. Remove one of them; where a User Property repeats, write a list of pairs.`,
    { fixes: [removeEntry(key, keyRange, range)] },
  );
}

/** Turns the YAML library's nodes into ours. */
class Builder {
  readonly #text: string;
  readonly #problems: Problems;
  readonly #origin: Origin;
  readonly #anchors = new Map<string, Anchored>();
  /** Anchors whose node is being built: an alias to one of these is a circle. */
  readonly #open = new Set<string>();
  #nodes = 0;
  #aliasNodes = 0;

  constructor(text: string, problems: Problems, origin: Origin) {
    this.#text = text;
    this.#problems = problems;
    this.#origin = origin;
  }

  get usesAliases(): boolean {
    return this.#anchors.size > 0;
  }

  build(document: Document.Parsed): Tree | undefined {
    const contents: unknown = document.contents;
    if (contents === null) return undefined;
    const tree = this.#node(contents, 0);
    return tree.kind === 'nothing' ? undefined : tree;
  }

  #node(node: unknown, at: number): Tree {
    this.#nodes += 1;
    if (isAlias(node)) return this.#alias(node.source, this.#range(node.range, at));
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) {
      return { kind: 'nothing', range: this.#at(at) };
    }
    const anchor = node.anchor;
    if (anchor === undefined) return this.#plainNode(node, at);
    const before = this.#nodes;
    this.#open.add(anchor);
    const tree = this.#plainNode(node, at);
    this.#open.delete(anchor);
    this.#anchors.set(anchor, { tree, size: this.#nodes - before + 1 });
    return tree;
  }

  #plainNode(node: unknown, at: number): Tree {
    if (isMap(node)) {
      const range = this.#range(node.range, at);
      return { kind: 'map', range, ...this.#entries(node.items, this.#inside(range.start)) };
    }
    if (isSeq(node)) {
      const range = this.#range(node.range, at);
      return {
        kind: 'list',
        range,
        items: node.items.map((item) => this.#node(item, this.#inside(range.start))),
      };
    }
    if (isScalar(node)) {
      const range = this.#range(node.range, at);
      const plain = node.type === 'PLAIN';
      const value: unknown = node.value;
      const source = node.source ?? '';
      if (value === null && plain && source === '') return { kind: 'nothing', range };
      if (typeof value === 'string') return { kind: 'scalar', range, value, text: value, plain };
      if (typeof value === 'number' || typeof value === 'boolean' || value === null) {
        return { kind: 'scalar', range, value, text: source, plain };
      }
      return { kind: 'scalar', range, value: String(value), text: source, plain };
    }
    return { kind: 'nothing', range: this.#at(at) };
  }

  #entries(
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    at: number,
  ): { readonly entries: readonly Entry[]; readonly damaged: boolean } {
    const entries: Entry[] = [];
    let damaged = false;
    const seen = new Set<string>();
    for (const pair of items) {
      const key = this.#node(pair.key, at);
      if (key.kind !== 'scalar') {
        damaged = true;
        if (key.kind !== 'invalid') {
          this.#problems.add('key-not-text', key.range, 'A key must be a text. Write `name: value`.');
        }
        continue;
      }
      if (seen.has(key.text)) {
        damaged = true;
        const value: unknown = pair.value;
        const range = isNode(value) ? this.#range(value.range, this.#inside(key.range.end)) : key.range;
        reportDuplicate(key.text, key.range, range, this.#problems);
        continue;
      }
      seen.add(key.text);
      entries.push({
        key: key.text,
        keyRange: key.range,
        value: this.#node(pair.value, this.#inside(key.range.end)),
      });
    }
    return { entries, damaged };
  }

  #alias(name: string, range: Range): Tree {
    if (this.#open.has(name)) {
      this.#problems.add(
        'yaml-alias',
        range,
        `\`*${name}\` stands inside what it names, and so would never end. Remove it.`,
      );
      return { kind: 'invalid', range };
    }
    const anchored = this.#anchors.get(name);
    if (anchored === undefined) {
      this.#problems.add(
        'yaml-alias',
        range,
        `Nothing above is named \`&${name}\`. Name it there, or put the value in quotes if \`*\` is meant as text.`,
      );
      return { kind: 'invalid', range };
    }
    this.#aliasNodes += anchored.size;
    this.#nodes += anchored.size;
    if (this.#aliasNodes > MAX_ALIAS_NODES) {
      this.#problems.add(
        'yaml-alias',
        range,
        `The aliases of this file stand for more than ${MAX_ALIAS_NODES} values, and \`*${name}\` is not read. Use \`extends\` or \`defaults\` instead.`,
      );
      return { kind: 'invalid', range };
    }
    return anchored.tree;
  }

  /** @param at inside of the text, for what has no range */
  #range(range: readonly number[] | null | undefined, at: number): Range {
    const [start = at, end = at] = range ?? [];
    return clip(start, end, this.#text, this.#origin);
  }

  #inside(offset: number): number {
    return offset - this.#origin.offset;
  }

  #at(at: number): Range {
    return clip(at, at, this.#text, this.#origin);
  }
}
