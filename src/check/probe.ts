/** What a probe is, however it is written. */
import type { ProtocolVersion, StatementRef } from '../mqtt/packet.ts';
import type { ReportTopic } from './report.ts';
import type { Stage } from './stage.ts';

/** What a Server may lack, so that a probe cannot be tried. */
export type Need = 'qos2' | 'qos1' | 'retain';

/**
 * When a probe is played. `together`: at once with the others, from one start. `free`: from the beginning too, for as long
 * as it takes, as it disturbs nobody. `second` and `third`: after the others, as it arms a will that waits at a moment of
 * its own, and there are Servers that let one Client's will wait for another's.
 */
export type Lane = 'together' | 'free' | 'second' | 'third';

/** Judges what was seen; the control's delay tells how late things are here and now, in ms. */
export type Judge = (controlDelayMs: number) => void;

export interface CheckProbe {
  /** Rows of the decision table, and names of other checks (`P4`, `W10`, `S1`). The first begins the id. */
  readonly rows: readonly string[];
  /** The case in words; unique within the first row. */
  readonly what: string;
  readonly topic: ReportTopic;
  /** Of the Client under test. */
  readonly version: ProtocolVersion;
  /** Every version that it uses. */
  readonly versions: readonly ProtocolVersion[];
  readonly needs: readonly Need[];
  readonly lane: Lane;
  readonly statements: readonly StatementRef[];
  /** What is expected, in words. */
  readonly expected: string;
  /**
   * Plays it up to the moment at which all has been seen. Calls `stage.ready()` once before the clock of the probe starts,
   * unless its lane has no start in common.
   *
   * @throws CannotTry, Doubt
   */
  play(stage: Stage): Promise<Judge>;
}

export function idOf({ rows: [row = ''], what }: Pick<CheckProbe, 'rows' | 'what'>): string {
  return `${row} ${what}`;
}
