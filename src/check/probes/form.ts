/** P1 to P6 and W10: what the published will looks like. */
import type { Properties, Property, ProtocolVersion, PublishPacket, QoS } from '../../mqtt/packet.ts';
import {
  PROPERTY,
  propertyBytes,
  propertyNumber,
  propertyString,
  userProperties,
} from '../../mqtt/properties.ts';
import { tolerances } from '../../session/tolerances.ts';
import { number, type Party, text } from '../connecting.ts';
import type { CheckProbe } from '../probe.ts';
import type { Stage } from '../stage.ts';
import { type Scene, scripted, versionNames } from './scripted.ts';

const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);
const manyCharacters = 'Grüße/雪/🙂';
const pairs: readonly (readonly [string, string])[] = [
  ['b', '1'],
  ['a', '2'],
  ['b', '3'],
  ['a', '2'],
];
const messageExpirySeconds = 60;
const correlation = Uint8Array.of(0, 1, 0xff);
const willProperties: readonly Property[] = [
  number(PROPERTY.payloadFormatIndicator, 1),
  number(PROPERTY.messageExpiryInterval, messageExpirySeconds),
  { id: PROPERTY.contentType, kind: 'string', value: 'text/plain; x=1' },
  { id: PROPERTY.responseTopic, kind: 'string', value: 'answers/here' },
  { id: PROPERTY.correlationData, kind: 'bytes', value: correlation },
  ...pairs.map(([name, value]): Property => ({ id: PROPERTY.userProperty, kind: 'pair', name, value })),
];

/** A will cut by RST, as soon as all are ready. Resolves when it is due. */
async function lost(
  stage: Stage,
  version: ProtocolVersion,
  will: NonNullable<Parameters<Stage['client']>[0]['will']>,
  expiry?: number,
): Promise<void> {
  const party = await stage.client({ version, cleanStart: true, expiry, will });
  await stage.ready();
  stage.zero();
  await stage.cut(party);
  await stage.until(will.delay ?? 0);
}

/** How late a will may be here, where its time is not what is judged. */
const waitMs = 3 * tolerances.onTimeMs;

/** The will as it came; where it did not, that is owed. */
async function arrived(
  { stage, owe }: Scene,
  observer: Party,
  of = 'will',
): Promise<PublishPacket | undefined> {
  await stage.sees(observer, waitMs);
  const [first] = stage.publishes(observer);
  if (first === undefined) owe(`${of} comes`, false, `${of} did not come`, { outcome: 'missed' });
  return first?.packet;
}

const content = (version: 4 | 5): CheckProbe =>
  scripted({
    rows: ['P1'],
    what: `topic and payload, ${versionNames[version]}`,
    topic: 'form',
    version,
    lane: 'together',
    statements: [version === 5 ? 'MQTT-3.1.2-8' : 'MQTT-3.1.2-8'],
    expected: 'topic and payload as in CONNECT, byte by byte',
    play: async (scene) => {
      const { stage, owe } = scene;
      const topic = stage.topic(manyCharacters);
      const observer = await stage.observe(topic, { version });
      await lost(stage, version, { payload: everyByte, topic });
      const packet = await arrived(scene, observer);
      if (packet === undefined) return undefined;
      const same = packet.topic === topic && Buffer.from(packet.payload).equals(everyByte);
      owe('topic and payload as in CONNECT', same, `${packet.payload.length} other bytes on ${packet.topic}`);
      return undefined;
    },
  });

/** Will QoS, and what was granted. */
const lowQos: readonly (readonly [QoS, QoS])[] = [
  [0, 1],
  [1, 0],
  [1, 1],
];
const highQos: readonly (readonly [QoS, QoS])[] = [
  [2, 0],
  [2, 1],
  [2, 2],
  [1, 2],
  [0, 2],
];

