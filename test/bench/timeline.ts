/** Panning over a million packets of a thousand sessions, in headless Chromium without a graphics card. */
import type { Page } from 'playwright-core';
import { pourInto } from '../e2e/page/support/flood.ts';
import { PageHarness } from '../e2e/page/support/harness.ts';
import { launchChromium } from '../e2e/support/chromium.ts';
import type { Report } from './measure.ts';
import { openVisTimeline } from './vis-timeline-page.ts';

const frameMs = 16.7;
const frames = 600;
const wantedShare = 95;
const size = { width: 1440, height: 900 };
const spanMs = 600_000;
const yardstickItems = 10_000;

/** How much of the ten minutes is in view. */
const views = [
  { name: 'all of it in view', zoomFactor: 1 },
  { name: 'thirty seconds in view', zoomFactor: 20 },
] as const;

export async function bench(report: Report): Promise<void> {
  const yardstickValue = await shareOfVisTimeline();
  const harness = await PageHarness.start(process.cwd());
  try {
    for (const { name, zoomFactor } of views) {
      const timeline = await harness.open(undefined, { size });
      await pourInto(timeline, { sessions: 1000, packets: 1_000_000, spanMs });
      await timeline.page.keyboard.press('f');
      await timeline.settle();
      if (zoomFactor > 1) await zoomBy(timeline.page, zoomFactor);
      const value = await shareInTime(timeline.page, wheel);
      report({
        name: `timeline: panning a million packets of a thousand sessions, ${name}`,
        value,
        unit: `% of frames within ${frameMs} ms`,
        yardstick: `vis-timeline with ${yardstickItems} items`,
        yardstickValue,
        ratio: value / yardstickValue,
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

async function shareOfVisTimeline(): Promise<number> {
  const browser = await launchChromium();
  try {
    const page = await openVisTimeline(browser, size, { items: yardstickItems, groups: 100, spanMs });
    return await shareInTime(page, visTimelineWindow);
  } finally {
    await browser.close();
  }
}

/** Runs in the page: pans by so many pixels. */
type Pan = (px: number) => void;

const wheel: Pan = (px) => {
  const turn = { shiftKey: true, deltaY: px, bubbles: true, cancelable: true, clientX: 900 };
  document.querySelector('.timeline')?.dispatchEvent(new WheelEvent('wheel', turn));
};

const visTimelineWindow: Pan = (px) => {
  const { pan } = globalThis as unknown as { pan: (byMs: number) => void };
  pan((px / innerWidth) * 600_000);
};

/** Pans in every frame, there and back, and returns how many frames in a hundred came in time. */
async function shareInTime(page: Page, pan: Pan): Promise<number> {
  await page.evaluate(`globalThis.panByPx = ${pan.toString()}`);
  const gaps = await page.evaluate(
    (count) =>
      new Promise<number[]>((done) => {
        const { panByPx } = globalThis as unknown as { panByPx: (px: number) => void };
        const found: number[] = [];
        let last: number | undefined;
        const frame = (atMs: number): void => {
          if (last !== undefined) found.push(atMs - last);
          last = atMs;
          if (found.length === count) {
            done(found);
            return;
          }
          panByPx(Math.floor(found.length / 100) % 2 === 0 ? 24 : -24);
          requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    frames,
  );
  // The display's own beat is 16.67 ms, told in tenths.
  return (gaps.filter((gap) => gap <= frameMs + 0.1).length / gaps.length) * 100;
}
