import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectMarks, MarkBuffer, markHeight, placePx } from '../../../src/webview/geometry/packet-marks.ts';
import { TimeScale } from '../../../src/webview/geometry/time-scale.ts';
import { MarkColumn } from '../../../src/webview/model/mark-column.ts';

const noon = Date.UTC(2025, 10, 21, 12);

function columnOf(packets: readonly (readonly [atMs: number, type: number])[]): MarkColumn {
  const column = new MarkColumn();
  packets.forEach(([atMs, type], index) => {
    column.push(index + 1, noon + atMs, type);
  });
  return column;
}

function marksOf(column: MarkColumn, scale: TimeScale): MarkBuffer {
  const marks = new MarkBuffer();
  collectMarks(column, scale, marks);
  return marks;
}

const packets = fc
  .array(fc.tuple(fc.double({ min: 0, max: 50, noNaN: true }), fc.integer({ min: 0, max: 15 })), {
    maxLength: 600,
  })
  .map((gaps) => {
    let atMs = 0;
    return gaps.map(([gap, type]): [number, number] => {
      atMs += gap;
      return [atMs, type];
    });
  });

describe('the marks of packets', () => {
  it('stand one by one where there is room', () => {
    const marks = marksOf(
      columnOf([
        [0, 1],
        [1000, 3],
        [2000, 14],
      ]),
      new TimeScale(noon, 4000, 400),
    );
    expect(marks.count).toBe(3);
    expect([...marks.x.subarray(0, 3)]).toEqual([0, 100, 200]);
    expect([...marks.bits.subarray(0, 3)]).toEqual([1 << 1, 1 << 3, 1 << 14]);
  });

  it('merge where packets fall on one place, and tell how many of which types', () => {
    const marks = marksOf(
      columnOf([
        [100, 3],
        [100.5, 4],
        [101, 3],
      ]),
      new TimeScale(noon, 100_000, 500),
    );
    expect(marks.count).toBe(1);
    expect(marks.packets[0]).toBe(3);
    expect(marks.bits[0]).toBe((1 << 3) | (1 << 4));
    expect(marks.row[0]).toBe(0);
  });

  it('count every packet in view exactly once, at any zoom', () => {
    fc.assert(
      fc.property(
        packets,
        fc.double({ min: 5, max: 1e7, noNaN: true }),
        fc.integer({ min: -100, max: 5000 }),
        (list, spanMs, from) => {
          const column = columnOf(list);
          const scale = new TimeScale(noon + from, spanMs, 800);
          const marks = marksOf(column, scale);
          const counted = marks.packets.subarray(0, marks.count).reduce((sum, each) => sum + each, 0);
          const inView = list.filter(
            ([atMs]) => noon + atMs >= scale.startMs && noon + atMs <= scale.endMs,
          ).length;
          expect(counted).toBeGreaterThanOrEqual(inView);
          expect(marks.count).toBeLessThanOrEqual(scale.widthPx / placePx + 2);
          for (let i = 1; i < marks.count; i += 1) {
            expect(marks.row[i]).toBe((marks.row[i - 1] ?? 0) + (marks.packets[i - 1] ?? 0));
          }
        },
      ),
    );
  });

  it('keep their company while the view pans', () => {
    const column = columnOf(Array.from({ length: 500 }, (_, index) => [index * 7, 3]));
    const scale = new TimeScale(noon, 10_000, 400);
    const groups = (at: TimeScale): string[] => {
      const marks = marksOf(column, at);
      return Array.from({ length: marks.count }, (_, i) => `${marks.row[i]}+${marks.packets[i]}`).slice(
        2,
        -2,
      );
    };
    const before = groups(scale);
    const after = new Set(groups(scale.pannedBy(10.4)));
    expect(before.filter((group) => !after.has(group)).length).toBeLessThanOrEqual(3);
  });

  it('are taller the more packets they hold, and never taller than their room', () => {
    const heights = [1, 2, 10, 1000, 1e6].map(markHeight);
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
    expect(Math.max(...heights)).toBeLessThanOrEqual(1);
  });
});

describe('a column of marks', () => {
  it('knows the types of any run of rows', () => {
    fc.assert(
      fc.property(packets, fc.nat(600), fc.nat(600), (list, a, b) => {
        const column = columnOf(list);
        const from = Math.min(a, b, list.length);
        const to = Math.min(Math.max(a, b), list.length);
        const slow = list.slice(from, to).reduce((bits, [, type]) => bits | (1 << type), 0);
        expect(column.bitsBetween(from, to)).toBe(slow);
      }),
    );
  });

  it('forgets its front and stays right behind it', () => {
    fc.assert(
      fc.property(packets, fc.nat(700), (list, dropped) => {
        const column = columnOf(list);
        column.dropBefore(dropped);
        const kept = list.slice(Math.max(0, dropped - 1));
        expect(column.length).toBe(kept.length);
        expect(column.bitsBetween(0, kept.length)).toBe(
          kept.reduce((bits, [, type]) => bits | (1 << type), 0),
        );
        if (kept.length > 0) expect(column.seq(0)).toBe(Math.max(1, dropped));
      }),
    );
  });
});
