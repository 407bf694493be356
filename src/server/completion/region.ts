/** The part of a long file that decides what can be written at the caret, so that the rest need not be read for it. */

export interface Region {
  /** The line of the part's key (`profiles:`), and below it one entry of it. */
  readonly text: string;
  readonly offset: number;
  /** What to add to an offset in `text` to have it in the file. */
  readonly shift: number;
}

/** Shorter files are read whole at once. */
const LONG = 8_000;

/** Undefined where the file is short, or its layout does not show where parts begin and end. */
export function regionAround(text: string, offset: number): Region | undefined {
  if (text.length < LONG) return undefined;
  const caretLine = lineStart(text, offset);
  const head = lineAbove(text, caretLine, (line) => /^[^\s#-]/.test(line));
  if (head === undefined || head === caretLine) return undefined;
  const headEnd = lineEnd(text, head);
  if (!/^(?:profiles|scenarios):\s*(?:#.*)?$/.test(text.slice(head, headEnd - 1))) return undefined;
  const first = lineBelow(text, headEnd, isContent);
  if (first === undefined) return undefined;
  const indent = widthOf(text, first);
  // An entry that begins here, or what stands beside the entries: those above and below count.
  if (offset - caretLine <= indent) return undefined;
  const isEntry = (line: string) => isContent(line) && widthOf(line, 0) === indent;
  const from = lineAbove(text, caretLine, isEntry);
  if (from === undefined || from <= head) return undefined;
  const next = lineBelow(
    text,
    lineEnd(text, caretLine),
    (line) => isContent(line) && widthOf(line, 0) <= indent,
  );
  const prefix = text.slice(head, headEnd);
  return {
    text: prefix + text.slice(from, next ?? text.length),
    offset: offset - from + prefix.length,
    shift: from - prefix.length,
  };
}

const isContent = (line: string): boolean => /^\s*[^\s#]/.test(line);
const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

/** Behind the line break. */
function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end + 1;
}

function widthOf(text: string, start: number): number {
  let end = start;
  while (text.charAt(end) === ' ') end += 1;
  return end - start;
}

/** The start of the nearest such line, from the one that starts at `start` upwards. */
function lineAbove(text: string, start: number, fits: (line: string) => boolean): number | undefined {
  for (let at = start; ; at = lineStart(text, at - 1)) {
    if (fits(text.slice(at, lineEnd(text, at)))) return at;
    if (at === 0) return undefined;
  }
}

/** The start of the nearest such line, from the one that starts at `start` downwards. */
function lineBelow(text: string, start: number, fits: (line: string) => boolean): number | undefined {
  for (let at = start; at < text.length; at = lineEnd(text, at)) {
    if (fits(text.slice(at, lineEnd(text, at)))) return at;
  }
  return undefined;
}
