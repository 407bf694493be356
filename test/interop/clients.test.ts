import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WireClient } from '../../src/check/wire-client.ts';
import type { Properties, Property, ProtocolVersion, PublishPacket } from '../../src/mqtt/packet.ts';
import { PROPERTY } from '../../src/mqtt/properties.ts';
import { temporaryFolder } from '../e2e/support/folders.ts';
import { clientPrograms } from './support/clients.ts';
import { connectPacket, text, utf8 } from './support/observer.ts';
import { type Command, endPrograms, Program } from './support/program.ts';
import { type Recorder, recorder } from './support/recorder.ts';
import { type RunningBroker, startSandbox } from './support/sandbox.ts';

let sandbox: RunningBroker;
let recording: Recorder;
const folder = temporaryFolder('clients');

beforeAll(async () => {
  sandbox = await startSandbox();
  recording = await recorder(sandbox.address, 'libraries');
});
afterAll(async () => {
  await endPrograms();
  await recording.stop();
  expect(await sandbox.stop()).toBe(0);
  folder.remove();
});

/** A subscriber that is none of the libraries. */
async function observer(prefix: string, version: ProtocolVersion = 5): Promise<WireClient> {
  const client = await WireClient.open(sandbox.address);
  const { reasonCode } = await client.connect(connectPacket({ clientId: `${prefix}-observer`, version }));
  expect(reasonCode).toBe(0);
  await client.subscribe(`${prefix}/out`, 2);
  await client.subscribe(`${prefix}/will`, 2, { retainAsPublished: true });
  return client;
}

const tenTimes = (word: string): string[] => Array.from({ length: 10 }, (_, index) => `${word} ${index}`);

const payloads = (messages: readonly { readonly packet: PublishPacket }[]): string[] =>
  messages.map(({ packet }) => text(packet.payload));

describe.each(clientPrograms)('$name', ({ name, versions, tellsSessionPresent, userProperties, prepare }) => {
  let command: Command;
  beforeAll(async () => {
    command = await prepare(folder.path);
  });

  describe.each(versions)('speaks level %i with the sandbox', (version) => {
    const prefixOf = (part: string): string => `${name.replaceAll(/\W/g, '')}-${version}-${part}`;
    const present = (sessionPresent: boolean): object =>
      tellsSessionPresent.includes(version) ? { sessionPresent } : {};
    const play = (part: string, prefix: string): Program => {
      const { host, port } = recording.address;
      return new Program([...command, part, host, `${port}`, prefix, `${version}`]);
    };

    it('and its will is published with all that it has', async () => {
      const prefix = prefixOf('will');
      const watching = await observer(prefix);
      const program = play('will', prefix);
      expect(await program.next('connected')).toMatchObject(present(false));
      await program.kill();
      const [will] = await watching.messages(1);
      expect(will?.packet).toMatchObject({ topic: `${prefix}/will`, qos: 1, retain: true });
      expect(text(will?.packet.payload)).toBe('gone');
      expect(will?.packet.properties).toEqual(version === 5 ? willProperties(prefix, userProperties) : []);

      const later = await observer(prefix, 4);
      const [retained] = await later.messages(1);
      expect(retained?.packet).toMatchObject({ topic: `${prefix}/will`, retain: true });
      await Promise.all([watching.disconnect(), later.disconnect()]);
    });

    it('and QoS 2 brings each message once and in order, both ways', async () => {
      const prefix = prefixOf('qos2');
      const watching = await observer(prefix);
      const program = play('qos2', prefix);
      await program.next('subscribed');
      program.go();
      await program.next('published');
      expect(payloads(await watching.messages(10))).toEqual(tenTimes('out'));
      expect(watching.publishes.map(({ packet }) => packet.qos)).toEqual(Array(10).fill(2));

      for (const payload of tenTimes('in')) watching.publish(`${prefix}/in`, utf8(payload), 2);
      for (const payload of tenTimes('in')) {
        expect(await program.next('message')).toMatchObject({ topic: `${prefix}/in`, payload, qos: 2 });
      }
      program.go();
      expect(await program.exited).toBe(0);
      expect(program.all('message')).toHaveLength(10);
      await watching.disconnect();
      expect(watching.publishes).toHaveLength(10);
    });

    it('and finds its Session and what came meanwhile when it is back', async () => {
      const prefix = prefixOf('resume');
      const watching = await observer(prefix);
      const program = play('resume', prefix);
      expect(await program.next('connected')).toMatchObject(present(false));
      await program.next('subscribed');
      program.go();
      await program.next('away');
      for (const payload of tenTimes('kept')) watching.publish(`${prefix}/in`, utf8(payload), 2);
      // All have been taken when the Server has finished its part of the last exchange.
      for (const _ of tenTimes('kept')) await watching.next('pubcomp');
      program.go();
      expect(await program.next('connected')).toMatchObject(present(true));
      for (const payload of tenTimes('kept')) {
        expect(await program.next('message')).toMatchObject({ payload, qos: 2 });
      }
      program.go();
      expect(await program.exited).toBe(0);
      expect(program.all('message')).toHaveLength(10);
      await watching.disconnect();
    });

    // 3.1.1 knows no shared subscriptions.
    if (version < 5) return;
    it('and shares a subscription: each message goes to one of two', async () => {
      const prefix = prefixOf('shared');
      const watching = await observer(prefix);
      const program = play('shared', prefix);
      await program.next('subscribed');
      for (const payload of tenTimes('work')) watching.publish(`${prefix}/in`, utf8(payload), 1);
      for (const _ of tenTimes('work')) await program.next('message');
      program.go();
      expect(await program.exited).toBe(0);
      const taken = program.all('message');
      expect(taken.map(({ payload }) => payload).sort()).toEqual(tenTimes('work'));
      expect(new Set(taken.map(({ client }) => client))).toEqual(new Set(['one', 'two']));
      await watching.disconnect();
    });
  });
});

/** As they were set, the user's in the order of the library, and without the Will Delay Interval. */
function willProperties(
  prefix: string,
  userProperties: readonly (readonly [name: string, value: string])[],
): Properties {
  return expect.toSatisfy((found: Properties) => {
    const users = found.filter((each) => each.id === PROPERTY.userProperty);
    expect(users).toEqual(
      userProperties.map(([name, value]) => ({ id: PROPERTY.userProperty, kind: 'pair', name, value })),
    );
    const others: Property[] = [
      { id: PROPERTY.payloadFormatIndicator, kind: 'number', value: 1 },
      { id: PROPERTY.messageExpiryInterval, kind: 'number', value: 60 },
      { id: PROPERTY.contentType, kind: 'string', value: 'text/plain' },
      { id: PROPERTY.responseTopic, kind: 'string', value: `${prefix}/reply` },
      { id: PROPERTY.correlationData, kind: 'bytes', value: new Uint8Array([1, 2, 3]) },
    ];
    const byId = (a: Property, b: Property): number => a.id - b.id;
    expect(found.filter((each) => each.id !== PROPERTY.userProperty).sort(byId)).toEqual(others);
    return true;
  }, 'the properties of the will');
}
