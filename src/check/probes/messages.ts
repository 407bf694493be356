/** S3 and S4, and what a Session must keep: messages. And B1: wills of several Clients. */
import { PROPERTY, propertyNumber } from '../../mqtt/properties.ts';
import { tolerances } from '../../session/tolerances.ts';
import { type Connecting, number, text } from '../connecting.ts';
import { Doubt } from '../failures.ts';
import { lateness } from '../judging.ts';
import type { CheckProbe } from '../probe.ts';
import { scripted, versionNames } from './scripted.ts';

function keptBy(version: 4 | 5): Connecting {
  return { version, cleanStart: false, expiry: version === 5 ? 30 : undefined };
}

const queued = (version: 4 | 5): CheckProbe =>
  scripted({
    rows: ['S1'],
    what: `QoS 1 messages come to a Session that was away, ${versionNames[version]}`,
    topic: 'messages',
    version,
    statements: [version === 5 ? 'MQTT-4.5.0-1' : 'MQTT-3.1.2-5'],
    expected: 'the message comes after the resume',
    play: async ({ stage, owe, owePresent }) => {
      const topic = stage.topic('kept');
      const observer = await stage.observe(topic, { version });
      const first = await stage.client(keptBy(version));
      await stage.subscribe(first, topic, 1);
      await stage.disconnect(first);
      const publisher = await stage.client({ version, cleanStart: true, as: 'p' });
      await stage.publish(publisher, topic, 'M1', 1);
      await stage.sees(observer, tolerances.onTimeMs);
      if (stage.publishes(observer).length === 0)
        throw new Doubt('the message did not reach a live subscriber either');
      const back = await stage.client(keptBy(version));
      owePresent(back, true);
      await stage.pause(tolerances.onTimeMs);
      const came = back.client.publishes.some(({ packet }) => text(packet.payload) === 'M1');
      owe('the message comes', came, 'the message did not come', came ? {} : { outcome: 'missed' });
      return undefined;
    },
  });

const willQueued = scripted({
  rows: ['S1'],
  what: 'a will comes to a Session that was away, 5.0',
  topic: 'messages',
  version: 5,
  statements: ['MQTT-4.5.0-1'],
  expected: 'the will comes after the resume',
  play: async ({ stage, owe }) => {
    const topic = stage.topic();
    const observer = await stage.observe(topic);
    const first = await stage.client({ ...keptBy(5), as: 's' });
    await stage.subscribe(first, topic, 1);
    await stage.disconnect(first);
    const lost = await stage.client({ version: 5, cleanStart: true, will: { payload: 'W1', topic } });
    await stage.cut(lost);
    await stage.sees(observer, 2 * tolerances.onTimeMs);
    if (stage.publishes(observer).length === 0)
      throw new Doubt('the will did not reach a live subscriber either');
    const back = await stage.client({ ...keptBy(5), as: 's' });
    await stage.pause(tolerances.onTimeMs);
    const came = back.client.publishes.some(({ packet }) => text(packet.payload) === 'W1');
    owe('the will comes', came, 'the will did not come', came ? {} : { outcome: 'missed' });
    return undefined;
  },
});

const pubrelAgain = scripted({
  rows: ['S3'],
  what: 'PUBREL is sent again after a resume, though the message has expired, 5.0',
  topic: 'messages',
  version: 5,
  needs: ['qos2'],
  statements: ['MQTT-4.4.0-1'],
  expected: 'PUBREL again',
  play: async ({ stage, owe }) => {
    const topic = stage.topic('twice');
    const first = await stage.client(keptBy(5));
    await stage.subscribe(first, topic, 2);
    first.client.acknowledges = false;
    const publisher = await stage.client({ version: 5, cleanStart: true, as: 'p' });
    await stage.publish(publisher, topic, 'M1', 2, {
      properties: [number(PROPERTY.messageExpiryInterval, 1)],
    });
    const { packet } = await first.client.next('publish');
    const { packetId = 0 } = packet;
    first.client.send({ type: 'pubrec', packetId, reasonCode: 0, properties: [] });
    await first.client.next('pubrel');
    await stage.cut(first);
    await stage.pause(2000);
    const back = await stage.client(keptBy(5));
    await stage.pause(tolerances.onTimeMs);
    const again = back.client.arrivals.some(
      ({ packet: each }) => each.type === 'pubrel' && each.packetId === packetId,
    );
    owe('PUBREL again', again, 'no PUBREL', again ? {} : { outcome: 'missed' });
    return undefined;
  },
});