const qos = (version: 4 | 5, cases: typeof lowQos, name: string, needs: 'qos1' | 'qos2'): CheckProbe =>
  scripted({
    rows: ['P2'],
    what: `QoS, ${name}, ${versionNames[version]}`,
    topic: 'form',
    version,
    lane: 'together',
    needs: [needs],
    statements: [version === 5 ? 'MQTT-3.8.4-8' : 'MQTT-3.8.4-6'],
    expected: 'the lower of Will QoS and the granted QoS',
    play: async ({ stage, owe }) => {
      const observers: Party[] = [];
      const clients: Party[] = [];
      for (const [index, [willQos, granted]] of cases.entries()) {
        const topic = stage.topic(`${willQos}-${granted}`);
        observers.push(await stage.observe(topic, { version, qos: granted, as: `o${index}` }));
        clients.push(
          await stage.client({
            version,
            cleanStart: true,
            as: `w${index}`,
            will: { payload: 'W1', topic, qos: willQos },
          }),
        );
      }
      await stage.ready();
      stage.zero();
      await Promise.all(clients.map((client) => stage.cut(client)));
      await stage.until(tolerances.onTimeMs / 1000);
      for (const [index, [willQos, granted]] of cases.entries()) {
        const observer = observers[index];
        const [first] = observer === undefined ? [] : stage.publishes(observer);
        const expected = Math.min(willQos, granted);
        const wanted = `Will QoS ${willQos}, granted ${granted}: QoS ${expected}`;
        if (first === undefined) {
          // A copy at QoS 0 may be lost.
          const outcome = expected === 0 ? 'open' : 'missed';
          owe(wanted, false, `Will QoS ${willQos}, granted ${granted}: nothing came`, { outcome });
        } else owe(wanted, first.packet.qos === expected, `QoS ${first.packet.qos} where ${expected} is due`);
      }
      return undefined;
    },
  });

/** What a subscriber gets that comes later. Resolves when all must have come. */
async function later(
  stage: Stage,
  version: ProtocolVersion,
  topic: string,
): Promise<PublishPacket | undefined> {
  const observer = await stage.observe(topic, { version, as: 'l' });
  await stage.pause(tolerances.onTimeMs / 2);
  return stage.publishes(observer)[0]?.packet;
}

function retainText(packet: PublishPacket | undefined): string {
  return packet === undefined ? 'nothing' : `RETAIN ${packet.retain ? 1 : 0}`;
}

const retained = (version: 4 | 5, delay: number): CheckProbe =>
  scripted({
    rows: ['P3'],
    what: `Will Retain 1${delay > 0 ? ', delayed' : ''}, ${versionNames[version]}`,
    topic: 'form',
    version,
    lane: 'together',
    needs: ['qos1', 'retain'],
    statements:
      version === 5
        ? ['MQTT-3.1.2-15', 'MQTT-3.3.1-12', 'MQTT-3.3.1-13']
        : ['MQTT-3.1.2-17', 'MQTT-3.3.1-9', 'MQTT-3.3.1-8'],
    expected:
      version === 5
        ? 'RETAIN 1 with Retain As Published, else 0; a later subscriber gets it with RETAIN 1'
        : 'RETAIN 0; a later subscriber gets it with RETAIN 1',
    play: async (scene) => {
      const { stage, owe } = scene;
      const topic = stage.topic();
      stage.retains(topic);
      const plain = await stage.observe(topic, { version });
      const asPublished =
        version === 5 ? await stage.observe(topic, { version, as: 'p', retainAsPublished: true }) : undefined;
      const expiry = delay > 0 ? delay + 3 : undefined;
      await lost(
        stage,
        version,
        { payload: 'W1', topic, retain: true, ...(delay > 0 ? { delay } : {}) },
        expiry,
      );
      const first = await arrived(scene, plain);
      if (first === undefined) return undefined;
      owe('RETAIN 0 where nothing else was asked for', !first.retain, 'RETAIN 1 for a live subscriber');
      if (asPublished !== undefined) {
        await stage.sees(asPublished, waitMs);
        const [copy] = stage.publishes(asPublished);
        owe(
          'RETAIN 1 with Retain As Published',
          copy?.packet.retain === true,
          `${retainText(copy?.packet)} with Retain As Published`,
        );
      }
      const kept = await later(stage, version, topic);
      owe(
        'RETAIN 1 for a later subscriber',
        kept?.retain === true,
        `${retainText(kept)} for a later subscriber`,
      );
      return undefined;
    },
  });

