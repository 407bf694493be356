import { describe, expect, it } from 'vitest';
import type { PageNotice } from '../../../src/webview/messages.ts';
import { textOf } from './support/harness.ts';
import { expectSound, pages } from './support/pages.ts';
import { connected, mixed, published, restless, waiting } from './support/stories.ts';
import { Wire } from './support/wire.ts';

const open = pages();

describe('before anything is connected', () => {
  it('says so, and what to do', async () => {
    const timeline = await open(undefined);
    const { page } = timeline;
    expect((await timeline.posted())[0]).toEqual({ type: 'ready' });
    await timeline.send({ type: 'state', state: new Wire().state() });
    await expect.poll(() => textOf(page.locator('.empty h2'))).toBe('Nothing connected yet');
    await page.getByRole('button', { name: 'MQTT: Connect…' }).click();
    await page.getByRole('button', { name: 'New profile file' }).click();
    expect((await timeline.posted()).slice(1)).toEqual([
      { type: 'run', command: 'connect' },
      { type: 'run', command: 'newProfile' },
    ]);
  });
});

describe('while a tap waits for programs', () => {
  it('says which address a program has to be given, and leads to what to change in it', async () => {
    const wire = new Wire();
    const timeline = await open(wire);
    const { page } = timeline;
    wire.taps = [{ address: 'mqtt://127.0.0.1:1884', to: 'mqtt://localhost:1883' }];
    await timeline.send(wire.changes());
    await expect.poll(() => textOf(page.locator('.empty h2'))).toBe('The tap waits for a program');
    const tap = await textOf(page.locator('.empty-taps'));
    expect(tap).toContain('mqtt://127.0.0.1:1884');
    expect(tap).toContain('passes everything on to mqtt://localhost:1883');
    await page.getByRole('button', { name: 'What to change…' }).click();
    expect((await timeline.posted()).at(-1)).toEqual({ type: 'run', command: 'copyTapAddress' });
    wire.taps = wire.taps.map((tap) => ({ ...tap, refusal: 'broker not reachable' }));
    await timeline.send(wire.changes());
    await expect.poll(() => textOf(page.locator('.empty-taps'))).toContain('broker not reachable');
    wire.taps = [];
    await timeline.send(wire.changes());
    await expect.poll(() => textOf(page.locator('.empty h2'))).toBe('Nothing connected yet');
  });
});

