/** What a run of a scenario yields. Plain data; times in milliseconds since the Unix epoch. */
import type { ScenarioSentence } from '../../profile/scenario-words.ts';
import type { Fact } from '../../session/model.ts';

/**
 * - `passed`: what the step waits for has happened, and was seen.
 * - `failed`: it did not, or something else did.
 * - `undecided`: what was seen does not show which; a sentence says what would. Never counted as passed.
 * - `not-reached`: a step before it has failed, or the run was cancelled.
 */
export type StepOutcome = 'passed' | 'failed' | 'undecided' | 'not-reached';

export interface StepResult {
  /** Of the step in its scenario, from 0. */
  readonly index: number;
  readonly outcome: StepOutcome;
  /** Undefined when it was not reached. */
  readonly startedAtMs?: number | undefined;
  readonly decidedAtMs?: number | undefined;
  /** 0 when it was not reached. */
  readonly durationMs: number;
  readonly expected: ScenarioSentence;
  /** Undefined when it was not reached. */
  readonly observed?: ScenarioSentence | undefined;
  /** What the session rules say of it, where that explains more. */
  readonly facts: readonly Fact[];
  /** The records of the trace that it rests on, the telling one last. */
  readonly seqs: readonly number[];
  /** The newest record of the trace when it was decided: with these and the time, it is decided the same way again. */
  readonly atSeq: number;
}

export type ScenarioOutcome = 'passed' | 'failed' | 'undecided' | 'cancelled';

export interface ScenarioReport {
  readonly scenario: string;
  readonly outcome: ScenarioOutcome;
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** One for each step, in order. */
  readonly steps: readonly StepResult[];
  readonly clients: readonly ScenarioClient[];
}

/** A client of a run: its key in the trace, the profile that it stands for, and under what names its lane stands. */
export interface ScenarioClient {
  readonly key: string;
  readonly profile: string;
  readonly server: string;
  /** Effective. */
  readonly clientId: string;
}

/** What the whole comes to. */
export function outcomeOf(steps: readonly StepResult[], cancelled: boolean): ScenarioOutcome {
  if (steps.some(({ outcome }) => outcome === 'failed')) return 'failed';
  if (cancelled) return 'cancelled';
  return steps.some(({ outcome }) => outcome === 'undecided') ? 'undecided' : 'passed';
}
