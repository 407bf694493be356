import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowWindow, scrollToRow, tallestPx } from '../../../src/webview/geometry/row-window.ts';

describe('the window onto a long list', () => {
  it('holds the rows in view and one more', () => {
    expect(rowWindow(1000, 20, 205, 100)).toEqual({ height: 20_000, first: 10, count: 6, top: 200 });
  });

  it('holds nothing of an empty list', () => {
    expect(rowWindow(0, 20, 0, 100).count).toBe(0);
  });

  it('reaches the last of ten million rows within the height that a page can have', () => {
    const rows = 10_000_000;
    const start = rowWindow(rows, 22, 0, 440);
    expect(start.height).toBe(tallestPx);
    expect(start.first).toBe(0);
    const end = rowWindow(rows, 22, tallestPx - 440, 440);
    expect(end.first + end.count).toBe(rows);
    expect(end.top + end.count * 22).toBeGreaterThanOrEqual(tallestPx);
  });

  it('shows every row that it is scrolled to', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (rows, share) => {
          const row = Math.min(rows - 1, Math.floor(share * rows));
          const to = scrollToRow(row, rows, 22, 0, 440) ?? 0;
          const view = rowWindow(rows, 22, to, 440);
          expect(row).toBeGreaterThanOrEqual(view.first);
          expect(row).toBeLessThan(view.first + view.count);
        },
      ),
    );
  });

  it('does not scroll to what is in view', () => {
    expect(scrollToRow(3, 1000, 20, 0, 100)).toBeUndefined();
    expect(scrollToRow(5, 1000, 20, 0, 100)).toBe(20);
    expect(scrollToRow(2, 1000, 20, 80, 100)).toBe(40);
  });
});
