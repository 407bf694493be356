/** Which rows of the decision table the settings of a profile rely on, in its everyday life. */
import type { RowId } from './model.ts';
import { whatIf } from './what-if.ts';
import type { WhatIfSettings } from './what-if-model.ts';

/** The row of connections that have no will. */
const withoutWill: RowId = 'D01';

/**
 * The rows that say what becomes of will and Session when a connection with these settings ends as connections do every day, and
 * the Client stays away, comes back by its own settings, or is taken over. In the order of the table.
 */
export function rowsReliedOn(settings: WhatIfSettings): readonly RowId[] {
  const rows = whatIf(settings, ({ usual }) => usual).ends.flatMap(({ outcomes }) =>
    outcomes
      .filter(({ own, back }) => own || back === 'none' || back === 'takeover')
      // Without a will only what becomes of the Session matters.
      .flatMap(({ rows, will }) => (will.kind === 'none' ? rows.filter((row) => row === withoutWill) : rows)),
  );
  return [...new Set(rows)].toSorted();
}
