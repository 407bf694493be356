/** What tests of the page have in common: one Chromium a file, and pages that have nothing to hide when a test is over. */
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { brokenReferences, lowContrast, overflowPx, overlappingControls, unnamedControls } from './audit.ts';
import { PageHarness, type TimelinePage } from './harness.ts';
import type { Wire } from './wire.ts';

export type OpenPage = (wire?: Wire, options?: Parameters<PageHarness['open']>[1]) => Promise<TimelinePage>;

/** Call at the head of a file of tests. The answer opens a page; with a wire, once it shows that. */
export function pages(): OpenPage {
  let harness: PageHarness;
  const opened: TimelinePage[] = [];

  beforeAll(async () => {
    harness = await PageHarness.start();
  });
  afterAll(() => harness.stop());
  afterEach(async () => {
    // Whatever a test was about: the page threw nothing, and its policy had nothing to refuse.
    for (const page of opened.splice(0)) {
      expect(page.errors).toEqual([]);
      expect(await page.violations()).toEqual([]);
      await page.close();
    }
  });

  return async (wire, options) => {
    const page = await harness.open(wire, options);
    opened.push(page);
    if (wire !== undefined) await page.show(wire);
    return page;
  };
}

/** Readable, named, and nothing on top of something else or cut off. */
export async function expectSound({ page }: TimelinePage): Promise<void> {
  expect(await lowContrast(page, 4.5)).toEqual([]);
  expect(await unnamedControls(page)).toEqual([]);
  expect(await brokenReferences(page)).toEqual([]);
  expect(await overlappingControls(page)).toEqual([]);
  expect(await overflowPx(page)).toBeLessThanOrEqual(0);
}