describe('the keyboard', () => {
  it('walks the rows of the timeline, and opens what they are about', async () => {
    const { page } = await open(published().wire);
    const tree = page.getByRole('tree', { name: 'Timeline of clients' });
    await tree.focus();
    const active = (): Promise<string | null> =>
      page.locator('.rows [aria-selected="true"]').getAttribute('aria-label');
    expect(await active()).toBe('subscriber, v5 · Clean Start');
    for (let step = 0; step < 6; step += 1) await page.keyboard.press('ArrowDown');
    await expect.poll(active).toBe('will: published, on time (+2 ms)');
    const id = await tree.getAttribute('aria-activedescendant');
    expect(await page.locator(`[id="${id}"]`).getAttribute('aria-label')).toBe(await active());
    await page.keyboard.press('Enter');
    await expect
      .poll(() => textOf(page.locator('.why-panel h2')))
      .toContain('Why was the will of demo published');
    await page.keyboard.press('Alt+ArrowLeft');
    await expect.poll(() => textOf(page.locator('.packet-panel h2'))).toMatch(/^#\d+ /);
  });

  it('pans, zooms, fits, goes to the ends, follows', async () => {
    const timeline = await open(published().wire);
    const { page } = timeline;
    const saved = async (): Promise<{ spanMs: number; live: boolean }> =>
      (await timeline.saved()) as { spanMs: number; live: boolean };
    expect(await saved()).toMatchObject({ spanMs: 30_000, live: true });
    await page.getByRole('tree', { name: 'Timeline of clients' }).focus();
    await page.keyboard.press('+');
    await expect.poll(async () => (await saved()).spanMs).toBe(20_000);
    await page.keyboard.press('-');
    await expect.poll(async () => (await saved()).spanMs).toBe(30_000);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(async () => (await saved()).live).toBe(false);
    await page.getByRole('button', { name: 'Live' }).waitFor();
    await page.keyboard.press('l');
    await expect.poll(async () => (await saved()).live).toBe(true);
    await page.keyboard.press('f');
    await expect.poll(async () => (await saved()).live).toBe(false);
    await page.keyboard.press('Home');
    await page.keyboard.press('End');
    expect(await textOf(page.getByRole('status'))).not.toBe('');
  });

  it('reaches the filter by a slash, and comes back by Escape', async () => {
    const { page } = await open(mixed());
    await page.getByRole('tree', { name: 'Timeline of clients' }).focus();
    await page.keyboard.press('/');
    await page.keyboard.type('hasty');
    await expect.poll(() => page.locator('.lane-name').allTextContents()).toEqual(['subscriber', 'hasty']);
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('tree');
  });

  it('pins a client to the top and lets it go again', async () => {
    const timeline = await open(mixed());
    const { page } = timeline;
    const names = (): Promise<string[]> => page.locator('.lane-name').allTextContents();
    const before = await names();
    const tree = page.getByRole('tree', { name: 'Timeline of clients' });
    await tree.focus();
    for (let step = 0; step < 8; step += 1) await page.keyboard.press('ArrowDown');
    const name = 'meter-1';
    await page.locator('.rows [aria-selected="true"]', { hasText: name }).waitFor();
    // Verdicts are told there, too: on a slow machine one may follow before the words are read.
    await page.getByRole('status').evaluate((status) => {
      const said: string[] = [];
      new MutationObserver(() => said.push(status.textContent ?? '')).observe(status, { childList: true });
      Object.assign(window, { said });
    });
    await page.keyboard.press('p');
    await expect.poll(async () => (await names())[0]).toBe(name);
    expect(before[0]).toBe('subscriber');
    const said = await page.evaluate(() => (window as unknown as { said: string[] }).said);
    expect(said).toContain(`${name} is pinned to the top.`);
    await page.getByRole('button', { name: `No longer pin ${name} to the top (P)` }).click();
    await expect.poll(names).toEqual(before);
  });

  it('orders the clients, and keeps the order', async () => {
    const timeline = await open(mixed());
    const { page } = timeline;
    await page.getByRole('button', { name: 'Order of clients: As they came' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitemradio', { name: 'As they came', checked: true }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await timeline.screenshot('sorts-dark');
    await page.keyboard.press('Enter');
    const names = page.locator('.lane-name');
    await expect.poll(async () => (await names.allTextContents())[0]).toBe('demo');
    const shown = await names.allTextContents();
    expect(shown).toEqual(shown.toSorted());
    expect(await timeline.saved()).toMatchObject({ sort: 'name' });
    // Tab goes through the lanes in the order in which they are seen.
    const pins = await page
      .locator('.lane-pin')
      .evaluateAll((all) => all.map((each) => each.ariaLabel ?? ''));
    expect(pins).toEqual(shown.map((name) => `Pin ${name} to the top (P)`));
  });

  it('walks the list of packets', async () => {
    const { page } = await open(connected().wire);
    await page.getByRole('grid', { name: 'Packets' }).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => textOf(page.locator('.packet-panel h2'))).toBe('#2 CONNECT');
    await page.keyboard.press('End');
    await expect.poll(() => textOf(page.locator('.packet-row[aria-selected="true"]'))).toContain('PUBLISH');
  });

  it('opens the menu of a lane and gives the focus back', async () => {
    const timeline = await open(connected().wire);
    const { page } = timeline;
    const more = page.getByRole('button', { name: 'More actions for demo' });
    await more.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('menu').count()).toBe(0);
    expect(await timeline.posted()).toContainEqual({
      type: 'action',
      client: 'samples/will-delay.mqtt.yaml#demo',
      action: 'freeze',
    });
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
      'More actions for demo',
    );
  });

  it('moves the border of the details', async () => {
    const timeline = await open(connected().wire);
    const { page } = timeline;
    await page.getByRole('separator').focus();
    const height = async (): Promise<number> => (await page.locator('.details').boundingBox())?.height ?? 0;
    const before = await height();
    await page.keyboard.press('ArrowUp');
    await expect.poll(height).toBeGreaterThan(before);
  });

  it('reaches every control in the order in which they stand', async () => {
    const { page } = await open(waiting().wire);
    const seen: string[] = [];
    for (let press = 0; press < 40; press += 1) {
      await page.keyboard.press('Tab');
      const name = await page.evaluate(() => {
        const element = document.activeElement;
        if (element === null || element === document.body) return '';
        return element.getAttribute('aria-label') ?? element.textContent ?? '';
      });
      if (name === '') break;
      seen.push(name.trim());
    }
    const order = [
      'Pause',
      'Fit',
      'Zoom out',
      'Zoom in',
      'Filter',
      'will of demo',
      'Timeline of clients',
      'Height of the details',
      'Packet',
      'Packets',
    ];
    expect(
      order.map((name) => seen.indexOf(name)).every((at) => at >= 0),
      seen.join(' | '),
    ).toBe(true);
    const places = order.map((name) => seen.indexOf(name));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });
});

