import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodePacket } from '../../../src/mqtt/decode.ts';
import { type PublishPacket, TO_CLIENT } from '../../../src/mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../../../src/mqtt/properties.ts';
import { findStatement, statementLabel } from '../../../src/mqtt/statements.ts';
import {
  type DeviationName,
  type DeviationRow,
  deviationRows,
} from '../../../src/profile/keys/deviation-rows.ts';
import { settled } from '../support/duplex-pair.ts';
import { everyWillProperty, type Scenario, scenarios } from './decision/scenarios.ts';
import { type SeenWill, Stage } from './decision/stage.ts';
import { type Harness, harness } from './harness.ts';
import { type connectPacket, number, TestClient, utf8 } from './test-client.ts';

const golden = new URL('../../fixtures/deviations.txt', import.meta.url);

/** After this every scenario is over, but for wills that are due in more than a hundred years. */
const watchedSeconds = 500;

/** What comes of a scenario, in words: the wills that are seen, and what failed on the way. */
async function outcome({ play }: Scenario, deviations: readonly DeviationName[]): Promise<string> {
  const stage = new Stage(deviations);
  // Before 5.0 no property of a will can be malformed: what the PUBLISH looks like is tried apart.
  await stage.subscribe({ version: 4 });
  const failed = await play(stage).then(
    () => [],
    (error: Error) => [error.message],
  );
  await stage.until(watchedSeconds);
  expect(stage.faults).toEqual([]);
  return [...stage.seen.map(seenInWords), ...failed].join(', ') || 'no will';
}

const seenInWords = ([atSeconds, payload]: SeenWill): string => `${payload} at ${atSeconds} s`;

describe('a deviation', () => {
  it.each<DeviationRow>(deviationRows)('$name breaks statements that there are', ({ name, help, breaks }) => {
    expect(breaks.filter((ref) => findStatement(ref) === undefined).map(statementLabel)).toEqual([]);
    expect(breaks.length).toBeGreaterThan(0);
    expect(help).toMatch(/^[A-Z].*\.$/);
    expect(name).toMatch(/^[a-z][A-Za-z0-9]+$/);
  });

  it('changes the rows of the decision table that it is about, and no other', async () => {
    const standard = new Map<Scenario, string>();
    for (const scenario of scenarios) standard.set(scenario, await outcome(scenario, []));
    const lines: string[] = [];
    for (const { name, help } of deviationRows) {
      lines.push(`${name}: ${help}`);
      for (const [scenario, before] of standard) {
        const after = await outcome(scenario, [name]);
        if (after !== before) lines.push(`  ${scenario.row} ${scenario.what}: ${after}, not ${before}`);
      }
      lines.push('');
    }
    const text = lines.join('\n');
    // Then read it, line by line, before committing it.
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });
});

/** A broker that deviates in one thing. */
function deviating(deviation: DeviationName): Harness {
  return harness({ deviations: [deviation] });
}

/** A will that is lost, as a 5.0 subscriber sees it. */
async function published(
  { connected, watcher, advance }: Harness,
  will: Parameters<typeof connectPacket>[0] = {},
): Promise<PublishPacket[]> {
  const subscriber = await watcher('#', { clientId: 'subscriber' });
  const client = await connected({ sessionExpiryInterval: 10, ...will });
  await client.reset();
  await advance(60_000);
  return subscriber.inbox.splice(0).filter((packet): packet is PublishPacket => packet.type === 'publish');
}

describe('what a published will looks like', () => {
  const whole = { will: { willDelayInterval: 2, retain: true, properties: everyWillProperty } };

  it('with willPropertiesDropped: its User Properties alone are left', async () => {
    const [will] = await published(deviating('willPropertiesDropped'), whole);
    expect(will?.properties).toEqual(everyWillProperty.filter(({ id }) => id === PROPERTY.userProperty));
  });

  it('with willPublishedTwice: it comes twice', async () => {
    expect(await published(deviating('willPublishedTwice'), whole)).toHaveLength(2);
  });

  it('with willDelayLeaked: 5.0 subscribers get a property that no PUBLISH may have, others do not', async () => {
    const { broker, connected, watcher, advance } = deviating('willDelayLeaked');
    const old = await watcher('#', { clientId: 'old', version: 4 });
    const chunks: Uint8Array[] = [];
    const subscriber = new TestClient(broker, {
      sent: () => {},
      received: (bytes) => chunks.push(new Uint8Array(bytes)),
      ended: () => {},
    });
    await subscriber.connect({ clientId: 'subscriber' });
    await subscriber.subscribe('#', 0);
    subscriber.reads = false;
    chunks.length = 0;
    await (await connected({ sessionExpiryInterval: 10, ...whole })).reset();
    await advance(2_000);
    const bytes = Buffer.concat(chunks);
    const decoded = decodePacket(new Uint8Array(bytes), 0, bytes.length, 5, TO_CLIENT);
    expect(decoded.ok ? undefined : decoded.malformed.message).toContain('Will Delay Interval');
    expect(old.take('publish').properties).toEqual([]);
  });

  it.each([
    { delay: 2, retained: 0 },
    { delay: 0, retained: 1 },
  ])(
    'with delayedWillNotRetained: $retained retained after a delay of $delay s',
    async ({ delay, retained }) => {
      const deviant = deviating('delayedWillNotRetained');
      await published(deviant, { will: { retain: true, willDelayInterval: delay } });
      expect(deviant.broker.state().retained).toBe(retained);
    },
  );

  it('with willNotRetained: it is published, and not retained', async () => {
    const deviant = deviating('willNotRetained');
    expect(await published(deviant, whole)).toHaveLength(1);
    expect(deviant.broker.state().retained).toBe(0);
  });

  it('with willsInLine: a will that is due waits for those with a shorter delay that are not', async () => {
    const { connected, watcher, advance } = deviating('willsInLine');
    const subscriber = await watcher('#', { clientId: 'subscriber' });
    const wish = (clientId: string, willDelayInterval: number): Parameters<typeof connectPacket>[0] => ({
      clientId,
      sessionExpiryInterval: 100,
      will: { topic: clientId, payload: utf8('w'), willDelayInterval },
    });
    const [long, longer, short] = [
      await connected(wish('long', 10)),
      await connected(wish('longer', 20)),
      await connected(wish('short', 5)),
    ];
    await long.reset();
    await longer.reset();
    await advance(8_000);
    await short.reset();
    await advance(4_999);
    expect(subscriber.takeMessages()).toEqual([]);
    await advance(1);
    expect(subscriber.takeMessages()).toEqual(['short=w', 'long=w']);
    await advance(6_999);
    expect(subscriber.takeMessages()).toEqual([]);
    await advance(1);
    expect(subscriber.takeMessages()).toEqual(['longer=w']);
  });
});

