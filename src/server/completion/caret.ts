/**
 * What the caret of a half-written file stands on. The text is read with a mark put in at the caret, as a key, or as a
 * value, whichever can stand there; where the mark turns up in the tree says what may be written.
 */
import type { Range } from '../../profile/model.ts';
import { Problems } from '../../profile/problems.ts';
import { type Entry, parseTree, type Tree } from '../../profile/tree.ts';
import { FILE_SHAPE, type Shape, type Step, shapeOfEntry, shapeOfItem } from '../places.ts';
import { regionAround } from './region.ts';

/** No file holds this by chance, and every parser takes it for a plain word. */
const MARK = 'caretMark7c1f';

export interface Caret {
  readonly on: 'key' | 'value';
  /** From the root to the map of the key, or to the value. */
  readonly steps: readonly Step[];
  /** key: what the map is. value: what the value is. */
  readonly shape: Shape;
  /** key: the other entries of the map. */
  readonly siblings: readonly Entry[];
  /** Inside `{}` or `[]`: what is written stays on the line. */
  readonly inFlow: boolean;
  /** The quote that the caret is inside of. */
  readonly quote: '"' | "'" | undefined;
  /** What a completion replaces. On a value, its part up to the caret and the rest of the word. */
  readonly replace: Range;
  /** The text of the value from its start up to the caret. */
  readonly typed: string;
  /** Put before a value: the space that is missing behind `key:`. */
  readonly lead: string;
  /** The key has its colon already. */
  readonly hasColon: boolean;
  /** Put before a key: the dash of a list entry that is not there yet. */
  readonly dash: boolean;
  /** The column of the key, or of the key that holds the value. */
  readonly column: number;
}

interface Found {
  readonly on: 'key' | 'value';
  readonly steps: readonly Step[];
  readonly shape: Shape;
  readonly inFlow: boolean;
  /** Where the marked key or value starts in the marked text. */
  readonly start: number;
  readonly siblings: readonly Entry[];
  readonly typed: string;
}

/** Undefined where nothing can be offered: in a comment, in a block text, in what cannot be read. */
export function caretAt(text: string, offset: number): Caret | undefined {
  const region = regionAround(text, offset);
  if (region === undefined) return caretIn(text, offset);
  const caret = caretIn(region.text, region.offset);
  if (caret === undefined) return undefined;
  const { start, end } = caret.replace;
  return { ...caret, replace: { start: start + region.shift, end: end + region.shift } };
}

