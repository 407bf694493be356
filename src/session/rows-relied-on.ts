/** Which rows of the decision table the settings of a profile rely on, in its everyday life. */
import type { RowId } from './model.ts';
import { whatIf } from './what-if.ts';
import type { WhatIfSettings } from './what-if-model.ts';

/**
 * The rows that say what becomes of will and Session when a connection with these settings ends as connections do every day, and
 * the Client stays away, comes back by its own settings, or is taken over. In the order of the table.
 */
export function rowsReliedOn(settings: WhatIfSettings): readonly RowId[] {
  const rows = whatIf(settings, ({ usual }) => usual).ends.flatMap(({ outcomes }) =>
    outcomes
      .filter(({ own, back }) => own || back === 'none' || back === 'takeover')
      .flatMap((outcome) => outcome.rows),
  );
  return [...new Set(rows)].toSorted();
}
