import { describe, expect, it } from 'vitest';
import { textOf } from './support/harness.ts';
import { pages } from './support/pages.ts';
import { cancelled, connected, published, waiting } from './support/stories.ts';
import { demoConnect } from './support/wire.ts';

const open = pages();

describe('the story of a will that waits', () => {
  it('counts down to the will and to the end of the session', async () => {
    const { page } = await open(waiting().wire);
    const rows = page.locator('.strip-row');
    await rows.nth(1).waitFor();
    expect(await textOf(rows.nth(0))).toMatch(/will of demo\s+due in \d\.\d s\s+delay 5 s < session 10 s/);
    expect(await textOf(rows.nth(1))).toMatch(/session of demo\s+ends in \d\.\d s/);
    const before = await textOf(rows.nth(0).locator('.strip-remaining'));
    await expect.poll(() => textOf(rows.nth(0).locator('.strip-remaining'))).not.toBe(before);
  });

  it('offers what would change the outcome, and passes it on to the host', async () => {
    const timeline = await open(waiting().wire);
    await timeline.page.getByRole('button', { name: 'Resume: demo' }).first().click();
    expect(await timeline.posted()).toContainEqual({
      type: 'action',
      client: 'samples/will-delay.mqtt.yaml#demo',
      action: 'resume',
    });
  });

  it('shows the verdict where the countdown was, and says it once to a screen reader', async () => {
    const { wire, subscriber } = waiting(5002);
    const timeline = await open(wire);
    wire.publishToClient(subscriber, 'offline', "I'm offline", {
      properties: demoConnect.will.properties.slice(1),
    });
    wire.pass(1000);
    await timeline.send(wire.changes());
    const row = timeline.page.locator('.strip-row', { hasText: 'will of demo' });
    await expect.poll(() => textOf(row)).toContain('met, +2 ms');
    const status = timeline.page.getByRole('status');
    await expect.poll(() => textOf(status)).toBe('will of demo: met, +2 ms');
    expect(
      await timeline.page.getByRole('treeitem', { name: 'will: published, on time (+2 ms)' }).count(),
    ).toBe(1);
  });

  it('shows a will that a resume cancelled, and why', async () => {
    const { wire } = cancelled();
    const timeline = await open(wire);
    const { page } = timeline;
    expect(await page.getByRole('treeitem', { name: 'will: armed; before that cancelled' }).count()).toBe(1);
    await timeline.send({ type: 'reveal', expectation: expectationOf(wire, 'will') });
    const why = page.locator('.why-panel');
    await expect.poll(() => textOf(why.locator('h2'))).toBe('Why was the will of demo not published?');
    expect(await textOf(why.locator('.verdict-line'))).toContain('cancelled');
    expect(await textOf(why.locator('.why-facts'))).toContain('before the delay has passed');
  });
});

describe('the story of a client that falls silent', () => {
  it('counts down to its will, whose Why is that of the silence, and goes on following what comes', async () => {
    const { wire, demo } = connected();
    wire.act('freeze', demo);
    wire.pass(3000);
    const timeline = await open(wire);
    const { page } = timeline;
    const row = page.locator('.strip-row', { hasText: 'will of demo' });
    expect(await textOf(row)).toMatch(
      /due in 1 min \d\d s\s+if nothing comes within 1\.5 × Keep Alive 1 min/,
    );
    const track = page.getByRole('treeitem', { name: /^will: armed, due \S+ if nothing comes$/ });
    await track.waitFor();
    await row.getByRole('button', { name: 'will of demo' }).click();
    const why = page.locator('.why-panel');
    await expect.poll(() => textOf(why.locator('.why-facts'))).toContain('The Client was frozen at');
    expect(await textOf(why.locator('.why-facts'))).toContain('The Will Message is due 5 s after that close');
    await timeline.send({ type: 'reveal', expectation: expectationOf(wire, 'keep-alive') });
    await page.getByRole('button', { name: 'Pause' }).waitFor();
  });
});

describe('a capture that ends while a will waits', () => {
  it('says so everywhere, has nothing to follow, and counts nothing down', async () => {
    const { wire } = waiting();
    const timeline = await open(wire);
    const { page } = timeline;
    await timeline.send({ type: 'state', state: wire.captured() });
    await timeline.send(wire.changes());
    await timeline.send({ type: 'command', command: 'fit' });
    const left = 'still pending when the trace ends (undecided)';
    await page.getByRole('treeitem', { name: `will: ${left}` }).waitFor();
    expect(await page.locator('.strip').isVisible()).toBe(false);
    expect(await page.getByRole('button', { name: /^(Live|Pause)$/ }).count()).toBe(0);
    expect(await textOf(page.locator('.counts'))).toMatch(/a capture, until \d\d:\d\d:\d\d/);
    await timeline.send({ type: 'reveal', expectation: expectationOf(wire, 'will') });
    const why = page.locator('.why-panel');
    await expect.poll(() => textOf(why.locator('h2'))).toBe('What became of the will of demo?');
    expect(await textOf(why.locator('.verdict-line'))).toContain(left);
    expect(await textOf(why.locator('.why-facts'))).toMatch(/The trace ends at .*before it was due/);
  });
});

