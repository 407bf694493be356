/** The Will Message (v5 3.1.2.5 to 3.1.2.7, 3.1.3.2; v3.1.1 3.1.2.5 to 3.1.2.7). */
import { expect } from 'vitest';
import { PROPERTY } from '../../../../../src/mqtt/properties.ts';
import { settled } from '../../../support/duplex-pair.ts';
import { utf8 } from '../../test-client.ts';
import { connectBytes, illFormedTexts, noProperties, nullText, packet, text } from '../bytes.ts';
import { both, type Case, type Coverage, server } from '../coverage.ts';
import { expectRefused, type Scene, takePublishes } from '../scene.ts';

const will = "offline=I'm offline";

function willsOf(scene: Scene): readonly boolean[] {
  return scene.broker.state().sessions.map((session) => session.will);
}

const publishes: Readonly<Record<string, Case>> = {
  'comes when the network fails': async (scene) => {
    const watcher = await scene.watcher();
    const client = await scene.connect({ will: {} });
    expect(watcher.takeMessages()).toEqual([]);
    await client.reset();
    expect(watcher.takeMessages()).toEqual([will]);
  },
  'comes when the Client closes without DISCONNECT': async (scene) => {
    const watcher = await scene.watcher();
    await (await scene.connect({ will: {} })).close();
    expect(watcher.takeMessages()).toEqual([will]);
  },
  'comes when the Server closes at a protocol error': async (scene) => {
    const watcher = await scene.watcher();
    const client = await scene.connect({ will: {} });
    client.sendBytes(packet(0x36, 'a', 0, 1));
    await settled();
    expect(watcher.takeMessages()).toEqual([will]);
  },
  'comes when another connection takes the Session over': async (scene) => {
    const watcher = await scene.watcher();
    await scene.connect({ will: {} });
    await scene.connect();
    expect(watcher.takeMessages()).toEqual([will]);
  },
  'does not come after DISCONNECT': async (scene) => {
    const watcher = await scene.watcher();
    await (await scene.connect({ will: {} })).disconnect();
    await scene.advance(3_600_000);
    expect(watcher.takeMessages()).toEqual([]);
  },
};

const removed: Readonly<Record<string, Case>> = {
  'is gone once it is published': async (scene) => {
    const watcher = await scene.watcher();
    await (await scene.lasting('demo', { will: {} })).reset();
    expect(watcher.takeMessages()).toEqual([will]);
    expect(willsOf(scene)).toEqual([false, false]);
    await (await scene.lasting('demo')).reset();
    expect(watcher.takeMessages()).toEqual([]);
  },
  'is gone once DISCONNECT has come': async (scene) => {
    const watcher = await scene.watcher();
    await (await scene.lasting('demo', { will: {} })).disconnect();
    expect(willsOf(scene)).toEqual([false, false]);
    await (await scene.lasting('demo')).reset();
    expect(watcher.takeMessages()).toEqual([]);
  },
};

const refusedFlags = (flags: number, payload: readonly string[] = ['demo']): Case => {
  return (scene) => expectRefused(scene, connectBytes(scene.version, { flags, payload }), 0x81);
};

/** Whether the watcher's copy has RETAIN, and whether one who comes later gets one. */
async function retention(scene: Scene, retain: boolean): Promise<readonly boolean[]> {
  const watcher = await scene.watcher();
  await (await scene.connect({ will: { retain } })).reset();
  expect(watcher.takeMessages()).toEqual([will]);
  const late = await scene.watcher('#', { clientId: 'late' });
  return takePublishes(late).map((publish) => publish.retain);
}

const notUtf8: Readonly<Record<string, Case>> = {
  'anything else refuses the CONNECT': async (scene) => {
    const none = noProperties(scene.version);
    for (const bad of [...illFormedTexts, nullText]) {
      const payload = ['demo', none, text(bad), 'x'];
      await expectRefused(scene, connectBytes(scene.version, { flags: 0x06, payload }), 0x81);
    }
  },
  'any other character is kept': async (scene) => {
    const watcher = await scene.watcher();
    await (await scene.connect({ will: { topic: 'ä/€/😀' } })).reset();
    expect(watcher.take('publish').topic).toBe('ä/€/😀');
  },
};

