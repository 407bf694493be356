import { describe, expect, it } from 'vitest';
import { leftOpen } from '../../../src/session/end-of-trace.ts';
import type { ExpectationView } from '../../../src/session/model.ts';
import { renderFact } from '../../../src/session/sentences.ts';

const endAtMs = Date.UTC(2026, 2, 2, 12);

const pending: ExpectationView = {
  id: 1,
  kind: 'will',
  server: 'localhost:1883',
  clientId: 'demo',
  connection: 1,
  demands: 'happens',
  createdAtMs: endAtMs - 1000,
  verdict: 'pending',
  severity: 'must',
  checks: [],
  facts: [],
};

function told(dueAtMs: number | undefined): string {
  const { facts } = leftOpen({ ...pending, dueAtMs }, endAtMs);
  return facts.map((fact) => renderFact(fact, undefined, 'en', 'UTC')).join('. ');
}

describe('what is pending when the trace ends', () => {
  it('is undecided, and says that it was left open', () => {
    expect(leftOpen(pending, endAtMs)).toMatchObject({
      verdict: 'undecided',
      leftOpen: true,
      decidedAtMs: endAtMs,
      severity: 'must',
    });
  });

  it('says how far from its due time the trace ends', () => {
    expect(told(endAtMs + 3200)).toMatch(/^The trace ends at 12:00:00\.000, 3\.2 s before it was due/);
    expect(told(endAtMs - 100)).toMatch(/100 ms after it was due: too early to say that it did not happen$/);
    expect(told(undefined)).toMatch(/^The trace ends at 12:00:00\.000; what became of it/);
  });

  it('is nothing that was decided before', () => {
    const met = { ...pending, verdict: 'met' } as const;
    expect(leftOpen(met, endAtMs)).toBe(met);
  });
});