describe('the mouse', () => {
  it('pans by dragging and zooms with Ctrl and the wheel', async () => {
    const timeline = await open(published().wire);
    const { page } = timeline;
    const saved = async (): Promise<{ spanMs: number; live: boolean }> =>
      (await timeline.saved()) as { spanMs: number; live: boolean };
    const box = await page.locator('.tracks-canvas').boundingBox();
    const x = (box?.x ?? 0) + 300;
    const y = (box?.y ?? 0) + 250;
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 120, y, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => (await saved()).live).toBe(false);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -300);
    await page.keyboard.up('Control');
    await expect.poll(async () => (await saved()).spanMs).toBeLessThan(30_000);
  });

  it('selects what it clicks on the tracks', async () => {
    const { page } = await open(published().wire);
    // The session's row beside the tracks, then its bar on them.
    await page.getByRole('treeitem', { name: /^session: ends/ }).click();
    await expect.poll(() => textOf(page.locator('.why-panel h2'))).toContain('session of demo');
    await page.getByRole('treeitem', { name: /^connection: cut/ }).click();
    await expect.poll(() => textOf(page.locator('.packet-panel h2'))).toBe('#7 CONNECT');
  });
});

describe('the list of packets', () => {
  it('stays at the newest when what is due takes some of its room, until it is scrolled away from there', async () => {
    const { wire, demo } = connected();
    const timeline = await open(wire, { size: { width: 1000, height: 560 } });
    const { page } = timeline;
    const numbers = async (): Promise<number[]> =>
      (await page.locator('.packet-rows .packet-row:visible .number').allTextContents()).map(Number);
    const seen = async (): Promise<boolean> => {
      const list = await page.locator('.packet-rows').boundingBox();
      const newest = await timeline.row(Math.max(...(await numbers()))).boundingBox();
      return (newest?.y ?? 0) + (newest?.height ?? 0) <= (list?.y ?? 0) + (list?.height ?? 0) + 1;
    };
    await expect.poll(numbers).toContain(14);
    wire.act('drop', demo);
    wire.close(demo, { by: 'client', how: 'reset' });
    await timeline.send(wire.changes());
    await page.locator('.strip-row').first().waitFor();
    await expect.poll(numbers).toContain(16);
    await expect.poll(seen).toBe(true);
    wire.pass(100);
    wire.connect('late', { clientId: 'late' });
    await timeline.send(wire.changes());
    await expect.poll(numbers).toContain(19);
    await expect.poll(seen).toBe(true);

    await page.locator('.packet-rows').evaluate((list) => {
      list.scrollTop = 0;
    });
    await expect.poll(numbers).toContain(1);
    wire.connect('later', { clientId: 'later' });
    await timeline.send(wire.changes());
    expect(await numbers()).toContain(1);
  });
});

describe('the tooltip', () => {
  it('tells in full what the tracks have no room for, each with its time', async () => {
    const { page } = await open(restless(), { size: { width: 900, height: 900 } });
    await page.keyboard.press('f');
    const content = page.locator('.lanes-content');
    const told: string[] = [];
    const track = await page
      .getByRole('treeitem', { name: /^connection: / })
      .nth(1)
      .boundingBox();
    const canvas = await page.locator('.tracks-canvas').boundingBox();
    const y = (track?.y ?? 0) + (track?.height ?? 0) / 2;
    for (let x = canvas?.x ?? 0; x < (canvas?.x ?? 0) + (canvas?.width ?? 0); x += 6) {
      await page.mouse.move(x, y);
      told.push((await content.getAttribute('title')) ?? '');
    }
    const several = told.find((each) => each.split('\n').length > 2);
    expect(several?.split('\n')[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} \S/);
    expect(told.some((each) => each.includes('delayed to the Client: 200 ms ± 50 ms'))).toBe(true);
    expect(told.some((each) => /^connection: cut at /.test(each))).toBe(true);
  });
});

