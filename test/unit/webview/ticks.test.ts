import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tickSteps, ticksOf } from '../../../src/webview/geometry/ticks.ts';
import { TimeScale } from '../../../src/webview/geometry/time-scale.ts';

const noon = Date.UTC(2025, 10, 21, 12);

describe('the ticks of the time axis', () => {
  it('stand on whole seconds when ten seconds fill the width', () => {
    const { unit, stepMs, ticks } = ticksOf(new TimeScale(noon + 300, 10_000, 1000), 90, 0);
    expect([unit, stepMs]).toEqual(['second', 1000]);
    const labelled = ticks.filter((tick) => tick.labelled).map(({ atMs }) => atMs - noon);
    expect(labelled).toEqual([1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000]);
  });

  it('stand on whole hours of the viewer, also where the time of day is off by half an hour', () => {
    const halfPastFive = 5.5 * 3_600_000;
    const { stepMs, ticks } = ticksOf(new TimeScale(noon, 12 * 3_600_000, 1200), 90, halfPastFive);
    expect(stepMs).toBe(3_600_000);
    for (const { atMs, labelled } of ticks) {
      if (labelled) expect((atMs + halfPastFive) % 3_600_000).toBe(0);
    }
  });

  it('ascend in the table', () => {
    const steps = tickSteps.map(({ stepMs }) => stepMs);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
  });

  it('leave each label its room and are never many, at any zoom', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 2, max: 3e11, noNaN: true }),
        fc.integer({ min: 100, max: 3000 }),
        (spanMs, widthPx) => {
          const scale = new TimeScale(noon, spanMs, widthPx);
          const { stepMs, ticks } = ticksOf(scale, 90, 0);
          expect(stepMs / scale.msPerPx).toBeGreaterThanOrEqual(90);
          expect(ticks.length).toBeLessThan(widthPx / 5 + 12);
          for (const { x } of ticks) expect(x >= -1e-6 && x <= widthPx + 1e-6).toBe(true);
        },
      ),
    );
  });
});
