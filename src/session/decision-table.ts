/**
 * The decision table: what the standard makes of a will when its connection ends. One row a case; rules, tests and docs
 * all read it here. `choose-row.ts` picks the row for the facts of a connection's end.
 */
import { ends5 } from './decision-rows/ends-5.ts';
import { endsBefore5 } from './decision-rows/ends-before-5.ts';
import { reconnects5 } from './decision-rows/reconnects-5.ts';
import type { DecisionRow } from './decision-rows/row.ts';
import { takeovers } from './decision-rows/takeovers.ts';

export {
  type Condition,
  type DecisionRow,
  type DueRule,
  type EndKind,
  endKinds,
  type Phase,
  type ReadingId,
  type RuleCode,
  type SessionRule,
  type WillDuty,
} from './decision-rows/row.ts';

/** All rows, in the order of their numbers. */
export const decisionTable: readonly DecisionRow[] = [...ends5, ...reconnects5, ...takeovers, ...endsBefore5];
