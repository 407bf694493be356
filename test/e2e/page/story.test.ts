import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PageHarness } from './support/harness.ts';
import { cancelled, mixed, published, waiting } from './support/stories.ts';

let harness: PageHarness;
beforeAll(async () => {
  harness = await PageHarness.start();
});
afterAll(() => harness.stop());

describe('the story', () => {
  for (const theme of ['dark', 'light', 'highContrast'] as const)
    it('published ' + theme, async () => {
      const story = published();
      const page = await harness.open(story.wire, { theme, size: { width: 1440, height: 900 } });
      await page.show(story.wire);
      await page.page.waitForTimeout(600);
      await page.send({ type: 'reveal', expectation: 2 });
      const ids = await page.page.evaluate(() => document.querySelector('.why-panel h2')?.textContent);
      console.log(ids);
      await page.page.waitForTimeout(300);
      await page.screenshot('published-' + theme);
      expect(page.errors).toEqual([]);
      await page.page.click('.why-facts .packet-link >> nth=0');
      await page.page.waitForTimeout(300);
      await page.page.hover('.field-row >> nth=12');
      await page.page.waitForTimeout(300);
      await page.screenshot('packet-' + theme);
      await page.send({ type: 'command', command: 'showWill' });
      await page.page.waitForTimeout(300);
      await page.screenshot('will-' + theme);
      expect(page.errors).toEqual([]);
    });
  it('mixed', async () => {
    const wire = mixed();
    const page = await harness.open(wire, { theme: 'dark', size: { width: 1280, height: 1000 } });
    await page.show(wire);
    await page.page.waitForTimeout(600);
    await page.page.keyboard.press('f');
    await page.page.waitForTimeout(300);
    await page.screenshot('mixed-dark');
    const c = cancelled();
    const page2 = await harness.open(c.wire, { theme: 'light', size: { width: 1280, height: 800 } });
    await page2.show(c.wire);
    await page2.page.waitForTimeout(600);
    await page2.screenshot('cancelled-light');
    const page3 = await harness.open(c.wire, { theme: 'light', size: { width: 400, height: 800 } });
    await page3.show(c.wire);
    await page3.page.waitForTimeout(600);
    await page3.screenshot('narrow-light');
    const s = waiting();
    const page4 = await harness.open(s.wire, { theme: 'dark', size: { width: 640, height: 400 }, scale: 2 });
    await page4.show(s.wire);
    await page4.page.waitForTimeout(600);
    await page4.screenshot('zoom200-dark');
    const page5 = await harness.open(undefined, { theme: 'light', size: { width: 1280, height: 800 } });
    const { Wire } = await import('./support/wire.ts');
    await page5.send({ type: 'state', state: new Wire().state() });
    await page5.screenshot('empty-light');
  });
});
