/** The page of What-if in each kind of theme: pictures for a person to look at, its words, and that the keyboard is enough. */
import type { Frame } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { Stage } from '../support/stage.ts';

/** The frame that shows the page, once it is there. */
async function whatIfFrame({ workbench: { page } }: Stage): Promise<Frame> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    for (const frame of page.frames()) {
      const title = await frame.title().catch(() => '');
      if (title.startsWith('What If:')) {
        await frame.locator('h1').waitFor();
        return frame;
      }
    }
    if (Date.now() > deadline) throw new Error('The page of What If did not open.');
    // A frame tells nobody when its content is there; the next animation frame of the workbench is asked instead.
    await page.evaluate(() => new Promise((settle) => requestAnimationFrame(() => settle(undefined))));
  }
}

describe('What If', () => {
  test.each(['light', 'dark', 'high-contrast'] as const)('in a %s theme', async (theme) => {
    const stage = await Stage.open({ theme, size: { width: 1600, height: 1000 } });
    try {
      const { workbench } = stage;
      await workbench.openFile('will-delay.mqtt.yaml');
      await workbench.choose('MQTT: What If...', 'demo');
      const frame = await whatIfFrame(stage);
      const lost = frame.locator('section', { hasText: 'The connection is lost' }).first();
      const resumed = lost.locator('tr', { hasText: 'Back within the delay, Clean Start 0' });
      expect(await resumed.innerText()).toMatch(/Not published[\s\S]*Is resumed[\s\S]*1[\s\S]*D37/);
      await workbench.screenshot(`what-if-${theme}-1`);
      const why = resumed.locator('summary');
      await why.focus();
      await workbench.page.keyboard.press('Enter');
      await resumed.getByText('the Will Message must not be sent').waitFor();
      await why.scrollIntoViewIfNeeded();
      await workbench.screenshot(`what-if-${theme}-2-why`);
      expect(workbench.console.filter((line) => /Content Security Policy|\[page error\]/.test(line))).toEqual(
        [],
      );
    } finally {
      await stage.close();
    }
  });

  test('beside an editor at 200 %, nothing is cut off', async () => {
    const stage = await Stage.open({
      size: { width: 1400, height: 900 },
      settings: { 'window.zoomLevel': 0, 'workbench.sideBar.location': 'left' },
    });
    try {
      const { workbench } = stage;
      await workbench.openFile('will-delay.mqtt.yaml');
      await workbench.choose('MQTT: What If...', 'demo-3.1.1');
      const frame = await whatIfFrame(stage);
      await frame.evaluate(() => {
        document.body.style.zoom = '2';
      });
      const wide = await frame.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(wide).toBeLessThanOrEqual(0);
      expect(await frame.locator('body').innerText()).toContain('CleanSession 0');
      await workbench.screenshot('what-if-200-percent');
    } finally {
      await stage.close();
    }
  });
});
