import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/net/clock.ts';
import { TimerHeap } from '../../../src/net/timer-heap.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('the timer heap', () => {
  it('makes each call that is not cancelled, by time and then by the order of scheduling', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 20 }), cancelled: fc.boolean() }), {
          maxLength: 400,
        }),
        (calls) => {
          const heap = new TimerHeap();
          const made: number[] = [];
          const cancels = calls.map(({ atMs }, index) => heap.schedule(atMs, () => made.push(index)));
          for (const [index, { cancelled }] of calls.entries()) {
            if (cancelled) cancels[index]?.();
          }
          while (heap.runNext(20));
          const expected = calls
            .map((call, index) => ({ ...call, index }))
            .filter(({ cancelled }) => !cancelled)
            .sort((a, b) => a.atMs - b.atMs || a.index - b.index)
            .map(({ index }) => index);
          expect(made).toEqual(expected);
          expect(heap.nextAtMs()).toBeUndefined();
        },
      ),
    );
  });

  it('makes no call before its time', () => {
    const heap = new TimerHeap();
    heap.schedule(10, () => {});
    expect(heap.runNext(9.999)).toBe(false);
    expect(heap.runNext(10)).toBe(true);
    expect(heap.runNext(10)).toBe(false);
  });

  it('takes a call back once', () => {
    const heap = new TimerHeap();
    const cancel = heap.schedule(1, () => {});
    cancel();
    cancel();
    heap.schedule(2, () => {});
    expect(heap.nextAtMs()).toBe(2);
  });
});

describe('the clock of this machine', () => {
  it('is never early', async () => {
    const startMs = systemClock.now();
    const early: number[] = [];
    await Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        const atMs = startMs + index * 0.7;
        return new Promise<void>((resolve) => {
          systemClock.schedule(atMs, () => {
            if (systemClock.now() < atMs) early.push(atMs);
            resolve();
          });
        });
      }),
    );
    expect(early).toEqual([]);
  });

  it('makes an earlier call that is scheduled later first', async () => {
    const order: string[] = [];
    const startMs = systemClock.now();
    await new Promise<void>((resolve) => {
      systemClock.schedule(startMs + 20, () => {
        order.push('late');
        resolve();
      });
      systemClock.schedule(startMs + 1, () => order.push('early'));
    });
    expect(order).toEqual(['early', 'late']);
  });

  it('waits for what is further away than a system timer can be', async () => {
    let made = false;
    const cancel = systemClock.schedule(systemClock.now() + 2 ** 40, () => {
      made = true;
    });
    await new Promise<void>((resolve) => systemClock.schedule(systemClock.now() + 5, resolve));
    cancel();
    expect(made).toBe(false);
  });
});

describe('the clock of a machine that has slept', () => {
  it('counts the sleep, and makes the calls that fell due in it', async () => {
    const before = systemClock.now();
    const called = new Promise<number>((resolve) => {
      systemClock.schedule(before + 3_600_000, () => resolve(systemClock.now()));
    });
    const realNow = Date.now;
    const slept = vi.spyOn(Date, 'now').mockImplementation(() => realNow() + 7_200_000);
    try {
      expect(await called).toBeGreaterThanOrEqual(before + 7_200_000);
    } finally {
      slept.mockRestore();
    }
  });

  it('does not go back when the time of day is set back', () => {
    const before = systemClock.now();
    const realNow = Date.now;
    const set = vi.spyOn(Date, 'now').mockImplementation(() => realNow() - 7_200_000);
    try {
      expect(systemClock.now()).toBeGreaterThanOrEqual(before);
      expect(systemClock.now()).toBeLessThan(before + 60_000);
    } finally {
      set.mockRestore();
    }
  });
});

describe('the manual clock', () => {
  it('shows each call its own time', () => {
    const clock = new ManualClock(0);
    const seen: number[] = [];
    clock.schedule(5, () => {
      seen.push(clock.now());
      clock.schedule(7, () => seen.push(clock.now()));
    });
    clock.advance(10);
    expect([...seen, clock.now()]).toEqual([5, 7, 10]);
  });
});
