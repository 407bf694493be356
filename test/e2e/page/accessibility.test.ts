/** What those are told who do not see the page, and what those see who do not use a mouse. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { lowContrast } from './support/audit.ts';
import { pages } from './support/pages.ts';
import { connected, published, waiting } from './support/stories.ts';
import type { ThemeName } from './support/themes.ts';
import type { Wire } from './support/wire.ts';

const open = pages();

/** The page with its time standing still, so that two pictures of it differ only by what was done in between. */
async function stillPage(wire: Wire, theme: ThemeName): Promise<Page> {
  const timeline = await open(undefined, { theme, reducedMotion: true });
  await timeline.send({ type: 'state', state: { ...wire.state(), stopped: 'ended' } }, wire.changes());
  return timeline.page;
}

describe('the accessibility tree', () => {
  it('tells the header, what is due, and each lane with its tracks in words', async () => {
    const { wire } = waiting();
    const { page } = await open(wire);
    const told = async (selector: string): Promise<string> =>
      (await page.locator(selector).ariaSnapshot()).replaceAll(/in \d\.\d s/g, 'in # s');
    expect(await told('.header')).toMatchInlineSnapshot(`
      "- 'heading "MQTT: localhost:1883" [level=1]'
      - text: 16 packets
      - toolbar "View":
        - button "Pause"
        - button "Fit"
        - button "Zoom out"
        - button "Zoom in"
        - 'button "Order of clients: As they came"'
      - textbox "Filter":
        - /placeholder: "Filter: demo  type:publish  topic:offline/#""
    `);
    expect(await told('.strip')).toMatchInlineSnapshot(`
      "- region "What is due next":
        - list:
          - listitem:
            - button "will of demo"
            - text: due in # s delay 5 s < session 10 s
            - 'button "Resume: demo"': Resume
            - 'button "Take Over: demo"': Take Over
          - listitem:
            - button "session of demo"
            - text: ends in # s Session Expiry Interval 10 s"
    `);
    expect(await told('.rows')).toMatchInlineSnapshot(`
      "- tree "Timeline of clients":
        - treeitem "subscriber, v5 · Clean Start" [level=1]: subscriber v5 · Clean Start
        - 'treeitem "connection: connected since 12:00:00.000" [level=2]': connection connected
        - 'treeitem "packets: 2 to the Server, 5 to the Client" [level=2]': packets ↑2 ↓5
        - treeitem "demo, v5 · Clean Start" [level=1]: demo v5 · Clean Start
        - 'treeitem "connection: cut at 12:00:04.549" [level=2]': connection cut
        - 'treeitem "session: ends 12:00:14.5" [level=2]': session ends 12:00:14.5
        - 'treeitem "will: waiting, due 12:00:09.5" [level=2]': will due 12:00:09.5
        - 'treeitem "packets: 4 to the Server, 1 to the Client" [level=2]': packets ↑4 ↓1"
    `);
    expect(await page.locator('.rows').getAttribute('aria-description')).toContain('Arrow up and down');
  });

  it('has menus of items, each under the focus in its turn', async () => {
    const { page } = await open(connected().wire);
    await page.getByRole('button', { name: 'More actions for demo' }).click();
    expect(await page.getByRole('menu').ariaSnapshot()).toMatchInlineSnapshot(`
      "- menu "More actions for demo":
        - menuitem "Close without DISCONNECT"
        - menuitem "Freeze"
        - menuitem "Disconnect with Will"
        - menuitem "Take Over""
    `);
    const focused = (): Promise<string | null | undefined> =>
      page.evaluate(() => document.activeElement?.textContent);
    const seen = [await focused()];
    for (let step = 0; step < 3; step += 1) {
      await page.keyboard.press('ArrowDown');
      seen.push(await focused());
    }
    expect(seen).toEqual(['Close without DISCONNECT', 'Freeze', 'Disconnect with Will', 'Take Over']);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('menu').count()).toBe(0);
  });
});

describe('the keyboard’s focus', () => {
  const names: readonly ThemeName[] = ['light', 'dark', 'highContrast'];

  it.each(names)('is seen at each stop, in the theme %s', async (theme) => {
    const page = await stillPage(published().wire, theme);
    const picture = async (): Promise<string> => (await page.screenshot()).toString('base64');
    const stops: string[] = [];
    for (let stop = 0; stop < 40; stop += 1) {
      await page.keyboard.press('Tab');
      const name = await page.evaluate(() => {
        const { activeElement } = document;
        if (activeElement === null || activeElement === document.body) return '';
        const role = activeElement.getAttribute('role') ?? activeElement.tagName.toLowerCase();
        return `${role} ${activeElement.getAttribute('aria-label') ?? activeElement.textContent?.trim() ?? ''}`;
      });
      if (name === '') break;
      stops.push(name);
      const focused = await picture();
      await page.evaluate(() => {
        const { activeElement } = document;
        if (activeElement instanceof HTMLElement) {
          activeElement.blur();
          activeElement.dataset['stop'] = '';
        }
      });
      const unfocused = await picture();
      await page.evaluate(() => {
        const stopped = document.querySelector('[data-stop]');
        if (!(stopped instanceof HTMLElement)) return;
        delete stopped.dataset['stop'];
        stopped.focus();
      });
      expect(focused === unfocused, `the focus on ${name} is not seen`).toBe(false);
    }
    expect(stops.length).toBeGreaterThan(10);
  });

  it.each(names)('is seen in a menu, whose words stay readable, in the theme %s', async (theme) => {
    const page = await stillPage(connected().wire, theme);
    await page.getByRole('button', { name: 'More actions for demo' }).focus();
    await page.keyboard.press('Enter');
    const first = await page.screenshot();
    expect(await lowContrast(page, 4.5)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    expect((await page.screenshot()).equals(first)).toBe(false);
    expect(await lowContrast(page, 4.5)).toEqual([]);
  });
});
