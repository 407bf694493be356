/** Which labels of a track fit: each beside its mark, none over another. */
import type { Mark } from './scene.ts';

/** A mark whose label has no place yet. */
export type UnplacedMark = Omit<Mark, 'labelX' | 'labelWidth'>;

/** From the middle of a mark to its label. */
export const labelOffset = 12;
const labelGap = 6;

/**
 * Gives each label the place right of its mark, or left of it where the next mark is too near or the view ends, or none. Marks that
 * are nearer to each other than 2 px are all kept; paint draws the later over the earlier.
 */
export function placeLabels(
  marks: readonly UnplacedMark[],
  measure: (text: string) => number,
  viewWidth: number,
): readonly Mark[] {
  const sorted = [...marks].sort((a, b) => a.x - b.x);
  let taken = Number.NEGATIVE_INFINITY;
  return sorted.map((mark, index) => {
    const labelWidth = mark.label === '' ? 0 : measure(mark.label);
    const next = sorted[index + 1]?.x ?? Number.POSITIVE_INFINITY;
    const right = mark.x + labelOffset;
    const left = mark.x - labelOffset - labelWidth;
    let labelX: number | undefined;
    if (labelWidth > 0 && right + labelWidth + labelGap <= Math.min(next - labelOffset, viewWidth))
      labelX = right;
    else if (labelWidth > 0 && left >= Math.max(taken, 0)) labelX = left;
    taken = Math.max(taken, mark.x + labelOffset, labelX === undefined ? 0 : labelX + labelWidth + labelGap);
    return { ...mark, labelX, labelWidth };
  });
}
