import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdBytes, Lane, pieceBytes } from '../../../src/net/tap/lane.ts';
import { ManualClock } from '../support/manual-clock.ts';

type Step =
  | { readonly do: 'push'; readonly bytes: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'freeze' | 'thaw' | 'block' | 'drain' }
  | { readonly do: 'latency'; readonly latencyMs: number; readonly jitterMs: number }
  | { readonly do: 'bandwidth'; readonly bytesPerSecond: number }
  | { readonly do: 'clear' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('push' as const), bytes: fc.integer({ min: 1, max: 5000 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 400 }) }),
  },
  fc.record({ do: fc.constantFrom('freeze' as const, 'thaw' as const, 'block' as const, 'drain' as const) }),
  fc.record({
    do: fc.constant('latency' as const),
    latencyMs: fc.integer({ min: 0, max: 300 }),
    jitterMs: fc.integer({ min: 0, max: 300 }),
  }),
  fc.record({ do: fc.constant('bandwidth' as const), bytesPerSecond: fc.integer({ min: 1, max: 20_000 }) }),
  fc.record({ do: fc.constant('clear' as const) }),
);

/** A lane whose source numbers its bytes, and what has left it. */
class Stage {
  // From zero: so long after 1970, a number tells time by 0.0002 ms only, which at a high bandwidth is a part of a byte.
  readonly clock = new ManualClock(0);
  readonly left: { readonly atMs: number; readonly bytes: Buffer }[] = [];
  readonly lane: Lane;
  room = true;
  paused = false;
  ended: string | undefined;
  sent = 0;

  constructor(random: () => number) {
    const source = {
      pause: () => {
        this.paused = true;
      },
      resume: () => {
        this.paused = false;
      },
    };
    this.lane = new Lane(source, {
      clock: this.clock,
      random,
      departed: () => {},
      ended: (how) => {
        this.ended = how;
      },
    });
    this.lane.open({
      write: (bytes) => {
        this.left.push({ atMs: this.clock.now(), bytes: Buffer.from(bytes) });
        return this.room;
      },
    });
  }

  /** Of what is framed, other bytes are MQTT. */
  push(count: number, framed = false): void {
    const bytes = Buffer.alloc(count);
    for (let index = 0; index < count; index += 1) bytes[index] = (this.sent + index) % 251;
    this.sent += count;
    this.lane.push(bytes, framed ? Buffer.from(bytes) : bytes);
  }

  play(each: Step): void {
    switch (each.do) {
      case 'push':
        this.push(each.bytes);
        break;
      case 'wait':
        this.clock.advance(each.ms);
        break;
      case 'freeze':
        this.lane.freeze(true);
        break;
      case 'thaw':
        this.lane.freeze(false);
        break;
      case 'block':
        this.room = false;
        break;
      case 'drain':
        this.room = true;
        this.lane.drained();
        break;
      case 'latency':
        this.lane.delay({ latencyMs: each.latencyMs, jitterMs: each.jitterMs });
        break;
      case 'bandwidth':
        this.lane.limit(each.bytesPerSecond);
        break;
      case 'clear':
        this.lane.delay(undefined);
        this.lane.limit(undefined);
        break;
    }
  }

  get bytes(): Buffer {
    return Buffer.concat(this.left.map(({ bytes }) => bytes));
  }
}

describe('a lane', () => {
  it('loses, adds and swaps no byte, whatever the faults, and ends after the last', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
        (steps, dice) => {
          let throws = 0;
          const stage = new Stage(() => dice[throws++ % Math.max(1, dice.length)] ?? 0.5);
          for (const each of steps) {
            stage.play(each);
            const { bytes } = stage;
            expect(bytes.length).toBeLessThanOrEqual(stage.sent);
          }
          stage.lane.end('fin');
          for (const last of ['clear', 'thaw', 'drain'] as const) stage.play({ do: last });
          const expected = Buffer.alloc(stage.sent);
          for (let index = 0; index < stage.sent; index += 1) expected[index] = index % 251;
          expect(stage.bytes.equals(expected)).toBe(true);
          expect(stage.ended).toBe('fin');
          expect(stage.paused).toBe(false);
        },
      ),
    );
  });

  it('lets nothing leave before its time, nor later than its latency and jitter allow', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 500 })), {
          maxLength: 40,
        }),
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 0, max: 200 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (pushes, latencyMs, jitterMs, dice) => {
          const stage = new Stage(() => dice.next().value ?? 0.5);
          stage.lane.delay({ latencyMs, jitterMs });
          const sentAtMs: number[] = [];
          for (const [waitMs, bytes] of pushes) {
            stage.clock.advance(waitMs);
            sentAtMs.push(stage.clock.now());
            stage.push(bytes);
          }
          stage.clock.advance(2000);
          expect(stage.left).toHaveLength(pushes.length);
          let latestMs = 0;
          for (const [index, { atMs }] of stage.left.entries()) {
            const sent = sentAtMs[index] ?? 0;
            expect(atMs).toBeGreaterThanOrEqual(sent + Math.max(0, latencyMs - jitterMs));
            // One that was held longer holds those behind it.
            latestMs = Math.max(latestMs, sent + latencyMs + jitterMs);
            expect(atMs).toBeLessThanOrEqual(latestMs);
          }
        },
      ),
    );
  });

  it('lets no byte leave before the bandwidth has let it through, and a frame when its last one is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 500, max: 50_000 }),
        fc.array(
          fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 5000 }), fc.boolean()),
          { minLength: 1, maxLength: 8 },
        ),
        (bytesPerSecond, pushes) => {
          const stage = new Stage(() => 0.5);
          stage.lane.limit(bytesPerSecond);
          const startMs = stage.clock.now();
          for (const [waitMs, bytes, framed] of pushes) {
            stage.clock.advance(waitMs);
            stage.push(bytes, framed);
          }
          stage.clock.advance((stage.sent / bytesPerSecond) * 1000 + 1000);
          expect(stage.bytes).toHaveLength(stage.sent);
          let passed = 0;
          for (const { atMs, bytes } of stage.left) {
            passed += bytes.length;
            const allowed = ((atMs - startMs) / 1000) * bytesPerSecond;
            expect(passed).toBeLessThanOrEqual(allowed + 1e-6);
          }
        },
      ),
    );
  });

  it('reads its source no more when much waits, and again when it has left', () => {
    const stage = new Stage(() => 0.5);
    stage.lane.freeze(true);
    stage.push(holdBytes - pieceBytes);
    expect(stage.paused).toBe(false);
    stage.push(1);
    expect(stage.paused).toBe(true);
    stage.lane.freeze(false);
    expect(stage.paused).toBe(false);
  });

  it('lets a reset go before what the target has not taken', () => {
    const stage = new Stage(() => 0.5);
    stage.room = false;
    stage.push(10);
    stage.push(10);
    stage.lane.end('reset');
    expect(stage.ended).toBe('reset');
  });
});

describe('a lane that is frozen', () => {
  it('holds back a source that sends byte by byte, too, and loses none of it', () => {
    const stage = new Stage(() => 0.5);
    stage.lane.freeze(true);
    const byte = Buffer.from([1]);
    let pushed = 0;
    for (; !stage.paused; pushed += 1) stage.lane.push(byte, byte);
    expect(pushed).toBeLessThanOrEqual(Math.ceil(holdBytes / pieceBytes));
    stage.lane.freeze(false);
    expect(Buffer.concat(stage.left.map(({ bytes }) => bytes))).toHaveLength(pushed);
    expect(stage.paused).toBe(false);
  });
});
