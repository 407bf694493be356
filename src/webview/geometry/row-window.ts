/** Which rows of a long list are seen: plain arithmetic, also where the list is taller than a page may be. */

/** Browsers give up on elements a little above this height. */
export const tallestPx = 8_000_000;

export interface RowWindow {
  /** The height of what scrolls. */
  readonly height: number;
  readonly first: number;
  readonly count: number;
  /** Where the first of the rows stands, from the top of what scrolls. */
  readonly top: number;
}

export function rowWindow(rows: number, rowHeight: number, scrollTop: number, viewHeight: number): RowWindow {
  const whole = rows * rowHeight;
  const height = Math.min(whole, tallestPx);
  const seen = Math.ceil(viewHeight / rowHeight) + 1;
  if (whole <= tallestPx) {
    const first = Math.max(0, Math.min(Math.floor(scrollTop / rowHeight), rows - 1));
    return { height, first, count: Math.max(0, Math.min(seen, rows - first)), top: first * rowHeight };
  }
  const range = Math.max(1, height - viewHeight);
  const share = Math.min(1, Math.max(0, scrollTop / range));
  const lastFirst = rows - viewHeight / rowHeight;
  const exact = share * lastFirst;
  const first = Math.floor(exact);
  return {
    height,
    first,
    count: Math.max(0, Math.min(seen + 1, rows - first)),
    top: scrollTop - (exact - first) * rowHeight,
  };
}

/** Where to scroll so that a row is seen; undefined when it is seen already. */
export function scrollToRow(
  row: number,
  rows: number,
  rowHeight: number,
  scrollTop: number,
  viewHeight: number,
): number | undefined {
  const whole = rows * rowHeight;
  if (whole <= tallestPx) {
    const top = row * rowHeight;
    if (top < scrollTop) return top;
    if (top + rowHeight > scrollTop + viewHeight) return top + rowHeight - viewHeight;
    return undefined;
  }
  const lastFirst = rows - viewHeight / rowHeight;
  const range = tallestPx - viewHeight;
  const exact = (scrollTop / range) * lastFirst;
  if (row >= exact && row + 1 <= exact + viewHeight / rowHeight) return undefined;
  return Math.min(1, Math.max(0, (row - viewHeight / rowHeight / 2) / lastFirst)) * range;
}
