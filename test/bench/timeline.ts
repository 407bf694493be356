/** Panning over a million packets of a thousand sessions, in headless Chromium without a graphics card. */
import type { Page } from 'playwright-core';
import { pourInto } from '../e2e/page/support/flood.ts';
import { PageHarness } from '../e2e/page/support/harness.ts';
import type { Report } from './measure.ts';

const frameMs = 16.7;
const frames = 600;
const wantedShare = 95;

/** How much of the ten minutes is in view. */
const views = [
  { name: 'all of it in view', zoomFactor: 1 },
  { name: 'thirty seconds in view', zoomFactor: 20 },
] as const;

export async function bench(report: Report): Promise<void> {
  const harness = await PageHarness.start(process.cwd());
  try {
    for (const { name, zoomFactor } of views) {
      const timeline = await harness.open(undefined, { size: { width: 1440, height: 900 } });
      await pourInto(timeline, { sessions: 1000, packets: 1_000_000, spanMs: 600_000 });
      await timeline.page.keyboard.press('f');
      await timeline.settle();
      if (zoomFactor > 1) await zoomBy(timeline.page, zoomFactor);
      const value = await shareInTime(timeline.page);
      report({
        name: `timeline: panning a million packets of a thousand sessions, ${name}`,
        value,
        unit: `% of frames within ${frameMs} ms`,
        yardstick: 'none: vis-timeline is not installed',
        yardstickValue: Number.NaN,
        ratio: Number.NaN,
        bar: `at least ${wantedShare} %`,
        met: value >= wantedShare,
      });
      await timeline.close();
    }
  } finally {
    await harness.stop();
  }
}

async function zoomBy(page: Page, factor: number): Promise<void> {
  await page.locator('.rows').focus();
  for (let zoomed = 1; zoomed < factor; zoomed *= 1.5) await page.keyboard.press('+');
}

/** Pans in every frame, there and back, and returns how many frames in a hundred came in time. */
async function shareInTime(page: Page): Promise<number> {
  const gaps = await page.evaluate(
    (count) =>
      new Promise<number[]>((done) => {
        const target = document.querySelector('.timeline');
        const found: number[] = [];
        let last: number | undefined;
        const frame = (atMs: number): void => {
          if (last !== undefined) found.push(atMs - last);
          last = atMs;
          if (found.length === count) {
            done(found);
            return;
          }
          const deltaY = Math.floor(found.length / 100) % 2 === 0 ? 24 : -24;
          target?.dispatchEvent(
            new WheelEvent('wheel', {
              shiftKey: true,
              deltaY,
              bubbles: true,
              cancelable: true,
              clientX: 900,
            }),
          );
          requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    frames,
  );
  // The display's own beat is 16.67 ms, told in tenths.
  return (gaps.filter((gap) => gap <= frameMs + 0.1).length / gaps.length) * 100;
}
