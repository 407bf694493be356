import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WireClient } from '../../src/check/wire-client.ts';
import type { ProtocolVersion, PublishPacket } from '../../src/mqtt/packet.ts';
import { PROPERTY, propertyBytes, propertyString } from '../../src/mqtt/properties.ts';
import { connectPacket, text, utf8 } from './support/observer.ts';
import { endPrograms, Program } from './support/program.ts';
import { type Recorder, recorder } from './support/recorder.ts';
import { type RunningBroker, startSandbox } from './support/sandbox.ts';

let sandbox: RunningBroker;
let recording: Recorder;
beforeAll(async () => {
  sandbox = await startSandbox();
  recording = await recorder(sandbox.address, 'mosquitto');
});
afterAll(async () => {
  await endPrograms();
  await recording.stop();
  expect(await sandbox.stop()).toBe(0);
});

type Tool = 'mosquitto_pub' | 'mosquitto_sub' | 'mosquitto_rr';
type Level = 'mqttv31' | 'mqttv311' | 'mqttv5';
const levels: readonly (readonly [Level, ProtocolVersion])[] = [
  ['mqttv31', 3],
  ['mqttv311', 4],
  ['mqttv5', 5],
];

function start(tool: Tool, level: Level, ...args: string[]): Program {
  const { host, port } = recording.address;
  return new Program([tool, '-h', host, '-p', `${port}`, '-V', level, ...args]);
}

async function client(clientId: string): Promise<WireClient> {
  const made = await WireClient.open(sandbox.address);
  expect((await made.connect(connectPacket({ clientId }))).reasonCode).toBe(0);
  return made;
}

async function observer(topicFilter: string): Promise<WireClient> {
  const made = await client(`observer of ${topicFilter}`);
  await made.subscribe(topicFilter, 2, { retainAsPublished: true });
  return made;
}

/** What a PUBLISH says, without what differs from one delivery to the next. */
function plain({ topic, payload, qos, retain, properties }: PublishPacket): object {
  return { topic, payload: text(payload), qos, retain, properties };
}

const lines = (program: Program): unknown[] => program.all('output').map(({ line }) => line);

describe.each(levels)('the Mosquitto clients with the sandbox, -V %s', (level, version) => {
  it.each([0, 1, 2] as const)('publish and receive at QoS %i', async (qos) => {
    const topic = `${level}/qos${qos}`;
    const watching = await observer(topic);
    // Told when the subscription stands: the first message is retained, and comes with it.
    watching.publish(topic, utf8('first'), qos, { retain: true });
    await watching.messages(1);
    const subscriber = start('mosquitto_sub', level, '-t', topic, '-q', `${qos}`, '-C', '2');
    expect(await subscriber.next('output')).toMatchObject({ line: 'first' });
    expect(await start('mosquitto_pub', level, '-t', topic, '-q', `${qos}`, '-m', 'second').exited).toBe(0);
    expect(await subscriber.exited).toBe(0);
    expect(lines(subscriber)).toEqual(['first', 'second']);
    const [, second] = await watching.messages(2);
    expect(second?.packet).toMatchObject({ topic, qos, retain: false });
    expect(text(second?.packet.payload)).toBe('second');
    await watching.disconnect();
  });

  it('leave a will that is published with all that it has', async () => {
    const topic = `${level}/will`;
    const watching = await observer(topic);
    const ready = `${level}/ready`;
    watching.publish(ready, utf8('go'), 1, { retain: true });
    await watching.next('puback');
    const properties =
      version < 5
        ? []
        : [
            ['will-delay-interval', '1'],
            ['payload-format-indicator', '1'],
            ['message-expiry-interval', '60'],
            ['content-type', 'text/plain'],
            ['response-topic', 'reply'],
            ['correlation-data', 'abc'],
            ['user-property', 'colour', 'red'],
            ['user-property', 'size', 'small'],
            ['user-property', 'colour', 'blue'],
          ].flatMap((property) => ['-D', 'will', ...property]);
    const will = ['--will-topic', topic, '--will-payload', 'gone', '--will-qos', '2', '--will-retain'];
    const expiry = version < 5 ? [] : ['-x', '30'];
    const doomed = start('mosquitto_sub', level, '-t', ready, ...will, ...expiry, ...properties);
    await doomed.next('output');
    await doomed.kill();
    const [published] = await watching.messages(1);
    if (published === undefined) throw new Error('No will came.');
    const pair = (name: string, value: string) => ({ id: PROPERTY.userProperty, kind: 'pair', name, value });
    const expected = [
      { id: PROPERTY.payloadFormatIndicator, kind: 'number', value: 1 },
      { id: PROPERTY.messageExpiryInterval, kind: 'number', value: 60 },
      { id: PROPERTY.contentType, kind: 'string', value: 'text/plain' },
      { id: PROPERTY.responseTopic, kind: 'string', value: 'reply' },
      { id: PROPERTY.correlationData, kind: 'bytes', value: utf8('abc') },
    ];
    const users = [pair('colour', 'red'), pair('size', 'small'), pair('colour', 'blue')];
    const { packet } = published;
    expect(plain(packet)).toMatchObject({ topic, payload: 'gone', qos: 2, retain: true });
    expect(packet.properties.filter(({ kind }) => kind !== 'pair').toSorted((a, b) => a.id - b.id)).toEqual(
      version < 5 ? [] : expected,
    );
    expect(packet.properties.filter(({ kind }) => kind === 'pair')).toEqual(version < 5 ? [] : users);
    await watching.disconnect();
  });

  it('resume their Session', async () => {
    const topic = `${level}/resume`;
    const kept = ['-c', '-i', `${level}-resume`, '-q', '2', '-t', topic];
    expect(await start('mosquitto_sub', level, ...kept, '-E').exited).toBe(0);
    const publisher = await client(`${level}-publisher`);
    for (const payload of ['one', 'two', 'three']) publisher.publish(topic, utf8(payload), 2);
    for (let count = 0; count < 3; count += 1) await publisher.next('pubcomp');
    const back = start('mosquitto_sub', level, ...kept, '-C', '3');
    expect(await back.exited).toBe(0);
    expect(lines(back)).toEqual(['one', 'two', 'three']);
    await publisher.disconnect();
  });
});