describe('the page', () => {
  it('does what the palette tells it to', async () => {
    const timeline = await open(published().wire);
    const { page } = timeline;
    await timeline.send({ type: 'command', command: 'showWhy' });
    await page.locator('.why-panel:visible').waitFor();
    await timeline.send({ type: 'command', command: 'showWill' });
    await page.locator('.will-panel:visible').waitFor();
    await timeline.send({ type: 'command', command: 'focusFilter' });
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('VSCODE-TEXT-FIELD');
    await timeline.send({ type: 'command', command: 'toggleLive' });
    await page.getByRole('button', { name: 'Live' }).waitFor();
  });

  it('comes back with the filter, the tab and the zoom that it had', async () => {
    const saved = {
      filter: 'demo',
      tab: 'why',
      live: false,
      spanMs: 12_000,
      detailsShare: 0.3,
      sort: 'newest',
      pinned: ['localhost:1883\ndemo'],
    };
    const timeline = await open(published().wire, { saved });
    await timeline.page.locator('.why-panel:visible').waitFor();
    expect(await timeline.page.locator('.lane-name').allTextContents()).toEqual(['demo']);
    expect(await timeline.saved()).toEqual(saved);
  });

  it('stands still when the engine has ended, keeps what it has, and says what can be done', async () => {
    const { wire } = waiting(1500);
    const timeline = await open(wire);
    const { page } = timeline;
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    const notice = page.getByRole('alert');
    const say = (kind: PageNotice['kind'], recorded: boolean): Promise<void> =>
      timeline.send({ type: 'notice', notice: { kind, atMs: wire.nowMs, recorded } });
    const { connections, expectations } = wire.ended();
    await say('engineEnded', true);
    await timeline.send({
      type: 'changes',
      entities: { connections, expectations, sessions: [], wills: [], insights: [] },
      stats: wire.changes().stats,
    });
    expect(await textOf(notice)).toMatch(/^The engine ended at 12:00:\d\d\.\d{3} and is being started again/);
    expect(await textOf(page.locator('.counts'))).toMatch(/stopped at 12:00:\d\d/);
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
    expect(await page.locator('.strip-row').count()).toBe(0);
    expect(await page.locator('.packet-row').count()).toBeGreaterThan(5);
    await expect
      .poll(() => page.getByRole('treeitem', { name: /^will: / }).getAttribute('aria-label'))
      .toBe('will: still pending when the trace ends (undecided)');
    await notice.getByRole('button', { name: 'Open what was recorded' }).click();

    await say('engineRestarted', true);
    await timeline.screenshot('engine-restarted-dark');
    await expectSound(timeline);
    await notice.getByRole('button', { name: 'MQTT: Connect…' }).click();
    await say('engineFailed', false);
    expect(await textOf(notice)).toContain('not started by itself any more');
    await notice.getByRole('button', { name: 'Restart engine' }).click();
    expect((await timeline.posted()).filter(({ type }) => type === 'run')).toEqual([
      { type: 'run', command: 'openRecorded' },
      { type: 'run', command: 'connect' },
      { type: 'run', command: 'restartEngine' },
    ]);

    await page.getByRole('button', { name: 'Dismiss' }).click();
    await expect.poll(() => notice.count()).toBe(0);
    expect(await textOf(page.locator('.counts'))).toMatch(/stopped at/);
    // What the next engine tells is followed again.
    await timeline.show(connected().wire);
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    expect(await textOf(page.locator('.counts'))).not.toContain('stopped');
  });

  it('says what is wrong with a filter, and how to see everything again', async () => {
    const { page } = await open(mixed());
    await page.locator('vscode-text-field').click();
    await page.keyboard.type('type:publsh');
    await expect.poll(() => textOf(page.locator('.filter-problem'))).toContain('publsh');
    await page.getByRole('button', { name: 'Clear filter' }).click();
    await expect.poll(() => page.locator('.lane-name').count()).toBeGreaterThan(3);
    expect(await page.locator('.filter-problem').isVisible()).toBe(false);
  });

  it('shows a failure to read a packet, and tries again at the next look', async () => {
    const timeline = await open(connected().wire);
    timeline.failDetails('The engine is gone.');
    await timeline.page.locator('.packet-row', { hasText: 'CONNACK' }).first().click();
    await expect.poll(() => textOf(timeline.page.locator('.packet-panel'))).toContain('The engine is gone.');
  });
});
