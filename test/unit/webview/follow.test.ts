import { describe, expect, it } from 'vitest';
import { easedShare, following, followShare } from '../../../src/webview/geometry/follow.ts';
import { TimeScale } from '../../../src/webview/geometry/time-scale.ts';

const noon = Date.UTC(2025, 10, 21, 12);
const scale = new TimeScale(noon - 30_000, 30_000, 1000);

describe('following the newest packets', () => {
  it('keeps now near the right edge while nothing is due', () => {
    expect(followShare(scale, noon, undefined)).toBeGreaterThan(0.9);
    expect(followShare(scale, noon, noon - 1)).toBeGreaterThan(0.9);
  });

  it('makes room ahead for what falls due', () => {
    const share = followShare(scale, noon, noon + 5000);
    const view = following(scale, noon, share);
    expect(view.xOf(noon)).toBeCloseTo(share * 1000);
    expect(view.xOf(noon + 5000)).toBeLessThan(1000);
  });

  it('leaves room for the words of what falls due, in a narrow view too', () => {
    for (const widthPx of [1000, 600, 440]) {
      const narrow = new TimeScale(noon - 30_000, 30_000, widthPx);
      const view = following(narrow, noon, followShare(narrow, noon, noon + 5000));
      expect(view.xOf(noon + 5000) + 105, `${widthPx} pixels`).toBeLessThan(widthPx);
    }
  });

  it('keeps most of the width for what has been, however far ahead something is due', () => {
    expect(followShare(scale, noon, noon + 1e9)).toBeGreaterThan(0.6);
  });

  it('glides there and arrives', () => {
    let share = 0.9;
    for (let step = 0; step < 60; step += 1) share = easedShare(share, 0.62, 16);
    expect(share).toBe(0.62);
  });

  it('stays a number when the clock is set back', () => {
    expect(easedShare(0.9, 0.62, -1e12)).toBe(0.9);
  });
});
