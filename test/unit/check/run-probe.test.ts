import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Probe } from '../../../src/check/probe.ts';
import {
  at,
  connect,
  kept,
  longExpiry,
  none,
  probe,
  reset,
  returning,
  until,
} from '../../../src/check/probes/terms.ts';
import { conforms, ProbeError, type ProbeResult, runProbe } from '../../../src/check/run-probe.ts';
import { Broker } from '../../../src/net/broker/broker.ts';
import { type Listener, listenTcp } from '../../../src/net/broker/listener.ts';
import { systemClock } from '../../../src/net/clock.ts';

const users = [{ username: 'demo', password: 'right' }];
const credentials = { userName: 'demo', password: 'right' };

let broker: Broker;
let listener: Listener;
beforeAll(async () => {
  broker = new Broker({ deny: [], users }, systemClock);
  listener = await listenTcp(broker, '127.0.0.1', 0);
});
afterAll(async () => {
  broker.close();
  await listener.close();
});

/** Probes that expect what a Server that follows the standard does not do, and what is found then. */
const wrong: readonly (readonly [expectation: string, probe: Probe, found: readonly string[]])[] = [
  [
    'a will later than it comes',
    returning('D19', 'early', { expiry: 4 }, [], at(1)),
    ['CONNECT: Session Present 0: met', 'W1 after 1 s: early'],
  ],
  [
    'a will sooner than it comes',
    returning('D20', 'late', { delay: 2, expiry: 4 }, [until(2)], at(0)),
    ['CONNECT: Session Present 0: met', 'W1 after 0 s: late'],
  ],
  [
    'a will that does not come',
    returning(
      'D37',
      'missed',
      { delay: 1, expiry: 4 },
      [connect({ ...kept, ...longExpiry, answer: 'resumed' })],
      at(1),
    ),
    ['CONNECT: Session Present 0: met', 'CONNECT: Session Present 1: met', 'W1 after 1 s: missed'],
  ],
  [
    'no will where one comes',
    returning('D18', 'unexpected', {}, [], none),
    ['CONNECT: Session Present 0: met', 'W1: unexpected'],
  ],
  [
    'a Session that is not there',
    probe(
      'D42',
      'wrong',
      [connect({}), { ...reset, zero: true }, connect({ ...kept, answer: 'resumed' })],
      none,
    ),
    ['CONNECT: Session Present 0: met', 'CONNECT: Session Present 1: wrong', 'no will: met'],
  ],
  [
    'an end by the Server where it sees no reason',
    returning('D31', 'not closed', {}, [connect({}), { step: 'end', how: 'bytes', bytes: [0xc0, 0] }], at(0)),
    [
      'CONNECT: Session Present 0: met',
      'CONNECT: Session Present 0: met',
      'the Server closes the connection: missed',
      'W1 after 0 s: met',
    ],
  ],
];

describe('a probe', () => {
  it('finds each way of not doing what it expects', async () => {
    const target = { host: '127.0.0.1', port: listener.port, run: 'wrong', credentials };
    const results = await Promise.all(wrong.map(([, each], index) => runProbe(target, each, index)));
    const told = ({ judged }: ProbeResult): string[] =>
      judged.map(({ what, verdict }) => `${what}: ${verdict}`);
    expect(results.map(told)).toEqual(wrong.map(([, , found]) => found));
    expect(results.filter(conforms)).toEqual([]);
  });

  it('says so when the Server lets no one in', async () => {
    const target = { host: '127.0.0.1', port: listener.port, run: 'refused' };
    const plain = returning('D18', 'refused', {}, [], at(0));
    await expect(runProbe(target, plain, 0)).rejects.toThrow(ProbeError);
  });
});
