import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import { systemClock } from '../../../src/net/clock.ts';
import { actsOf, anyBytes, isEnded } from './support/fuzz-acts.ts';
import { FuzzBench, openSockets, turn } from './support/fuzz-bench.ts';
import { runs } from './support/runs.ts';

const isPrefix = (part: Buffer, whole: Buffer): boolean => whole.subarray(0, part.length).equals(part);

let bench: FuzzBench | undefined;
const before = openSockets();
afterEach(async () => {
  await bench?.stop();
  bench = undefined;
});
// None is left when all is over.
afterAll(async () => {
  while (openSockets() > before) await turn();
});

describe.each([
  ['mqtt', 'mqtt', 300],
  ['mqtts', 'mqtts', 120],
  ['mqtt', 'mqtts', 60],
  ['mqtts', 'mqtt', 60],
] as const)('a tap between a broken Client of %s and a broken Server of %s', (scheme, to, numRuns) => {
  it('does not crash, and neither loses, adds nor swaps a byte', async () => {
    bench = await FuzzBench.start({ scheme, to, clock: systemClock });
    const { trace, recorder } = bench;
    const play = bench.play.bind(bench);
    const current = bench;
    await fc.assert(
      fc.asyncProperty(actsOf(anyBytes), async (acts) => {
        const { client, server } = await current.connect();
        const id = await current.newest();
        await play({ client, server }, id, acts);
        await current.settled();
        const ways = [
          { from: client, to: server, way: TO_SERVER },
          { from: server, to: client, way: TO_CLIENT },
        ];
        for (const { from, to: other, way } of ways) {
          const [sent, received] = [Buffer.concat(from.sent), Buffer.concat(other.received)];
          expect(isPrefix(received, sent)).toBe(true);
          expect(current.recorded(id, way)).toBeLessThanOrEqual(sent.length);
          if (!from.failed && !other.failed && !isEnded(acts)) expect(received.length).toBe(sent.length);
        }
        expect(recorder.openConnections).toBe(0);
        expect(trace.stats().bytes).toBeLessThanOrEqual(trace.byteBudget);
      }),
      runs(numRuns),
    );
  });
});
