/** Judges a step that expects something. */
import type { ScenarioStep } from '../../profile/scenarios.ts';
import type { Evidence } from './evidence.ts';
import { judgeConnect } from './judge-connect.ts';
import { judgeClosed, judgeSession } from './judge-connection.ts';
import { judgeInsight, judgeNoInsight } from './judge-insight.ts';
import { judgeMessage, judgeNoMessage } from './judge-message.ts';
import { judgeNoWill, judgeWill } from './judge-will.ts';
import type { Judgement } from './judgement.ts';

/** The steps that wait for what others do. */
export type Expectation = Extract<ScenarioStep, { do: `expect${string}` }>;

export function isExpectation(step: ScenarioStep): step is Expectation {
  return step.do.startsWith('expect');
}

/**
 * What is to be said of a step at `nowMs`, by the evidence up to now: the rules must have been moved to now. What passes is claimed, so that
 * it does not meet a second step.
 * @param sinceMs when the step began
 */
export function judge(step: Expectation, sinceMs: number, evidence: Evidence, nowMs: number): Judgement {
  switch (step.do) {
    case 'expectConnect':
      return judgeConnect(step, sinceMs, evidence, nowMs);
    case 'expectWill':
      return judgeWill(step, sinceMs, evidence, nowMs);
    case 'expectNoWill':
      return judgeNoWill(step, sinceMs, evidence, nowMs);
    case 'expectSession':
      return judgeSession(step, evidence);
    case 'expectClosed':
      return judgeClosed(step, sinceMs, evidence, nowMs);
    case 'expectMessage':
      return judgeMessage(step, sinceMs, evidence, nowMs);
    case 'expectNoMessage':
      return judgeNoMessage(step, sinceMs, evidence, nowMs);
    case 'expectInsight':
      return judgeInsight(step, sinceMs, evidence, nowMs);
    case 'expectNoInsight':
      return judgeNoInsight(step, sinceMs, evidence, nowMs);
  }
}
