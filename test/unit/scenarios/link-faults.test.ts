/** When something can have reached a Client, as the records tell it, beside when it did on a real lane with these faults. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LinkFaults } from '../../../src/check/scenario/link-faults.ts';
import { Lane } from '../../../src/net/tap/lane.ts';
import { type Fault, noteOf } from '../../../src/profile/faults.ts';
import { ManualClock } from '../support/manual-clock.ts';

type Lasting = Extract<Fault, { readonly kind: 'freeze' | 'latency' | 'bandwidth' }>;
type Step =
  | { readonly do: 'send' }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'make'; readonly fault: Lasting }
  | { readonly do: 'clear'; readonly kind: Lasting['kind'] };

const direction = 'toClient';
const fault: fc.Arbitrary<Lasting> = fc.oneof(
  fc.constant({ kind: 'freeze' as const, direction } as const),
  fc.record({
    kind: fc.constant('latency' as const),
    direction: fc.constant(direction),
    latencyMs: fc.integer({ min: 1, max: 300 }),
    jitterMs: fc.integer({ min: 0, max: 300 }),
  }),
  fc.record({
    kind: fc.constant('bandwidth' as const),
    direction: fc.constant(direction),
    bytesPerSecond: fc.integer({ min: 50, max: 5000 }),
  }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ do: 'send' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 400 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('make' as const), fault }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('clear' as const),
      kind: fc.constantFrom('freeze' as const, 'latency' as const, 'bandwidth' as const),
    }),
  },
);

const pieceBytes = 100;

test('what is said of an arrival holds for what arrives', () => {
  const seen = { inTime: 0, open: 0 };
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 }),
      (steps, randoms) => {
        const clock = new ManualClock();
        let drawn = 0;
        let left = 0;
        const sentAtMs: number[] = [];
        const leftAtMs: number[] = [];
        const lane = new Lane(
          { pause: () => {}, resume: () => {} },
          {
            clock,
            random: () => randoms[drawn++ % randoms.length] ?? 0,
            departed: () => {},
            ended: () => {},
          },
        );
        lane.open({
          write: (bytes) => {
            left += bytes.length;
            while (leftAtMs.length < Math.floor(left / pieceBytes)) leftAtMs.push(clock.now());
            return true;
          },
        });
        const faults = new LinkFaults();
        const inForce = new Map<Lasting['kind'], Lasting>();
        const carryOut = (): void => {
          const latency = inForce.get('latency');
          const bandwidth = inForce.get('bandwidth');
          lane.delay(latency?.kind === 'latency' ? latency : undefined);
          lane.limit(bandwidth?.kind === 'bandwidth' ? bandwidth.bytesPerSecond : undefined);
          lane.freeze(inForce.has('freeze'));
        };
        for (const each of steps) {
          if (each.do === 'send') {
            sentAtMs.push(clock.now());
            const bytes = Buffer.alloc(pieceBytes);
            lane.push(bytes, bytes);
            // What comes with a change has come before it or after it: its time does not tell.
            clock.advance(1);
          } else if (each.do === 'wait') clock.advance(each.ms);
          else if (each.do === 'make') {
            inForce.set(each.fault.kind, each.fault);
            faults.note(true, noteOf(each.fault), clock.now());
            carryOut();
          } else {
            const made = inForce.get(each.kind);
            if (made === undefined) continue;
            inForce.delete(each.kind);
            faults.note(false, noteOf(made), clock.now());
            carryOut();
          }
        }
        const nowMs = clock.now();
        for (const [index, atMs] of sentAtMs.entries()) {
          const { earliestMs, latestMs } = faults.arrival(atMs);
          const arrivedAtMs = leftAtMs[index];
          if (arrivedAtMs === undefined) {
            expect(latestMs).toBeGreaterThanOrEqual(nowMs);
            seen.open += 1;
          } else {
            expect(arrivedAtMs).toBeGreaterThanOrEqual(earliestMs);
            expect(arrivedAtMs).toBeLessThanOrEqual(latestMs);
            if (latestMs > atMs && Number.isFinite(latestMs)) seen.inTime += 1;
          }
        }
      },
    ),
    { numRuns: 2000 },
  );
  expect(seen.inTime).toBeGreaterThan(0);
  expect(seen.open).toBeGreaterThan(0);
});