describe('Why', () => {
  it('tells numbered facts, each linked to its packet and its statement', async () => {
    const { wire } = published();
    const timeline = await open(wire);
    const { page } = timeline;
    await timeline.send({ type: 'reveal', expectation: expectationOf(wire, 'will') });
    const why = page.locator('.why-panel');
    await expect
      .poll(() => textOf(why.locator('h2')))
      .toBe('Why was the will of demo published at 12:00:09.551?');
    const facts = await why.locator('.why-facts > li').allTextContents();
    expect(facts).toHaveLength(4);
    expect(facts[0]).toContain('CONNECT carried Will Delay Interval 5 s and Session Expiry Interval 10 s');
    expect(facts[2]).toContain('v5 [MQTT-3.1.3-9]');

    await why.getByRole('button', { name: 'Show v5 [MQTT-3.1.3-9]' }).click();
    expect(await why.locator('.statement:visible').count()).toBe(1);
    await why
      .getByRole('button', { name: /^Open in the standard/ })
      .first()
      .click();
    expect(await timeline.posted()).toContainEqual({ type: 'openStatement', key: '5:MQTT-3.1.3-9' });

    expect(await why.locator('.checks > li').count()).toBeGreaterThanOrEqual(5);
    expect(await textOf(why.locator('.checks'))).not.toContain('failed');

    await why.locator('.why-facts').getByRole('button', { name: 'Show packet 17' }).click();
    await expect.poll(() => textOf(page.locator('.packet-panel h2'))).toBe('#17 PUBLISH');
    expect(await textOf(page.locator('.packet-row[aria-selected="true"]'))).toContain('offline');
  });

  it('brings the packet of a link into view, though the list was not displayed', async () => {
    const { wire } = published();
    const timeline = await open(wire, { size: { width: 1000, height: 600 } });
    const { page } = timeline;
    await timeline.send({ type: 'reveal', expectation: expectationOf(wire, 'will') });
    await page.locator('.why-facts').getByRole('button', { name: 'Show packet 7' }).click();
    const inView = (): Promise<boolean> =>
      page.locator('.packet-row[aria-selected="true"]').evaluate((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        const list = row.closest('.packet-rows')?.getBoundingClientRect();
        return list !== undefined && top >= list.top - 1 && bottom <= list.bottom + 1;
      });
    await expect.poll(inView).toBe(true);
    const scrolled = await page
      .locator('.packet-rows')
      .evaluate((rows) => rows.scrollHeight > rows.clientHeight);
    expect(scrolled).toBe(true);
  });

  it('keeps an opened statement open while more becomes known', async () => {
    const { wire, subscriber } = waiting(5002);
    const timeline = await open(wire);
    await timeline.send({ type: 'reveal', expectation: expectationOf(wire, 'will') });
    const why = timeline.page.locator('.why-panel');
    await why.getByRole('button', { name: 'Show v5 [MQTT-3.1.3-9]' }).click();
    wire.publishToClient(subscriber, 'offline', "I'm offline");
    wire.pass(2000);
    await timeline.send(wire.changes());
    await expect.poll(() => textOf(why.locator('.verdict-line'))).toContain('met');
    expect(await why.locator('.statement:visible').count()).toBe(1);
  });
});

describe('Packet and Will', () => {
  /** The CONNECT of demo. */
  const connectSeq = 7;

  it('light up the bytes of a field, and the field of a byte', async () => {
    const timeline = await open(published().wire);
    const { page } = timeline;
    await timeline.row(connectSeq).click();
    await page.locator('.field-row', { hasText: 'Protocol Version' }).hover();
    await expect.poll(() => page.locator('.hex-byte[data-lit]').allTextContents()).toEqual(['05']);
    await page.locator('.hex-byte[data-offset="0"]').hover();
    await expect
      .poll(() => textOf(page.locator('.field-row[data-lit]')))
      .toMatch(/^(Packet Type|Fixed Header)/);
  });

  it('can be walked through by keyboard alone', async () => {
    const timeline = await open(published().wire);
    const { page } = timeline;
    await timeline.row(connectSeq).click();
    await page.locator('.field-row', { hasText: 'Protocol Version' }).waitFor();
    await page.locator('.field-rows').focus();
    for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowDown');
    const field = page.locator('.field-row[aria-selected="true"]');
    expect(await textOf(field)).toContain('Protocol Name');
    expect(await page.locator('.field-rows').getAttribute('aria-activedescendant')).toBe(
      await field.getAttribute('id'),
    );
    expect(await page.locator('.hex-byte[data-lit]').count()).toBeGreaterThan(0);
    await page.locator('.hex').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.hex-byte[data-cursor]').getAttribute('aria-label')).toContain(
      'Remaining Length',
    );
  });

  it('show every field of the will, its properties and the version', async () => {
    const timeline = await open(published().wire);
    const { page } = timeline;
    await timeline.row(connectSeq).click();
    await page.getByRole('tab', { name: 'Will' }).click();
    const text = (): Promise<string> => textOf(page.locator('.will-panel'));
    await expect.poll(text).toContain('thermostat-7');
    for (const part of ['offline', "I'm offline", 'Will Delay Interval 5 s', 'MQTT 5.0', 'Content Type']) {
      expect(await text()).toContain(part);
    }
    expect(await text()).not.toContain('correct horse');
  });

  it('never show a password', async () => {
    const timeline = await open(connected().wire);
    await timeline.row(connectSeq).click();
    await timeline.page.locator('.field-row', { hasText: 'User Name' }).first().waitFor();
    expect(await textOf(timeline.page.locator('main'))).not.toContain('correct horse');
  });

  it('say that a record has left the trace', async () => {
    const timeline = await open(connected().wire);
    timeline.forgetDetails();
    await timeline.row(3).click();
    await expect.poll(() => textOf(timeline.page.locator('.packet-panel'))).toContain('has left the trace');
  });
});

function expectationOf(wire: ReturnType<typeof waiting>['wire'], kind: string): number {
  const id = wire.expectations().find((each) => each.kind === kind)?.id;
  if (id === undefined) throw new Error(`There is no expectation of kind ${kind}.`);
  return id;
}