const notRetained = (version: 4 | 5): CheckProbe =>
  scripted({
    rows: ['P3'],
    what: `Will Retain 0, ${versionNames[version]}`,
    topic: 'form',
    version,
    lane: 'together',
    statements: [version === 5 ? 'MQTT-3.1.2-14' : 'MQTT-3.1.2-16'],
    expected: 'RETAIN 0, and nothing for a later subscriber',
    play: async (scene) => {
      const { stage, owe } = scene;
      const topic = stage.topic();
      const observer = await stage.observe(topic, { version });
      await lost(stage, version, { payload: 'W1', topic });
      const first = await arrived(scene, observer);
      if (first === undefined) return undefined;
      owe('RETAIN 0', !first.retain, 'RETAIN 1');
      const kept = await later(stage, version, topic);
      owe('nothing for a later subscriber', kept === undefined, `${retainText(kept)} for a later subscriber`);
      return undefined;
    },
  });

/** What the properties of a will became; an empty list when nothing is wrong. User Properties are looked at elsewhere. */
function wrongProperties(properties: Properties): readonly string[] {
  const wrong: string[] = [];
  const check = (name: string, got: unknown, ok: boolean): void => {
    if (!ok) wrong.push(`${name} ${got === undefined ? 'is missing' : 'was altered'}`);
  };
  const format = propertyNumber(properties, PROPERTY.payloadFormatIndicator);
  check('Payload Format Indicator', format, format === 1);
  const content = propertyString(properties, PROPERTY.contentType);
  check('Content Type', content, content === 'text/plain; x=1');
  const answers = propertyString(properties, PROPERTY.responseTopic);
  check('Response Topic', answers, answers === 'answers/here');
  const data = propertyBytes(properties, PROPERTY.correlationData);
  check('Correlation Data', data, data !== undefined && Buffer.from(data).equals(correlation));
  const expiry = propertyNumber(properties, PROPERTY.messageExpiryInterval);
  // It counts from the publication: the delay takes nothing of it.
  check(
    'Message Expiry Interval',
    expiry,
    expiry === messageExpirySeconds || expiry === messageExpirySeconds - 1,
  );
  return wrong;
}

const properties = (delay: number): CheckProbe =>
  scripted({
    rows: ['P4', 'W10'],
    what: delay > 0 ? 'properties of a delayed will' : 'properties of a will',
    topic: 'form',
    version: 5,
    lane: 'together',
    statements: ['MQTT-3.3.2-4', 'MQTT-3.3.2-6', 'MQTT-3.3.2-15', 'MQTT-3.3.2-16', 'MQTT-3.3.2-20'],
    expected: 'every property as in CONNECT',
    play: async (scene) => {
      const { stage, owe } = scene;
      const observer = await stage.observe();
      const wish = { payload: 'W1', properties: willProperties, ...(delay > 0 ? { delay } : {}) };
      await lost(stage, 5, wish, delay > 0 ? delay + 3 : undefined);
      const packet = await arrived(scene, observer);
      if (packet === undefined) return undefined;
      const wrong = wrongProperties(packet.properties);
      owe('the properties as in CONNECT', wrong.length === 0, wrong.join(', '));
      return undefined;
    },
  });

const userPropertiesInOrder = scripted({
  rows: ['P4', 'W10'],
  what: 'User Properties in their order',
  topic: 'form',
  version: 5,
  lane: 'together',
  statements: ['MQTT-3.1.3-10', 'MQTT-3.3.2-17', 'MQTT-3.3.2-18'],
  expected: 'all of them, in the order of CONNECT',
  play: async (scene) => {
    const { stage, owe } = scene;
    const observer = await stage.observe();
    await lost(stage, 5, { payload: 'W1', properties: willProperties });
    const packet = await arrived(scene, observer);
    if (packet === undefined) return undefined;
    const spelled = (list: readonly (readonly [string, string])[]): string =>
      list.map(([name, value]) => `${name}=${value}`).join(' ');
    const got = spelled(userProperties(packet.properties));
    owe(spelled(pairs), got === spelled(pairs), got === '' ? 'none' : got);
    return undefined;
  },
});

