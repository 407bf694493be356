import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pourInto } from './support/flood.ts';
import { PageHarness, type TimelinePage, textOf } from './support/harness.ts';

let harness: PageHarness;
let timeline: TimelinePage;

beforeAll(async () => {
  harness = await PageHarness.start();
  timeline = await harness.open(undefined, { size: { width: 1440, height: 900 } });
  await pourInto(timeline, { sessions: 1000, packets: 1_000_000, spanMs: 600_000 });
});
afterAll(() => harness.stop());

const elements = (): Promise<number> => timeline.page.evaluate(() => document.querySelectorAll('*').length);

describe('a thousand sessions and a million packets', () => {
  it('are counted, and only what is in view exists', async () => {
    await expect.poll(() => textOf(timeline.page.locator('.counts'))).toBe('1,000,000 packets');
    expect(await elements()).toBeLessThan(3000);
    expect(await timeline.page.locator('.lane').count()).toBeLessThan(20);
  });

  it('can be scrolled to the last lane and to the last packet', async () => {
    const { page } = timeline;
    await page.locator('.lanes').evaluate((lanes) => {
      lanes.scrollTop = lanes.scrollHeight;
    });
    await expect.poll(() => page.locator('.lane-name').allTextContents()).toContain('device-01000');
    await page.getByRole('grid', { name: 'Packets' }).focus();
    await page.keyboard.press('End');
    await expect
      .poll(() => textOf(page.locator('.packet-row[aria-selected="true"] .number')))
      .toBe('1000000');
    await page.keyboard.press('Home');
    await expect.poll(() => textOf(page.locator('.packet-row[aria-selected="true"] .number'))).toBe('1');
    expect(await elements()).toBeLessThan(3000);
  });

  it('can be filtered down to one client and its packets of one topic', async () => {
    const { page } = timeline;
    await page.keyboard.press('/');
    await page.keyboard.type('client:device-00042 topic:sensors/+/temperature');
    await expect.poll(() => page.locator('.lane-name').allTextContents()).toEqual(['device-00042']);
    await expect.poll(() => textOf(page.locator('.counts'))).toMatch(/^\d{3} of 1,000,000 packets shown/);
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
    await expect.poll(() => textOf(page.locator('.counts'))).toBe('1,000,000 packets');
    await page.keyboard.press('Escape');
  });

  it('are drawn as dense marks when all are in view', async () => {
    const { page } = timeline;
    await page.keyboard.press('f');
    await page.locator('.lanes').evaluate((lanes) => {
      lanes.scrollTop = 0;
    });
    await timeline.screenshot('crowd-dark');
    const painted = await page.evaluate(() => {
      const canvas = document.querySelector('.tracks-canvas');
      if (!(canvas instanceof HTMLCanvasElement)) return 0;
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', {
        willReadFrequently: true,
      });
      copy?.drawImage(canvas, 0, 0);
      const data = copy?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let solid = 0;
      for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) === 255) solid += 1;
      return solid;
    });
    expect(painted).toBeGreaterThan(10_000);
    expect(timeline.errors).toEqual([]);
    expect(await timeline.violations()).toEqual([]);
  });
});
