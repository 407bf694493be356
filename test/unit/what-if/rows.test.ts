import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statementKey, statements } from '../../../src/mqtt/statements.ts';
import { decisionTable } from '../../../src/session/decision-table.ts';
import { factTemplates, renderFact } from '../../../src/session/sentences.ts';
import { agreedOf, whatIf } from '../../../src/session/what-if.ts';
import type { WhatIf, WhatIfOutcome, WhatIfSettings } from '../../../src/session/what-if-model.ts';
import { whatIfSummary } from '../../../src/session/what-if-summary.ts';
import { WhatIfWords, whatIfTexts } from '../../../src/session/what-if-words.ts';

const never = 0xffffffff;

function settings(more: Partial<WhatIfSettings> = {}): WhatIfSettings {
  return {
    protocolVersion: 5,
    cleanStart: true,
    keepAliveSeconds: 30,
    sessionExpiryInterval: 10,
    will: { willDelayInterval: 5 },
    identity: 'fixed',
    ...more,
  };
}

const outcomesOf = (table: WhatIf): readonly WhatIfOutcome[] =>
  table.ends.flatMap(({ outcomes }) => outcomes);

function outcome(given: Partial<WhatIfSettings>, end: string, back: string): WhatIfOutcome {
  const found = whatIf(settings(given))
    .ends.find(({ kind }) => kind === end)
    ?.outcomes.find((each) => each.back === back);
  if (found === undefined) throw new Error(`No ${end}, ${back}`);
  return found;
}

/** Rows that no settings of one profile bring up by themselves, and why. */
const notAsked: Readonly<Record<string, string>> = {
  D05: 'DISCONNECT with an expiry of its own, which no profile sets',
  D15: 'as D05',
  D17: 'a Reason Code that no Client library sends',
  D44: 'the return leaves out the Session Expiry Interval that the profile has',
  D45: 'the return leaves out the will that the profile has',
  D46: 'a second end after the return',
  D47: 'the return speaks another version than the profile',
  D48: 'as D47',
  D59: 'as D47',
};

const intervals = [undefined, 0, 5, 10, never];

function everySettings(): WhatIfSettings[] {
  return ([3, 4, 5] as const).flatMap((protocolVersion) =>
    [true, false].flatMap((cleanStart) =>
      [0, 30].flatMap((keepAliveSeconds) =>
        intervals.flatMap((sessionExpiryInterval) =>
          [...intervals.map((willDelayInterval) => ({ willDelayInterval })), undefined].map((will) =>
            settings({ protocolVersion, cleanStart, keepAliveSeconds, sessionExpiryInterval, will }),
          ),
        ),
      ),
    ),
  );
}

test('every row of the decision table appears for some settings, save those that need more than one profile', () => {
  const seen = new Set(
    everySettings().flatMap((each) => outcomesOf(whatIf(each)).flatMap(({ rows }) => rows)),
  );
  const wanted = decisionTable.map(({ id }) => id).filter((id) => notAsked[id] === undefined);
  expect(wanted.filter((id) => !seen.has(id))).toEqual([]);
  expect([...seen].filter((id) => notAsked[id] !== undefined)).toEqual([]);
});

const anySettings: fc.Arbitrary<WhatIfSettings> = fc.record({
  protocolVersion: fc.constantFrom(3 as const, 4 as const, 5 as const),
  cleanStart: fc.boolean(),
  keepAliveSeconds: fc.integer({ min: 0, max: 65_535 }),
  sessionExpiryInterval: fc.option(
    fc.oneof(fc.constantFrom(0, 1, never), fc.integer({ min: 0, max: never })),
    { nil: undefined },
  ),
  will: fc.option(
    fc.record({
      willDelayInterval: fc.option(
        fc.oneof(fc.constantFrom(0, 1, never), fc.integer({ min: 0, max: never })),
        { nil: undefined },
      ),
    }),
    { nil: undefined },
  ),
  identity: fc.constantFrom('fixed' as const, 'changes' as const, 'unknown' as const),
  server: fc.option(
    fc.record({
      sessionExpiryMaximum: fc.option(fc.integer({ min: 0, max: never }), { nil: undefined }),
      serverKeepAlive: fc.option(fc.integer({ min: 0, max: 65_535 }), { nil: undefined }),
    }),
    { nil: undefined },
  ),
});

