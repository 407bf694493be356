/** What the judges of single steps share: the form of a judgement, and the times that they allow for. */
import type { ScenarioSentence, ScenarioWord } from '../../profile/scenario-words.ts';
import type { Fact } from '../../session/model.ts';
import { tolerances } from '../../session/tolerances.ts';
import type { StepOutcome } from './report.ts';

export interface Decided {
  readonly outcome: Exclude<StepOutcome, 'not-reached'>;
  readonly observed: ScenarioSentence;
  readonly facts: readonly Fact[];
  readonly seqs: readonly number[];
}

/** `untilMs`: when it is decided at the latest, if nothing else comes. */
export type Judgement = { readonly untilMs: number } | Decided;

/** So much before its time is not early: what readings of clocks may differ by. */
export const clockMs = tolerances.clockMs;

/** So long before it was seen the Server may have ended a connection: what follows by its clock may come so much earlier by ours. */
export const closeSeenMs = tolerances.closeSeenAfterMs;

export function say(
  code: ScenarioWord,
  params: Readonly<Record<string, string | number | undefined>> = {},
): ScenarioSentence {
  const given = Object.entries(params).filter((entry): entry is [string, string | number] => {
    return entry[1] !== undefined;
  });
  return { code, params: Object.fromEntries(given) };
}

export function decided(
  outcome: Decided['outcome'],
  observed: ScenarioSentence,
  seqs: readonly (number | undefined)[] = [],
  facts: readonly Fact[] = [],
): Decided {
  const known = new Set(seqs.filter((seq) => seq !== undefined && seq > 0) as number[]);
  return { outcome, observed, facts, seqs: [...known] };
}

export function isDecided(judgement: Judgement): judgement is Decided {
  return 'outcome' in judgement;
}
