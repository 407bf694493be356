/** What the trace of a run holds: each packet once, as the Server saw it, and the faults at their time. */
import { expect, test } from 'vitest';
import { packetTypeOf } from '../../../src/mqtt/packet-types.ts';
import { parseWithScenarios } from '../../../src/profile/parse.ts';
import { replay } from '../../../src/trace/deliver.ts';
import { Trace } from '../../../src/trace/trace.ts';
import { play } from './support/play.ts';

/** The records of one Client, in words. */
async function traceOf(steps: string, of = 'device'): Promise<readonly string[]> {
  const text = `version: 1
profiles:
  device: { broker: sandbox, clientId: device, will: { topic: gone } }
  watcher: { broker: sandbox, clientId: watcher, subscriptions: [ { topicFilter: gone } ] }
scenarios: { s: { steps: [ ${steps} ] } }
`;
  const { file, scenarios } = parseWithScenarios(text, 'x.mqtt.yaml');
  const trace = new Trace();
  const report = await play(
    (scenarios[0]?.steps ?? []).map(({ step }) => step),
    file.profiles,
    file.sandbox,
    trace,
  );
  expect(report.outcome).toBe('passed');
  const told: string[] = [];
  const others = new Set<number | undefined>();
  const tell = (connection: number | undefined, words: string): void => {
    if (!others.has(connection)) told.push(`${connection} ${words}`);
  };
  replay(trace, {
    opened: (_seq, _atMs, connection, { tap, label }) => {
      if (label !== of) others.add(connection);
      tell(connection, `opened: ${tap} ${label}`);
    },
    packet: (_seq, _atMs, connection, direction, bytes, start) => {
      const name = packetTypeOf((bytes[start] ?? 0) >> 4)?.name;
      tell(connection, `${direction === 0 ? '->' : '<-'} ${name}`);
    },
    unreadable: () => tell(undefined, 'unreadable'),
    closed: (_seq, _atMs, connection, { by, how, detail }) =>
      tell(connection, `closed: ${by} ${how}${detail === undefined ? '' : ` ${detail}`}`),
    action: (_seq, _atMs, action, { connection, fault }) =>
      tell(connection, `${action}${fault === undefined ? '' : `: ${fault.kind}`}`),
  });
  // Whether the connection was gone when the run took its faults away is a matter of time.
  return told.filter((line) => !line.includes('fault-cleared'));
}

test('has each packet once where faults may come', async () => {
  const published = '{ publish: { from: device, topic: a, payload: x, qos: 1 } }';
  const behind = await traceOf(
    `{ delay: { of: device, by: 1ms } }, { connect: device }, ${published}, { disconnect: device }`,
  );
  expect(behind.filter((line) => /->|<-/.test(line))).toEqual([
    '1 -> CONNECT',
    '1 <- CONNACK',
    '1 -> PUBLISH',
    '1 <- PUBACK',
    '1 -> DISCONNECT',
  ]);
  expect(behind[0]).toBe('1 opened: client device');
  expect(behind[1]).toBe('1 fault: latency');
  expect(behind).toContain('1 disconnect');
});

test('has a DISCONNECT that was dropped as what was done, and no packet', async () => {
  expect(
    await traceOf(
      '{ connect: watcher }, { dropDisconnect: device }, { connect: device }, { disconnect: device }, { expectWill: { of: device } }',
    ),
  ).toEqual([
    '2 opened: client device',
    '2 fault: drop_disconnect',
    '2 -> CONNECT',
    '2 <- CONNACK',
    '2 disconnect',
    '2 packet-dropped: drop_disconnect',
    '2 closed: client fin',
  ]);
});

test('has each attempt that was refused', async () => {
  expect(await traceOf('{ refuse: device }, { connect: { as: device, refused: true } }')).toEqual([
    '1 opened: client device',
    '1 fault: down',
    '1 closed: network refused fault',
  ]);
});

const dies = '{ cut: device }, { expectWill: { of: device } }';

test('has an observer where no Client of the scenario would see the will', async () => {
  const packets = async (steps: string): Promise<readonly string[]> =>
    (await traceOf(steps, 'observer')).filter((line) => /->|<-/.test(line)).map((line) => line.slice(2));
  expect(await packets(`{ connect: device }, ${dies}`)).toEqual([
    '-> CONNECT',
    '<- CONNACK',
    '-> SUBSCRIBE',
    '<- SUBACK',
    '<- PUBLISH',
    '-> DISCONNECT',
  ]);
});

test('has no observer where a Client of the scenario sees the will', async () => {
  expect(await traceOf(`{ connect: watcher }, { connect: device }, ${dies}`, 'observer')).toEqual([]);
});
