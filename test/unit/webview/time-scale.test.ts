import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maximumSpanMs, minimumSpanMs, TimeScale } from '../../../src/webview/geometry/time-scale.ts';

const noon = Date.UTC(2025, 10, 21, 12);

const scales = fc
  .record({
    startMs: fc.double({ min: noon, max: noon + 1e9, noNaN: true }),
    spanMs: fc.double({ min: 10, max: 1e10, noNaN: true }),
    widthPx: fc.integer({ min: 50, max: 4000 }),
  })
  .map(({ startMs, spanMs, widthPx }) => new TimeScale(startMs, spanMs, widthPx));

describe('the time scale', () => {
  it('puts its start at the left edge and its end at the right one', () => {
    const scale = new TimeScale(noon, 10_000, 500);
    expect(scale.xOf(noon)).toBe(0);
    expect(scale.xOf(scale.endMs)).toBe(500);
    expect(scale.timeAt(250)).toBe(noon + 5000);
  });

  it('finds each place again from its time', () => {
    fc.assert(
      fc.property(scales, fc.double({ min: 0, max: 1, noNaN: true }), (scale, share) => {
        const x = share * scale.widthPx;
        // A double holds times of today to about 0.0002 ms.
        expect(Math.abs(scale.xOf(scale.timeAt(x)) - x)).toBeLessThan(0.001 / scale.msPerPx + 1e-6);
      }),
    );
  });

  it('keeps the time under the pointer where it is while zooming', () => {
    fc.assert(
      fc.property(
        scales,
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (scale, factor, share) => {
          const x = share * scale.widthPx;
          const zoomed = scale.zoomedBy(factor, x);
          expect(Math.abs(zoomed.timeAt(x) - scale.timeAt(x))).toBeLessThan(0.01);
        },
      ),
    );
  });

  it('pans by pixels without changing how much it shows', () => {
    const scale = new TimeScale(noon, 10_000, 500).pannedBy(50);
    expect(scale.startMs).toBe(noon + 1000);
    expect(scale.spanMs).toBe(10_000);
  });

  it('shows no less than two milliseconds and no more than ten years', () => {
    const scale = new TimeScale(noon, 1000, 500);
    expect(scale.zoomedBy(1e9, 0).spanMs).toBe(minimumSpanMs);
    expect(scale.zoomedBy(1e-12, 0).spanMs).toBe(maximumSpanMs);
  });

  it('fits a range with a margin on both sides, and a moment into a second', () => {
    const fitted = new TimeScale(noon, 1000, 500).fittedTo(noon, noon + 20_000);
    expect(fitted.startMs).toBe(noon - 1000);
    expect(fitted.endMs).toBe(noon + 21_000);
    const moment = new TimeScale(noon, 1000, 500).fittedTo(noon, noon);
    expect(moment.spanMs).toBeCloseTo(1100);
  });

  it('shows more of the past when the page gets wider', () => {
    const scale = new TimeScale(noon, 10_000, 500).resized(1000);
    expect(scale.endMs).toBe(noon + 10_000);
    expect(scale.spanMs).toBe(20_000);
  });

  it('moves to reveal what is out of view, and stays for what is in view', () => {
    const scale = new TimeScale(noon, 10_000, 500);
    expect(scale.revealing(noon + 5000)).toBe(scale);
    expect(scale.revealing(noon + 60_000).xOf(noon + 60_000)).toBe(250);
  });
});
