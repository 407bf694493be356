/**
 * What a trace leaves open when it ends. A live trace goes on, and what is pending will be decided; behind the last record of a
 * capture nothing comes, so nobody can know what became of it, and it must neither be waited for nor be held against the Server.
 */
import { fact } from './facts.ts';
import type { ExpectationView, Fact } from './model.ts';

/** The expectation as it stands for good when the trace ends at `endAtMs`, in milliseconds since the Unix epoch. */
export function leftOpen(expectation: ExpectationView, endAtMs: number): ExpectationView {
  if (expectation.verdict !== 'pending') return expectation;
  return {
    ...expectation,
    verdict: 'undecided',
    decidedAtMs: endAtMs,
    leftOpen: true,
    facts: [...expectation.facts, endFact(expectation.dueAtMs, endAtMs)],
  };
}

function endFact(dueAtMs: number | undefined, endAtMs: number): Fact {
  if (dueAtMs === undefined) return fact('traceEnds', { endAtMs });
  const beforeMs = dueAtMs - endAtMs;
  return beforeMs > 0
    ? fact('traceEndsBefore', { endAtMs, beforeMs })
    : fact('traceEndsAfter', { endAtMs, afterMs: -beforeMs });
}
