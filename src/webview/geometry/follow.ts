/** Where the view stands while it follows the newest packets. */
import type { TimeScale } from './time-scale.ts';

/** How far "now" stands from the left, as a share of the width: with and without something due ahead. */
const quietShare = 0.92;
const dueShare = 0.62;
/** In little room, "now" stands no further to the left than this. */
const leastShare = 0.45;
/** The room to the right of what falls due: as a share of the width, and what its words need, in pixels. */
const aheadShare = 0.12;
const aheadPx = 112;

/**
 * The share of the width at which "now" should stand: further left while something falls due within what could be seen
 * to its right, so that the countdown has a place to run to.
 */
export function followShare(scale: TimeScale, nowMs: number, nextDueMs: number | undefined): number {
  if (nextDueMs === undefined || nextDueMs < nowMs) return quietShare;
  const ahead = Math.max(aheadShare, aheadPx / scale.widthPx);
  const needed = (nextDueMs - nowMs) / scale.spanMs + ahead;
  if (needed <= 1 - quietShare) return quietShare;
  return Math.max(1 - needed, leastShare, dueShare - (ahead - aheadShare));
}

/** The scale with "now" at this share of its width. */
export function following(scale: TimeScale, nowMs: number, share: number): TimeScale {
  return scale.startingAt(nowMs - share * scale.spanMs);
}

/** One step from `share` towards `wanted`, `elapsedMs` after the last (a clock may also go back); there within about 300 ms. */
export function easedShare(share: number, wanted: number, elapsedMs: number): number {
  const next = share + (wanted - share) * (1 - Math.exp(-Math.min(100, Math.max(0, elapsedMs)) / 90));
  return Math.abs(wanted - next) < 0.002 ? wanted : next;
}