describe('for any settings', () => {
  const known = new Set(statements.map(statementKey));

  test('each outcome of a will names its row, cites statements that exist, and is told without a place left open', () => {
    fc.assert(
      fc.property(anySettings, (each) => {
        const table = whatIf(each);
        const words = new WhatIfWords(each);
        const told = table.notes.map((note) => renderFact(note, whatIfTexts));
        for (const end of table.ends) {
          told.push(words.end(end.kind), words.noticed(end));
          for (const one of end.outcomes) {
            if (each.will !== undefined && one.rows.length === 0) return false;
            if (one.statements.some((statement) => !known.has(statementKey(statement)))) return false;
            if (one.facts.some(({ code }) => !(code in factTemplates))) return false;
            told.push(
              words.back(one.back, one),
              words.will(one.will),
              words.session(one.session),
              words.present(one.sessionPresent),
              ...one.facts.map((fact) => renderFact(fact)),
            );
          }
        }
        return told.every((text) => !/\{|NaN|Infinity|undefined/.test(text));
      }),
      { numRuns: 60 },
    );
  });

  test('a will is published after the shorter of delay and expiry, and a Session ends after its expiry', () => {
    fc.assert(
      fc.property(anySettings, (each) => {
        const { expiry } = agreedOf(each);
        const delay = each.protocolVersion === 5 ? (each.will?.willDelayInterval ?? 0) : 0;
        const lost = whatIf(each).ends.find(({ kind }) => kind === 'lost')?.outcomes[0];
        if (each.will === undefined) expect(lost?.will).toEqual({ kind: 'none' });
        else {
          const afterMs = Math.min(delay, expiry) * 1000;
          expect(lost?.will).toEqual({ kind: 'published', afterMs, afterNoticeMs: afterMs });
        }
        if (expiry === 0) expect(lost?.session.kind).toBe('ends-with-connection');
        else if (expiry === Number.POSITIVE_INFINITY) expect(lost?.session.kind).toBe('kept');
        else {
          const endMs = expiry * 1000;
          expect(lost?.session).toEqual({ kind: 'expires', afterMs: endMs, afterNoticeMs: endMs });
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('the delayed will of the walkthrough', () => {
  test('is cancelled by a resume within the delay', () => {
    const { will, session, sessionPresent, rows } = outcome({}, 'lost', 'within-delay');
    expect([will.kind, session.kind, sessionPresent, rows]).toEqual(['withheld', 'resumed', 1, ['D37']]);
  });

  test('is published at the return of a Client that starts clean', () => {
    const { will, sessionPresent } = outcome({}, 'lost', 'clean');
    expect(will).toEqual({ kind: 'published-at-return', afterMs: 2500 });
    expect(sessionPresent).toBe(0);
  });

  test('is published at once where the Session ends with its connection', () => {
    const { will, rows } = outcome({ sessionExpiryInterval: undefined }, 'lost', 'none');
    expect(will).toEqual({ kind: 'published', afterMs: 0, afterNoticeMs: 0 });
    expect(rows).toEqual(['D23']);
  });

  test('counts from when the Server notices the silence', () => {
    const { will } = outcome({}, 'silent', 'none');
    expect(will).toEqual({ kind: 'published', afterMs: 50_000, afterNoticeMs: 5000 });
  });

  test('is left open, with Keep Alive 0, when the Client falls silent', () => {
    const { will, session, severity } = outcome({ keepAliveSeconds: 0 }, 'silent', 'none');
    expect([will.kind, session.kind, severity]).toEqual(['open', 'open', 'indeterminate']);
  });

  test('follows the Keep Alive and the cap that the sandbox broker is set to', () => {
    const server = { sessionExpiryMaximum: 3, serverKeepAlive: 2 };
    const { will, session } = outcome({ server }, 'silent', 'none');
    expect(will).toEqual({ kind: 'published', afterMs: 6000, afterNoticeMs: 3000 });
    expect(session).toEqual({ kind: 'expires', afterMs: 6000, afterNoticeMs: 3000 });
  });
});

test('a Client whose identifier changes comes back to nothing, and cannot be taken over', () => {
  const table = whatIf(settings({ identity: 'changes' }));
  expect(table.ends.map(({ kind }) => kind)).not.toContain('taken-over');
  const { will, sessionPresent } = outcome({ identity: 'changes' }, 'lost', 'other-identity');
  expect(will).toEqual({ kind: 'published', afterMs: 5000, afterNoticeMs: 5000 });
  expect(sessionPresent).toBe(0);
});

test('the short form tells each everyday end, and what a return changes', () => {
  const lines = whatIfSummary(settings()).map(({ end, back, will }) => `${end} | ${back} | ${will}`);
  expect(lines).toMatchInlineSnapshot(`
    [
      "The Client sends DISCONNECT 0x00 (normal) | It does not come back | Not published",
      "The Client sends DISCONNECT 0x04 (with will) | It does not come back | Published after 5 s",
      "The connection is lost: closed or reset without DISCONNECT | It does not come back | Published after 5 s",
      "The connection is lost: closed or reset without DISCONNECT | Back within the delay, Clean Start 0 | Not published",
      "The connection is lost: closed or reset without DISCONNECT | Back within the delay, starting clean, Clean Start 1 | Published at T + 2.5 s, when the Client is back",
      "The Client falls silent: no power, no network, nothing closes | It does not come back | Published at T + 50 s: 5 s after the Server notices",
      "Another connection takes over with the same Client Identifier | With Clean Start 0 | Not published",
      "The Server closes the connection | It does not come back | Published after 5 s",
    ]
  `);
});