export const willCases: readonly Coverage[] = [
  server(
    { 5: '3.1.2-7' },
    {
      'is held by the Session, connected or not': async (scene) => {
        const client = await scene.connect({ sessionExpiryInterval: 100, will: { willDelayInterval: 50 } });
        expect(willsOf(scene)).toEqual([true]);
        await client.reset();
        expect(willsOf(scene)).toEqual([true]);
      },
    },
  ),
  server({ 4: '3.1.2-8' }, publishes),
  server(
    { 5: '3.1.2-8' },
    {
      ...publishes,
      'comes after DISCONNECT with Reason Code 0x04': async (scene) => {
        const watcher = await scene.watcher();
        await (await scene.connect({ will: {} })).disconnect(0x04);
        expect(watcher.takeMessages()).toEqual([will]);
      },
      'waits for the Will Delay Interval': async (scene) => {
        const watcher = await scene.watcher();
        await (await scene.connect({ sessionExpiryInterval: 100, will: { willDelayInterval: 50 } })).reset();
        await scene.advance(49_999);
        expect(watcher.takeMessages()).toEqual([]);
        await scene.advance(1);
        expect(watcher.takeMessages()).toEqual([will]);
      },
      'comes with the end of the Session, when that is before the delay': async (scene) => {
        const watcher = await scene.watcher();
        await (await scene.connect({ sessionExpiryInterval: 5, will: { willDelayInterval: 50 } })).reset();
        await scene.advance(5_000);
        expect(watcher.takeMessages()).toEqual([will]);
      },
      'does not come when a new connection opens within the delay': async (scene) => {
        const watcher = await scene.watcher();
        await (await scene.connect({ sessionExpiryInterval: 100, will: { willDelayInterval: 50 } })).reset();
        await scene.connect({ cleanStart: false, sessionExpiryInterval: 100 });
        await scene.advance(1_000_000);
        expect(watcher.takeMessages()).toEqual([]);
      },
    },
  ),
  both(
    { 5: '3.1.2-9', 4: '3.1.2-9' },
    {
      'a CONNECT that lacks one of the fields is refused': async (scene) => {
        const none = noProperties(scene.version);
        for (const payload of [['demo'], ['demo', none], ['demo', none, 'offline']]) {
          await expectRefused(scene, connectBytes(scene.version, { flags: 0x06, payload }), 0x81);
        }
      },
      'topic, payload, QoS and RETAIN are those of the CONNECT': async (scene) => {
        const watcher = await scene.watcher();
        await (await scene.connect({ will: { topic: 'a/b', payload: utf8('gone'), qos: 2 } })).reset();
        expect(watcher.take('publish')).toMatchObject({
          topic: 'a/b',
          payload: utf8('gone'),
          qos: 2,
          retain: false,
        });
      },
    },
  ),
  server({ 5: '3.1.2-10', 4: '3.1.2-10' }, removed),
  both(
    { 5: '3.1.2-11', 4: '3.1.2-13' },
    {
      'Will QoS without the Will Flag refuses the CONNECT': async (scene) => {
        for (const flags of [0x0a, 0x12, 0x1a]) await refusedFlags(flags)(scene);
      },
    },
  ),
  both(
    { 4: '3.1.2-11' },
    {
      'Will QoS or Will Retain without the Will Flag refuses the CONNECT': async (scene) => {
        await refusedFlags(0x0a)(scene);
        await refusedFlags(0x22)(scene);
      },
      'Will Topic and Will Message without the Will Flag refuse the CONNECT': refusedFlags(0x02, [
        'demo',
        'offline',
        'gone',
      ]),
    },
  ),
  server(
    { 4: '3.1.2-12' },
    {
      'nothing is published for a connection without one': async (scene) => {
        const watcher = await scene.watcher();
        await (await scene.connect({ clientId: 'never had one' })).reset();
        await (await scene.lasting('had one', { will: {} })).disconnect();
        await (await scene.lasting('had one')).reset();
        expect(watcher.takeMessages()).toEqual([]);
      },
    },
  ),
  both(
    { 5: '3.1.2-12', 4: '3.1.2-14' },
    {
      'Will QoS 3 refuses the CONNECT': async (scene) => {
        const payload = ['demo', noProperties(scene.version), 'offline', 'gone'];
        await expectRefused(scene, connectBytes(scene.version, { flags: 0x1e, payload }), 0x81);
      },
      'each of 0, 1 and 2 is published as it is': async (scene) => {
        const watcher = await scene.watcher();
        for (const qos of [0, 1, 2] as const) {
          await (await scene.connect({ will: { qos } })).reset();
          expect(watcher.take('publish').qos).toBe(qos);
        }
      },
    },
  ),
  both(
    { 5: '3.1.2-13', 4: '3.1.2-15' },
    {
      'Will Retain without the Will Flag refuses the CONNECT': refusedFlags(0x22),
    },
  ),
  server(
    { 5: '3.1.2-14', 4: '3.1.2-16' },
    {
      'nothing is retained': async (scene) => {
        expect(await retention(scene, false)).toEqual([]);
      },
    },
  ),
  server(
    { 5: '3.1.2-15', 4: '3.1.2-17' },
    {
      'who subscribes later gets it': async (scene) => {
        expect(await retention(scene, true)).toEqual([true]);
      },
    },
  ),
  server(
    { 5: '3.1.3-9' },
    {
      'a new connection to the Session within the delay: the Will Message is not sent': async (scene) => {
        const watcher = await scene.watcher();
        await (await scene.connect({ sessionExpiryInterval: 100, will: { willDelayInterval: 50 } })).reset();
        await scene.advance(49_999);
        await scene.connect({ cleanStart: false });
        await scene.advance(1_000_000);
        expect(watcher.takeMessages()).toEqual([]);
      },
      'a new connection after the delay: it has been sent': async (scene) => {
        const watcher = await scene.watcher();
        await (await scene.connect({ sessionExpiryInterval: 100, will: { willDelayInterval: 50 } })).reset();
        await scene.advance(50_000);
        await scene.connect({ cleanStart: false });
        expect(watcher.takeMessages()).toEqual([will]);
      },
      'a takeover that resumes the Session within the delay: it is not sent': async (scene) => {
        const watcher = await scene.watcher();
        await scene.connect({ sessionExpiryInterval: 100, will: { willDelayInterval: 50 } });
        await scene.connect({ cleanStart: false, sessionExpiryInterval: 100 });
        await scene.advance(1_000_000);
        expect(watcher.takeMessages()).toEqual([]);
      },
    },
  ),
  server(
    { 5: '3.1.3-10' },
    {
      'the order is kept, repeats too': async (scene) => {
        const watcher = await scene.watcher();
        const pairs = ['b', 'a', 'c', 'a', 'b'].map((name, index) => ({
          id: PROPERTY.userProperty,
          kind: 'pair' as const,
          name,
          value: String(index),
        }));
        await (await scene.connect({ will: { properties: pairs } })).reset();
        expect(watcher.take('publish').properties).toEqual(pairs);
      },
    },
  ),
  both({ 5: '3.1.3-11', 4: '3.1.3-10' }, notUtf8),
];