function caretIn(text: string, offset: number): Caret | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineBreak = text.indexOf('\n', offset);
  const lineEnd = lineBreak === -1 ? text.length : lineBreak;
  const before = text.slice(lineStart, offset);
  const wordStart = offset - (/[\w.-]*$/.exec(before)?.[0].length ?? 0);
  const dashed = /^(\s*-+)$/.exec(before);
  // A dash that begins an entry of a list is no part of a word.
  const start = dashed === null ? wordStart : offset;
  const wordEnd = offset + (/^[\w.-]*/.exec(text.slice(offset, lineEnd))?.[0].length ?? 0);
  const prefix = text.slice(lineStart, start);
  const suffix = text.slice(wordEnd, lineEnd);
  const hasColon = /^["']?\s*:(?:\s|$)/.test(suffix);
  const needsSpace =
    /^\s*(?:-\s+)*["']?[\w.-]+["']?:$/.test(prefix) ||
    /[{,]\s*["']?[\w.-]+["']?:$/.test(prefix) ||
    dashed !== null;
  const lead = needsSpace ? ' ' : '';
  const marked = (mark: string) => `${text.slice(0, start)}${lead}${mark}${text.slice(wordEnd)}`;
  const blockKey = /^\s*(?:-\s+)*$/.test(prefix) || dashed !== null;
  const asKey = `${MARK}:`;
  const attempts = blockKey ? [hasColon ? MARK : asKey, MARK] : [MARK];
  for (const [index, attempt] of attempts.entries()) {
    const whole = marked(attempt);
    const found = findMark(whole);
    if (found === undefined) continue;
    // A key where only a value can stand: the next attempt tells.
    if (found.on === 'key' && !takesKeys(found.shape) && index < attempts.length - 1) continue;
    const quote = quoteAt(whole, found.start);
    const valueStart = found.start + (quote === undefined ? 0 : 1);
    return {
      on: found.on,
      steps: found.steps,
      shape: found.shape,
      siblings: found.siblings,
      inFlow: found.inFlow,
      quote,
      replace: replacedBy(found, { start, wordEnd, valueStart, quote, lead, text }),
      typed: `${found.typed}${text.slice(start, offset)}`,
      lead,
      hasColon,
      dash: found.on === 'key' && found.shape.kind === 'list',
      column: columnOf(found, whole, lineStart, prefix, lead),
    };
  }
  return undefined;
}

/** Whether keys can be written in there; a list takes them as the first of an entry. */
function takesKeys(shape: Shape): boolean {
  if (shape.kind === 'list') return shape.of.kind === 'object';
  return shape.kind === 'object' || shape.kind === 'names';
}

function replacedBy(
  found: Found,
  at: {
    readonly start: number;
    readonly wordEnd: number;
    readonly valueStart: number;
    readonly quote: string | undefined;
    readonly lead: string;
    readonly text: string;
  },
): Range {
  if (found.on === 'key') {
    const opens = at.quote !== undefined && at.text.charAt(at.start - 1) === at.quote;
    const closes = opens && at.text.charAt(at.wordEnd) === at.quote;
    return { start: opens ? at.start - 1 : at.start, end: closes ? at.wordEnd + 1 : at.wordEnd };
  }
  // A value that starts on an earlier line is replaced from the word on: edits stay on the line of the caret.
  const from = Math.min(at.valueStart, at.start);
  const oneLine = !at.text.slice(from, at.start).includes('\n');
  return { start: oneLine ? from : at.start, end: at.wordEnd };
}

function columnOf(found: Found, whole: string, lineStart: number, prefix: string, lead: string): number {
  if (found.on === 'key') return (prefix + lead).length;
  const entry = found.steps.findLast((step) => step.entry !== undefined)?.entry;
  if (entry === undefined) return prefix.length;
  const keyLine = whole.lastIndexOf('\n', entry.keyRange.start - 1) + 1;
  return keyLine <= lineStart ? entry.keyRange.start - keyLine : prefix.length;
}

function quoteAt(text: string, offset: number): '"' | "'" | undefined {
  const quote = text.charAt(offset);
  return quote === '"' || quote === "'" ? quote : undefined;
}

function findMark(text: string): Found | undefined {
  const { tree } = parseTree(text, new Problems());
  return tree === undefined ? undefined : find(tree, FILE_SHAPE, [], false, text);
}

function find(
  tree: Tree,
  shape: Shape,
  steps: readonly Step[],
  inFlow: boolean,
  text: string,
): Found | undefined {
  if (tree.kind === 'scalar') {
    const at = tree.text.indexOf(MARK);
    // A block text is written as one likes.
    if (at === -1 || /[|>]/.test(text.charAt(tree.range.start))) return undefined;
    const object = shape.kind === 'object' || shape.kind === 'names';
    const isItem = steps.at(-1)?.index !== undefined;
    return {
      // An entry of a list of maps begins with a key.
      on: object && isItem ? 'key' : 'value',
      steps,
      shape,
      inFlow,
      start: tree.range.start,
      siblings: [],
      typed: tree.text.slice(0, at),
    };
  }
  if (tree.kind === 'map') {
    const flow = inFlow || text.charAt(tree.range.start) === '{';
    for (const entry of tree.entries) {
      if (entry.key.includes(MARK)) {
        return {
          on: 'key',
          steps,
          shape,
          inFlow: flow,
          start: entry.keyRange.start,
          siblings: tree.entries.filter((other) => other !== entry),
          typed: entry.key.slice(0, entry.key.indexOf(MARK)),
        };
      }
      const step: Step = { inside: tree, shape, entry };
      const found = find(entry.value, shapeOfEntry(shape, entry.key), [...steps, step], flow, text);
      if (found !== undefined) return found;
    }
  }
  if (tree.kind === 'list') {
    const flow = inFlow || text.charAt(tree.range.start) === '[';
    for (const [index, item] of tree.items.entries()) {
      const found = find(item, shapeOfItem(shape), [...steps, { inside: tree, shape, index }], flow, text);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
