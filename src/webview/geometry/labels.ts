/**
 * What of a track's texts is drawn, and where: each beside its mark or inside its bar, none over another text, a symbol or the
 * beginning of a bar. Marks that would lie over each other become one with a count. What is not drawn is told by the tooltip.
 */
import type { Tone } from '../model/verdicts.ts';
import type { Words } from '../model/words.ts';
import type { Bar, Mark, MarkMember, PlacedText, Target } from './scene.ts';

/** A bar whose label has no place yet. */
export type UnplacedBar = Omit<Bar, 'text'>;

export interface TrackView {
  readonly measure: (text: string) => number;
  readonly widthPx: number;
  readonly words: Words;
}

/** Symbols are at least this far from each other, from middle to middle. */
export const symbolGapPx = 15;
/** From the middle of a symbol to where a text may begin or end. */
export const symbolRoomPx = 10;
/** From the middle of a mark to its text. */
export const labelOffset = 12;
/** Between two texts. */
const textGapPx = 6;
/** Nearer to the text before it than this, a text on empty ground may be taken for one of the mark before it. */
const ambiguousPx = 24;
/** From the edge of a bar to its label. */
const barInsetPx = 6;
/** With more marks than this in one, their words are not compared. */
const comparedMarks = 20;

/** Which mark stands for those near it: what asks for attention before what is as it should be. */
const weights: Readonly<Record<Tone, number>> = {
  bad: 6,
  warning: 5,
  accent: 4,
  good: 3,
  neutral: 2,
  muted: 1,
};

interface Group {
  /** The heaviest, and of equals the first: its place is that of the mark. */
  lead: MarkMember;
  readonly labelled: MarkMember[];
}

function weightOf({ label, tone }: MarkMember): number {
  return label === undefined ? 0 : weights[tone];
}

/**
 * Puts marks together that are too near to be told apart. Goes from the first mark to the last, whether in view or not, so that
 * marks do not change their company while the view pans.
 */
function grouped(marks: readonly MarkMember[]): readonly Group[] {
  const groups: Group[] = [];
  let last: Group | undefined;
  for (const mark of [...marks].sort((a, b) => a.x - b.x)) {
    if (last === undefined || mark.x - last.lead.x >= symbolGapPx) {
      last = { lead: mark, labelled: [] };
      groups.push(last);
    } else if (weightOf(mark) > weightOf(last.lead)) last.lead = mark;
    if (mark.label !== undefined) last.labelled.push(mark);
  }
  return groups;
}

