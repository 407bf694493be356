import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PageHarness, type TimelinePage, textOf } from './support/harness.ts';
import { ownClient } from './support/stories.ts';
import { utf8, Wire } from './support/wire.ts';

/** What might come from the wire, and must stay text. */
const hostile = [
  '<img src=x onerror="window.hurt=1">',
  '<script>window.hurt=1</script>',
  '"><style>*{display:none}</style>',
  "javascript:window.hurt=1//' onclick='window.hurt=1",
  '\u202Eevil\u202C \u0007\u001B[31m',
  '{count} {client} {atMs}',
  'é'.repeat(3000),
  '𝒳\uD83D\uDE00 \u200B\u200Bzero width',
];

let harness: PageHarness;
beforeAll(async () => {
  harness = await PageHarness.start();
});
afterAll(() => harness.stop());

/** Every hostile text as client, server, topic, payload, label and user property. */
function hostileWire(text: string): Wire {
  const wire = new Wire({ server: text });
  const subscriber = wire.connect('subscriber', { clientId: 'subscriber' });
  wire.subscribe(subscriber, '#');
  const topic = text.replaceAll(/[#+\0]/g, '');
  const victim = wire.connect(text, {
    clientId: text,
    properties: [
      { id: 0x11, kind: 'number', value: 20 },
      { id: 0x26, kind: 'pair', name: text, value: text },
    ],
    will: {
      topic,
      payload: utf8(text),
      qos: 0,
      retain: false,
      properties: [
        { id: 0x18, kind: 'number', value: 10 },
        { id: 0x26, kind: 'pair', name: text, value: text },
      ],
    },
  });
  wire.publishToClient(subscriber, topic, text);
  wire.pass(500);
  wire.close(victim, { by: 'network', how: 'error', detail: text });
  wire.clients = [ownClient(text, ['resume', 'takeOver', 'startClean'], text)];
  wire.pass(500);
  return wire;
}

async function look(timeline: TimelinePage): Promise<string> {
  const { page } = timeline;
  await page.locator('.strip-row').first().waitFor();
  const seen: string[] = [await textOf(page.locator('main'))];
  for (const seq of [7, 8, 9]) {
    await timeline.row(seq).click();
    await timeline.settle();
    seen.push(await textOf(page.locator('.packet-panel')));
  }
  for (const tab of ['Will', 'Why']) {
    await page.getByRole('tab', { name: tab }).click();
    await timeline.settle();
    seen.push(await textOf(page.locator('main')));
  }
  return seen.join('\n');
}

describe('nothing from the wire is ever markup', () => {
  it.each(hostile.map((text) => [text.slice(0, 30), text]))('%s', async (_name, text) => {
    const wire = hostileWire(text);
    const timeline = await harness.open(wire);
    await timeline.show(wire);
    const tags = (): Promise<readonly string[]> =>
      timeline.page.evaluate(() => [
        ...new Set([...document.querySelectorAll('main *')].map((element) => element.tagName)),
      ]);
    const allowed = new Set(await tags());
    const seen = await look(timeline);
    expect(seen).toContain(text.trim().split(/\s/)[0]?.slice(0, 20) ?? '');
    for (const tag of ['IMG', 'SCRIPT', 'STYLE', 'IFRAME', 'OBJECT', 'A']) {
      expect(allowed.has(tag), tag).toBe(false);
      expect(await tags()).not.toContain(tag);
    }
    expect(await timeline.page.evaluate(() => 'hurt' in window)).toBe(false);
    expect(timeline.errors).toEqual([]);
    expect(await timeline.violations()).toEqual([]);
    expect(
      await timeline.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      ),
    ).toBeLessThanOrEqual(0);
    await timeline.close();
  });
});