const expirySeconds = 60;

const retainedExpiry = scripted({
  rows: ['S4'],
  what: 'Message Expiry Interval of a retained message counts down, 5.0',
  topic: 'messages',
  version: 5,
  needs: ['qos1', 'retain'],
  statements: ['MQTT-3.3.2-6'],
  expected: 'less by the time waited',
  play: async ({ stage, owe }) => {
    const topic = stage.topic('retained');
    stage.retains(topic);
    const publisher = await stage.client({ version: 5, cleanStart: true });
    await stage.publish(publisher, topic, 'M1', 1, {
      retain: true,
      properties: [number(PROPERTY.messageExpiryInterval, expirySeconds)],
    });
    const since = stage.clock.now();
    await stage.pause(2500);
    const late = await stage.client({ version: 5, cleanStart: true, as: 'l' });
    await stage.subscribe(late, topic, 1);
    await stage.pause(tolerances.onTimeMs / 2);
    const [first] = late.client.publishes;
    if (first === undefined) {
      owe('the retained message comes', false, 'it did not come', { outcome: 'missed' });
      return undefined;
    }
    const left = propertyNumber(first.packet.properties, PROPERTY.messageExpiryInterval);
    const waited = (first.atMs - since) / 1000;
    // Servers count whole seconds, from the one in which the message came.
    const met =
      left !== undefined &&
      left <= expirySeconds - Math.floor(waited) + 1 &&
      left >= expirySeconds - Math.ceil(waited) - 2;
    owe(
      'Message Expiry Interval less by the time waited',
      met,
      left === undefined ? 'none' : `${left} s after ${waited.toFixed(1)} s of ${expirySeconds} s`,
    );
    return undefined;
  },
});

/** Of the two wills, in seconds: the later one must not hold up the other. */
const inLine = {
  first: { delay: 4, expiry: 20 },
  second: { delay: 3, expiry: 20, afterSeconds: 3.5 },
} as const;

const willsInLine = scripted({
  rows: ['B1'],
  what: 'a delayed will does not wait for another Client’s',
  topic: 'ends',
  version: 5,
  lane: 'second',
  statements: ['3.1.2.5', 'MQTT-3.1.3-9'],
  level: 'should',
  expected: `will W1 after ${inLine.first.delay} s, whatever waits besides`,
  play: async ({ stage, owe }) => {
    const observer = await stage.observe();
    const topic = stage.topic('other');
    const { first, second } = inLine;
    const one = await stage.client({
      version: 5,
      cleanStart: true,
      expiry: first.expiry,
      will: { payload: 'W1', delay: first.delay },
    });
    const other = await stage.client({
      version: 5,
      cleanStart: true,
      expiry: second.expiry,
      as: 'b',
      will: { payload: 'W2', topic, delay: second.delay },
    });
    await stage.ready();
    stage.zero();
    await stage.cut(one);
    await stage.until(second.afterSeconds);
    await stage.cut(other);
    await stage.until(second.afterSeconds + second.delay + tolerances.onTimeMs / 1000);
    return (controlDelayMs) => {
      const [found] = stage.publishes(observer);
      stage.dueMs = first.delay * 1000;
      const expected = `will W1 after ${first.delay} s`;
      if (found === undefined) {
        owe(expected, false, 'will W1 did not come', { outcome: 'missed', level: 'must' });
        return;
      }
      stage.delayMs = found.atMs - stage.zeroMs;
      const { outcome } = lateness(stage.delayMs - stage.dueMs, controlDelayMs, false, 5);
      owe(expected, outcome === 'met', `will W1 after ${(stage.delayMs / 1000).toFixed(1)} s`, {
        outcome,
        level: outcome === 'early' ? 'must' : 'should',
      });
    };
  },
});

export const messages: readonly CheckProbe[] = [
  queued(4),
  queued(5),
  willQueued,
  pubrelAgain,
  retainedExpiry,
  willsInLine,
];