describe('the Mosquitto clients with the sandbox', () => {
  it('share a subscription: each message goes to one of two', async () => {
    const ready = 'shared/ready';
    const watching = await client('shared-publisher');
    watching.publish(ready, utf8('go'), 1, { retain: true });
    await watching.next('puback');
    const members = ['one', 'two'].map((id) =>
      start('mosquitto_sub', 'mqttv5', '-i', id, '-q', '1', '-t', '$share/group/shared/work', '-t', ready),
    );
    for (const member of members) await member.next('output');
    for (let index = 0; index < 10; index += 1) watching.publish('shared/work', utf8(`work ${index}`), 1);
    const taken = Array.from({ length: 10 }, (_, index) => `work ${index}`);
    await expect
      .poll(
        () =>
          members
            .flatMap(lines)
            .filter((line) => line !== 'go')
            .sort(),
        { timeout: 10_000 },
      )
      .toEqual(taken);
    for (const member of members) {
      expect(lines(member).length).toBeGreaterThan(1);
      await member.kill();
    }
    await watching.disconnect();
  });

  it('ask and are answered: Response Topic and Correlation Data pass unaltered', async () => {
    const responder = await client('responder');
    await responder.subscribe('ask', 1);
    const asking = start(
      'mosquitto_rr',
      'mqttv5',
      ...['-t', 'ask', '-e', 'answers', '-m', 'how much?', '-q', '1'],
      ...['-D', 'publish', 'correlation-data', 'number 7'],
      ...['-D', 'publish', 'user-property', 'language', 'en'],
    );
    const [question] = await responder.messages(1);
    const properties = question?.packet.properties ?? [];
    expect(text(question?.packet.payload)).toBe('how much?');
    expect(propertyString(properties, PROPERTY.responseTopic)).toBe('answers');
    expect(text(propertyBytes(properties, PROPERTY.correlationData))).toBe('number 7');
    const back = properties.filter(({ id }) => id === PROPERTY.correlationData);
    responder.publish('answers', utf8('42'), 1, { properties: back });
    expect(await asking.exited).toBe(0);
    expect(lines(asking)).toEqual(['42']);
    await responder.disconnect();
  });

  it('send a thousand lines at QoS 2, and each arrives once and in order', async () => {
    const topic = 'lines';
    const watching = await observer(topic);
    const sender = start('mosquitto_pub', 'mqttv5', '-t', topic, '-q', '2', '-l');
    const sent = Array.from({ length: 1_000 }, (_, index) => `line ${index}`);
    sender.feed(`${sent.join('\n')}\n`);
    expect(await sender.exited).toBe(0);
    const received = await watching.messages(1_000);
    expect(received.map(({ packet }) => text(packet.payload))).toEqual(sent);
    await watching.disconnect();
  });
});
