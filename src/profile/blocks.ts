/**
 * Splits a profile file into blocks that can be read one by one: each key of the file, and each profile below
 * `profiles`. A line begins a block when it has exactly the indentation of its map and looks like a plain key. In block
 * YAML whatever is not finished there (a text over several lines, a block scalar, an open bracket) must end before such
 * a line, since all that belongs to a key is indented deeper; if it does not, that is an error of the block before.
 */

/** Offsets into the text. */
export interface Block {
  readonly start: number;
  readonly end: number;
}

export interface Blocks {
  /** The keys of the file, without `profiles` where that is split. */
  readonly parts: readonly Block[];
  /** Where the key `profiles` stands, when it is split. */
  readonly profilesKey?: Block | undefined;
  readonly profiles: readonly Block[];
}

/** A key as people write them: one word, or a text in quotes on one line, and a colon. */
const KEY = /(?:[\p{L}\p{N}_][\p{L}\p{N}_.$ /+-]*|"[^"\\\n]*"):(?=[ \r\n]|$)/uy;
const PROFILES_LINE = /profiles:(?: *| +#.*)\r?(?:\n|$)/y;
/** What says something about the text as a whole: a mark of a document, a directive, a tab in the indentation, a lone carriage return. */
const UNSAFE = /^(?:---|\.\.\.|%|\ufeff| *\t)|\r(?!\n)/m;

/** The blocks of a text; undefined when it is not simply a map of block style. */
export function splitBlocks(text: string): Blocks | undefined {
  if (UNSAFE.test(text)) return undefined;
  const parts: number[] = [];
  const profiles: number[] = [];
  let profilesKey: number | undefined;
  /** The indentation of profiles; undefined outside of them, -1 before the first. */
  let indentation: number | undefined;
  for (let at = 0; at < text.length; ) {
    const line = at;
    while (text.charCodeAt(at) === SPACE) at += 1;
    const indent = at - line;
    const first = text.charCodeAt(at);
    const next = text.indexOf('\n', at);
    const begin = at;
    at = next === -1 ? text.length : next + 1;
    if (Number.isNaN(first) || first === NEWLINE || first === RETURN || first === HASH) continue;
    if (indent === 0) {
      if (matches(PROFILES_LINE, text, line)) {
        if (profilesKey !== undefined) return undefined;
        profilesKey = line;
        parts.push(line);
        indentation = -1;
      } else if (matches(KEY, text, line)) {
        parts.push(line);
        indentation = undefined;
      } else if (parts.length === 0 || indentation !== undefined) return undefined;
    } else if (indentation === -1) {
      if (!matches(KEY, text, begin)) return undefined;
      indentation = indent;
      profiles.push(line);
    } else if (indentation !== undefined) {
      if (indent < indentation) return undefined;
      if (indent === indentation && matches(KEY, text, begin)) profiles.push(line);
    } else if (parts.length === 0) return undefined;
  }
  return parts.length === 0 ? undefined : toBlocks(parts, profiles, profilesKey, text.length);
}

function toBlocks(
  parts: readonly number[],
  profiles: readonly number[],
  profilesKey: number | undefined,
  length: number,
): Blocks {
  const split = profiles.length > 0 ? profilesKey : undefined;
  const whole = toRanges(parts, length);
  const end = whole.find(({ start }) => start === split)?.end ?? length;
  return {
    parts: whole.filter(({ start }) => start !== split),
    profilesKey: split === undefined ? undefined : { start: split, end: split + 'profiles'.length },
    profiles: toRanges(profiles, end),
  };
}

function toRanges(starts: readonly number[], end: number): readonly Block[] {
  return starts.map((start, index) => ({ start, end: starts[index + 1] ?? end }));
}

function matches(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

const SPACE = 0x20;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const HASH = 0x23;
