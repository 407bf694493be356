import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Timer, TimerQueue } from '../../../src/session/timers.ts';

describe('a queue of timers', () => {
  test('hands them out by time, and those of one time in the order in which they were set', () => {
    const operation = fc.record({
      timer: fc.nat(20),
      atMs: fc.integer({ min: 0, max: 30 }),
      clear: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const queue = new TimerQueue();
        const timers = Array.from({ length: 21 }, () => new Timer(() => {}));
        const set = new Map<number, { atMs: number; order: number }>();
        for (const [order, { timer, atMs, clear }] of operations.entries()) {
          const chosen = timers[timer];
          if (chosen === undefined) continue;
          if (clear) {
            queue.clear(chosen);
            set.delete(timer);
          } else {
            queue.set(chosen, atMs);
            set.set(timer, { atMs, order });
          }
          expect(queue.size).toBe(set.size);
        }
        const wanted = [...set.entries()]
          .sort(([, a], [, b]) => a.atMs - b.atMs || a.order - b.order)
          .map(([timer]) => timer);
        const taken: number[] = [];
        for (;;) {
          const timer = queue.takeDue(1000);
          if (timer === undefined) break;
          taken.push(timers.indexOf(timer));
        }
        expect(taken).toEqual(wanted);
        expect(queue.nextAtMs).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });

  test('does not hand out what is not due, and forgets a timer that is set to no time', () => {
    const queue = new TimerQueue();
    const timer = new Timer(() => {});
    queue.set(timer, 10);
    expect(queue.takeDue(9)).toBeUndefined();
    queue.set(timer, Number.POSITIVE_INFINITY);
    expect(queue.size).toBe(0);
  });
});
