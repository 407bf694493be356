/** The pages of reports, for those who do not see them, do not use a mouse, or need contrast. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { ensureFolder, screenshotFolder } from '../support/folders.ts';
import { lowContrast, overflowPx } from './support/audit.ts';
import { openReport, type ReportName, reportPages } from './support/report-pages.ts';
import type { ThemeName } from './support/themes.ts';

const names = Object.keys(reportPages) as ReportName[];
const themeNames: readonly ThemeName[] = ['light', 'dark', 'highContrast'];
const widths = [1400, 480];

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

const unfold = (page: Page): Promise<void> =>
  page.evaluate(() => {
    for (const each of document.querySelectorAll('details')) each.open = true;
  });

const picture = async (page: Page, name: string): Promise<void> => {
  await page.screenshot({ path: `${ensureFolder(screenshotFolder)}/report-${name}.png` });
};

describe.each(names)('the page of %s', (name) => {
  it.each(themeNames)('is readable, folded and unfolded, wide and narrow, in the theme %s', async (theme) => {
    for (const width of widths) {
      const page = await openReport(browser, name, { theme, width });
      expect(await lowContrast(page, 4.5)).toEqual([]);
      await unfold(page);
      expect(await lowContrast(page, 4.5)).toEqual([]);
      expect(await overflowPx(page)).toBeLessThanOrEqual(0);
      await picture(page, `${name.replace(/\W+/g, '-')}-${theme}-${width}`);
    }
  });

  it('says the same in its tree, wide and narrow', async () => {
    const [wide = '', narrow] = await Promise.all(
      widths.map(async (width) => {
        const page = await openReport(browser, name, { width });
        return page.locator('main').ariaSnapshot();
      }),
    );
    expect(narrow).toBe(wide);
    expect(beginningOf(wide)).toMatchSnapshot();
  });

  it('has a name and a ring for each stop of the keyboard, in the order of the page', async () => {
    const page = await openReport(browser, name);
    const controls = await page.evaluate(
      () =>
        [...document.querySelectorAll('a[href], summary')].filter((each) => each.checkVisibility()).length,
    );
    const stops: string[] = [];
    for (let stop = 0; stop < controls; stop += 1) {
      await page.keyboard.press('Tab');
      const { named, ring } = await page.evaluate(() => {
        const element = document.activeElement ?? document.body;
        const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
        const label = element.getAttribute('aria-label') ?? element.textContent ?? '';
        return { named: label.trim(), ring: `${outlineWidth} ${outlineStyle} ${outlineColor}` };
      });
      expect(named).not.toBe('');
      expect(ring, named).toBe('1px solid rgb(0, 120, 212)');
      stops.push(named);
    }
    expect(stops.slice(0, 3)).toMatchSnapshot();
    await page.keyboard.press('Enter');
    await page.locator('details[open]').first().waitFor();
  });
});

/** As much of a tree as a person reviews: what stands before the second table or list of its kind. */
function beginningOf(tree: string): string {
  const lines = tree.split('\n').slice(0, 45).join('\n');
  // The time of the run is told as it is where the page is made.
  return lines.replace(/\d+\/\d+\/\d+, \d+:\d+:\d+\s[AP]M/, 'the time');
}
