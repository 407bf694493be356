import fc from 'fast-check';
import type { Fault } from '../../../../src/profile/faults.ts';
import type { Act } from './fuzz-bench.ts';
import { wire } from './packets.ts';

export const packets = [
  wire.connect('a'),
  wire.publish('t', 'x'.repeat(90)),
  wire.pingreq,
  wire.connack,
  wire.pingresp,
  wire.disconnect,
];

/** MQTT, noise, floods, and packets that never end. */
export const anyBytes: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }).map((each) => Buffer.from(each)),
  fc.constantFrom(...packets),
  fc.array(fc.constantFrom(...packets), { minLength: 1, maxLength: 40 }).map((each) => Buffer.concat(each)),
  fc.integer({ min: 1, max: 400_000 }).map((length) => Buffer.alloc(length, 'flood ')),
  // A packet of which only the beginning comes, and one that announces more than there ever will be.
  fc.constant(wire.connect('long client identifier').subarray(0, 9)),
  fc.constant(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, 0x61])),
);

const side = fc.constantFrom('client' as const, 'server' as const);
const direction = fc.constantFrom('toServer' as const, 'toClient' as const, 'both' as const);

/** Those that neither change bytes nor end a connection. */
const fault: fc.Arbitrary<Fault | 'clear'> = fc.oneof(
  fc.record({ kind: fc.constant('freeze' as const), direction }),
  fc.record({
    kind: fc.constant('latency' as const),
    direction,
    latencyMs: fc.integer({ min: 0, max: 5 }),
    jitterMs: fc.integer({ min: 0, max: 5 }),
  }),
  fc.record({
    kind: fc.constant('bandwidth' as const),
    direction,
    bytesPerSecond: fc.integer({ min: 1_000_000, max: 100_000_000 }),
  }),
  fc.constant('clear' as const),
);

/** Those after which no more passes, or only after a while. */
const ending: fc.Arbitrary<Fault> = fc.constantFrom<Fault>(
  { kind: 'reset_peer' },
  { kind: 'close' },
  { kind: 'timeout', timeoutMs: 2 },
);

/** What two sides do that send such bytes. */
export const actsOf = (
  fromClient: fc.Arbitrary<Buffer>,
  fromServer = fromClient,
  maxLength = 30,
): fc.Arbitrary<Act[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 15,
        arbitrary: fromClient.map((bytes): Act => ({ by: 'client', do: 'send', bytes })),
      },
      {
        weight: 15,
        arbitrary: fromServer.map((bytes): Act => ({ by: 'server', do: 'send', bytes })),
      },
      {
        weight: 20,
        arbitrary: fc.record({
          by: side,
          do: fc.constantFrom('pause' as const, 'resume' as const, 'turn' as const),
        }),
      },
      {
        weight: 5,
        arbitrary: fc.record({ by: side, do: fc.constantFrom('end' as const, 'reset' as const) }),
      },
      { weight: 10, arbitrary: fault.map((each): Act => ({ by: 'tap', fault: each })) },
      { weight: 1, arbitrary: ending.map((each): Act => ({ by: 'tap', fault: each })) },
    ),
    { maxLength },
  );

/** Whether the tap has been made to end the connection. */
export const isEnded = (acts: readonly Act[]): boolean =>
  acts.some(
    (each) => each.by === 'tap' && each.fault !== 'clear' && /reset_peer|close|timeout/.test(each.fault.kind),
  );