const noDelayLeaked = scripted({
  rows: ['W10', 'P4'],
  what: 'no Will Delay Interval in the PUBLISH',
  topic: 'form',
  version: 5,
  lane: 'together',
  statements: ['2.2.2.2'],
  expected: 'a valid PUBLISH, without Will Delay Interval',
  play: async (scene) => {
    const { stage, owe } = scene;
    const observer = await stage.observe();
    await lost(stage, 5, { payload: 'W1', delay: 1 }, 4);
    if ((await arrived(scene, observer)) === undefined) return undefined;
    const malformed = stage.publishes(observer)[0]?.malformed;
    owe('a valid PUBLISH', malformed === undefined, `a PUBLISH that is malformed: ${malformed ?? ''}`);
    return undefined;
  },
});

const before5Subscriber = scripted({
  rows: ['P6'],
  what: 'a will of 5.0 with properties, for a subscriber of 3.1.1',
  topic: 'form',
  version: 5,
  alsoVersions: [4],
  lane: 'together',
  statements: ['MQTT-3.1.2-8'],
  expected: 'topic and payload, without properties',
  play: async (scene) => {
    const { stage, owe } = scene;
    const observer = await stage.observe(stage.topic(), { version: 4 });
    await lost(stage, 5, { payload: 'W1', properties: willProperties });
    const packet = await arrived(scene, observer);
    if (packet === undefined) return undefined;
    owe('payload W1', text(packet.payload) === 'W1', `payload of ${packet.payload.length} other bytes`);
    return undefined;
  },
});

const once = scripted({
  rows: ['P5'],
  what: 'published once, though the Client comes back and leaves with DISCONNECT 0x00',
  topic: 'form',
  version: 5,
  lane: 'together',
  statements: ['MQTT-3.1.2-10'],
  expected: 'the will once',
  play: async ({ stage, owe }) => {
    const observer = await stage.observe();
    await lost(stage, 5, { payload: 'W1' }, 20);
    await stage.sees(observer, waitMs);
    const back = await stage.client({ version: 5, cleanStart: false, expiry: 20 });
    await stage.disconnect(back);
    await stage.pause(tolerances.onTimeMs);
    const count = stage.publishes(observer).length;
    owe('will once', count === 1, count === 0 ? 'will did not come' : `the will ${count} times`, {
      outcome: count === 1 ? 'met' : count === 0 ? 'missed' : 'unexpected',
    });
    return undefined;
  },
});

const wildcard = (version: 4 | 5): CheckProbe =>
  scripted({
    rows: ['W11'],
    what: `a will topic with a wildcard is refused, ${versionNames[version]}`,
    topic: 'form',
    version,
    statements: ['MQTT-3.3.2-2'],
    level: 'derivable',
    expected: 'CONNECT refused',
    play: async ({ stage, owe }) => {
      const topic = stage.topic('+/will');
      const answer = await stage.connect(
        { version, cleanStart: true, will: { payload: 'W1', topic } },
        { mayRefuse: true },
      );
      owe('CONNECT refused', !answer.accepted, 'CONNECT accepted');
      return undefined;
    },
  });

export const form: readonly CheckProbe[] = [
  content(5),
  content(4),
  qos(5, lowQos, 'up to 1', 'qos1'),
  qos(5, highQos, 'with 2', 'qos2'),
  qos(4, lowQos, 'up to 1', 'qos1'),
  qos(4, highQos, 'with 2', 'qos2'),
  retained(5, 0),
  retained(5, 1),
  retained(4, 0),
  notRetained(5),
  notRetained(4),
  properties(0),
  properties(1),
  userPropertiesInOrder,
  noDelayLeaked,
  before5Subscriber,
  once,
  wildcard(5),
  wildcard(4),
];