describe('what a Client is told', () => {
  it('with takeoverUntold: nothing, when it is taken over', async () => {
    const { connected } = deviating('takeoverUntold');
    const old = await connected();
    await connected();
    await settled();
    expect(old.closed).toBe(true);
    expect(old.takeIfAny('disconnect')).toBeUndefined();
  });

  it('with sessionPresentAlways0: that there was no Session, though what it subscribed to still comes', async () => {
    const { connected, open } = deviating('sessionPresentAlways0');
    const client = await connected({ sessionExpiryInterval: 10 });
    await client.subscribe('t');
    await client.reset();
    const again = open();
    expect((await again.connect({ cleanStart: false })).sessionPresent).toBe(false);
    await again.publish('t', 'x');
    expect(again.takeMessages()).toEqual(['t=x']);
  });

  it('with sessionPresentAfterCleanStart: that there was a Session, though nothing of it is left', async () => {
    const { connected, open } = deviating('sessionPresentAfterCleanStart');
    const client = await connected({ sessionExpiryInterval: 10 });
    await client.subscribe('t');
    await client.reset();
    const again = open();
    expect((await again.connect({ cleanStart: true })).sessionPresent).toBe(true);
    await again.publish('t', 'x');
    expect(again.takeMessages()).toEqual([]);
    expect((await open().connect({ clientId: 'new' })).sessionPresent).toBe(false);
  });

  it('with disconnectExpiryFrom0Taken: no DISCONNECT answers the change from 0', async () => {
    const { connected } = deviating('disconnectExpiryFrom0Taken');
    const client = await connected();
    client.send({
      type: 'disconnect',
      reasonCode: 0,
      properties: [number(PROPERTY.sessionExpiryInterval, 5)],
    });
    await settled();
    expect(client.takeIfAny('disconnect')).toBeUndefined();
  });

  it('with retainedExpiryFrozen: the lifetime that a retained message had, until it is over', async () => {
    const { connected, watcher, advance } = deviating('retainedExpiryFrozen');
    const publisher = await connected({ clientId: 'publisher' });
    await publisher.publish('t', {
      retain: true,
      properties: [number(PROPERTY.messageExpiryInterval, 60)],
    });
    await advance(40_000);
    const late = await watcher('t', { clientId: 'late' });
    expect(propertyNumber(late.take('publish').properties, PROPERTY.messageExpiryInterval)).toBe(60);
    await advance(20_000);
    const later = await watcher('t', { clientId: 'later' });
    expect(later.takeIfAny('publish')).toBeUndefined();
  });
});

it('a broker that runs takes on deviations and leaves them with its settings', async () => {
  const { broker, connected, watcher } = harness();
  const subscriber = await watcher('#', { clientId: 'subscriber' });
  const client = await connected({ will: { topic: 'w', payload: utf8('1') } });
  broker.changeSettings({ deny: [], users: [], deviations: ['noWillAt0x04'] });
  await client.disconnect(4);
  expect(subscriber.takeMessages()).toEqual([]);
  const other = await connected({ will: { topic: 'w', payload: utf8('2') } });
  broker.changeSettings({ deny: [], users: [] });
  await other.disconnect(4);
  expect(subscriber.takeMessages()).toEqual(['w=2']);
});

it('wills that wait without their Session are no more than Sessions may be', async () => {
  const { connected, watcher, advance } = harness(
    { deviations: ['willDelayWithoutSession'] },
    { limits: { sessions: 3 } },
  );
  const subscriber = await watcher('#', { clientId: 'subscriber' });
  for (let each = 0; each < 5; each++) {
    const client = await connected({ will: { topic: 'w', payload: utf8(`${each}`), willDelayInterval: 5 } });
    await client.reset();
  }
  await advance(5_000);
  expect(subscriber.takeMessages()).toEqual(['w=0', 'w=1', 'w=2']);
});