/** A text without what follows its first words: `published, on time (+2 ms)` is `published`. */
export function shortened(text: string): string {
  return text.split(/[,:(]|\s(?=\d)/, 1)[0]?.trim() ?? text;
}

function textsOf(group: Group, label: string, words: Words): readonly string[] {
  const count = group.labelled.length;
  if (label === '') return [];
  if (count < 2) return [label, shortened(label)];
  const many = words.t('marks.count', { count: words.number(count) });
  if (count > comparedMarks) return [many];
  const counted = (text: string): string =>
    words.t('marks.same', { label: text, count: words.number(count) });
  const others = (text: string): string =>
    words.t('marks.others', { label: text, count: words.number(count - 1) });
  const short = shortened(label);
  const labels = group.labelled.map((each) => each.label?.() ?? '');
  if (labels.every((each) => each === label)) return [counted(label), counted(short), many];
  const { tone } = group.lead;
  const isOfOneKind =
    group.labelled.every((each) => each.tone === tone) && labels.every((each) => shortened(each) === short);
  return isOfOneKind ? [counted(short), many] : [others(label), others(short), many];
}

/** Ranges of pixels along the track. */
class Taken {
  readonly #ranges: { readonly from: number; readonly to: number }[] = [];

  add(from: number, to: number): void {
    this.#ranges.push({ from, to });
  }

  isFree(from: number, to: number): boolean {
    return this.#ranges.every((each) => to <= each.from || from >= each.to);
  }
}

export interface PlacedShapes {
  readonly bars: readonly Bar[];
  readonly marks: readonly Mark[];
}

/** Places what one track shows. The cost grows with the marks of the lane, and with the texts that find room. */
export function placeLabels(
  shapes: { readonly bars: readonly UnplacedBar[]; readonly marks: readonly MarkMember[] },
  { measure, widthPx, words }: TrackView,
): PlacedShapes {
  const groups = grouped(shapes.marks).filter(
    ({ lead }) => lead.x >= -labelOffset && lead.x <= widthPx + labelOffset,
  );
  const taken = new Taken();
  const starts = shapes.bars.map(({ x0 }) => x0).sort((a, b) => a - b);
  const grounds = shapes.bars.filter(({ style }) => style !== 'armed');
  const crossesStart = (from: number, to: number): boolean => {
    const next = starts[firstAbove(starts, from)];
    return next !== undefined && next < to;
  };
  const isClear = (from: number, to: number): boolean =>
    grounds.every(({ x0, x1 }) => x1 <= from || x0 >= to);
  /** Whether no bar of something else begins between a mark and the end of its text. */
  const isOwn = ({ x, target }: MarkMember, to: number): boolean =>
    grounds.every(
      (bar) =>
        bar.x0 < x - 2 ||
        bar.x0 >= to ||
        (bar.target.kind === target.kind && idOf(bar.target) === idOf(target)),
    );

  const marks = groups.map((group, at): Mark => {
    const { lead } = group;
    const label = lead.label?.() ?? '';
    const before = (groups[at - 1]?.lead.x ?? Number.NEGATIVE_INFINITY) + symbolRoomPx;
    const after = (groups[at + 1]?.lead.x ?? Number.POSITIVE_INFINITY) - symbolRoomPx;
    const fits = (from: number, to: number): boolean =>
      from >= Math.max(before, 0) &&
      to <= Math.min(after, widthPx) &&
      taken.isFree(from - textGapPx, to + textGapPx) &&
      !crossesStart(from, to);
    const text = firstOf(textsOf(group, label, words), (each): PlacedText | undefined => {
      const width = measure(each);
      const right = lead.x + labelOffset;
      const left = lead.x - labelOffset - width;
      const fitsRight = fits(right, right + width);
      // On the bar that ends here rather than on the next one.
      if (fitsRight && isOwn(lead, right + width)) return { text: each, x: right, width };
      const ownPx = isClear(left, left + width) ? ambiguousPx : 0;
      if (fits(left, left + width) && taken.isFree(left - ownPx, left)) return { text: each, x: left, width };
      return fitsRight ? { text: each, x: right, width } : undefined;
    });
    if (text !== undefined) taken.add(text.x, text.x + text.width);
    const members = group.labelled.length < 2 ? [] : group.labelled;
    const { symbol, tone, x, y, atMs, ahead, target } = lead;
    return { symbol, tone, x, y, atMs, ahead, target, label, members, text };
  });

  for (const { x } of marks) taken.add(x - symbolRoomPx + textGapPx, x + symbolRoomPx - textGapPx);
  const bars = shapes.bars.map((bar): Bar => {
    const from = Math.max(bar.x0, 0) + barInsetPx;
    const to = Math.min(bar.x1, widthPx) - barInsetPx;
    if (bar.label === '' || to <= from) return { ...bar, text: undefined };
    const text = firstOf([bar.label, shortened(bar.label)], (each): PlacedText | undefined => {
      const width = measure(each);
      // An armed will begins with a symbol that may be taken for one of another time.
      return [from, from + barInsetPx].flatMap((x) =>
        x + width <= to && taken.isFree(x - textGapPx, x + width + textGapPx) && !crossesStart(x, x + width)
          ? [{ text: each, x, width }]
          : [],
      )[0];
    });
    if (text !== undefined) taken.add(text.x, text.x + text.width);
    return { ...bar, text };
  });
  return { bars, marks };
}

function idOf(target: Target): number {
  return target.kind === 'packet' ? target.seq : target.id;
}

function firstOf<T, R>(from: readonly T[], map: (each: T) => R | undefined): R | undefined {
  for (const each of from) {
    const found = map(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The index of the first of ascending numbers that is above `value`. */
function firstAbove(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? Number.POSITIVE_INFINITY) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
