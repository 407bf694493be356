import { describe, expect, test } from 'vitest';
import {
  type CaseFacts,
  chooseRow,
  chooseTakeover,
  matchingRows,
  maximumInterval,
  type NextConnect,
  willWait,
} from '../../../src/session/choose-row.ts';
import { type DecisionRow, decisionTable, endKinds } from '../../../src/session/decision-table.ts';

const forever = Number.POSITIVE_INFINITY;
const delays = [0, 3, 5, 8, maximumInterval];
const expiries = [0, 5, 8, forever];
const changes = ['none', 'to-zero', 'to-positive'] as const;
const versions = [3, 4, 5] as const;

/** Every combination that can come about: 3.x has no delay, and its expiry follows from CleanSession. */
function* cases(): Iterable<CaseFacts> {
  for (const version of versions) {
    for (const ended of endKinds) {
      for (const delay of version === 5 ? delays : [0]) {
        for (const expiry of version === 5 ? expiries : [0, forever]) {
          for (const expiryChange of version === 5 ? changes : (['none'] as const)) {
            if (expiryChange === 'to-zero' && expiry !== 0) continue;
            if (expiryChange === 'to-positive' && expiry === 0) continue;
            for (const cleanStart of version === 5 ? [true, false] : [expiry === 0]) {
              yield { version, ended, will: true, delay, expiry, expiryChange, cleanStart };
            }
          }
        }
      }
    }
  }
}

function* nextConnects(): Iterable<NextConnect> {
  for (const version of versions) {
    for (const cleanStart of [true, false]) {
      for (const accepted of [true, false]) {
        for (const expiry of [0, 10]) {
          for (const will of [true, false]) yield { version, cleanStart, accepted, expiry, will };
        }
      }
    }
  }
}

/** Kinds that only exist in one version, or that are told by other phases. */
function canEnd({ ended, version }: CaseFacts): boolean {
  if (ended === 'silent') return false;
  if (ended === 'taken-over') return version === 3;
  const only5 = ['with-will', 'client-error', 'client-illegal-code', 'normal-invalid-expiry'];
  const alsoOnly5 = ['redirected', 'reauthentication-failed'];
  return version === 5 || ![...only5, ...alsoOnly5].includes(ended);
}

const ids = (rows: readonly DecisionRow[]): string => rows.map(({ id }) => id).join(' ');

describe('the decision table', () => {
  test('numbers its rows D01 to D71 without a gap', () => {
    const wanted = Array.from({ length: 71 }, (_, index) => `D${String(index + 1).padStart(2, '0')}`);
    expect(decisionTable.map(({ id }) => id)).toEqual(wanted);
  });

  test('has exactly one row for every end of a connection with a will', () => {
    for (const facts of cases()) {
      if (!canEnd(facts)) continue;
      const rows = matchingRows('end', facts);
      expect(rows.length, `${JSON.stringify(facts)}: ${ids(rows)}`).toBe(1);
    }
  });

  test('has row D01 for every end of a 5.0 connection without a will', () => {
    for (const facts of cases()) {
      if (facts.version !== 5 || !canEnd(facts)) continue;
      expect(ids(matchingRows('end', { ...facts, will: false })), JSON.stringify(facts)).toBe('D01');
    }
  });

  test('lets every will that is owed fall due after the shorter of delay and expiry', () => {
    for (const facts of cases()) {
      const row = canEnd(facts) ? chooseRow('end', facts) : undefined;
      if (row?.will !== 'publish' || row.due === 'unbounded' || row.id === 'D33') continue;
      const wait = willWait(facts.delay, facts.expiry);
      const says = {
        end: 0,
        delay: facts.delay,
        expiry: facts.expiry,
        shorter: wait,
        none: -1,
        reconnect: -1,
      }[row.due];
      expect(says, `${row.id} ${JSON.stringify(facts)}`).toBe(wait);
    }
  });

  test('says of the Session what its expiry says', () => {
    for (const facts of cases()) {
      const row = canEnd(facts) ? chooseRow('end', facts) : undefined;
      if (row === undefined) continue;
      const { session } = row;
      const { expiry } = facts;
      const what = `${row.id} ${JSON.stringify(facts)}`;
      if (session === 'ends-with-connection' && row.id !== 'D33') expect(expiry, what).toBe(0);
      if (session === 'never') expect(expiry, what).toBe(forever);
      if (session === 'expires') expect(expiry > 0 && expiry < forever, what).toBe(true);
    }
  });

  test('has at most one row for every reconnect', () => {
    for (const facts of cases()) {
      if (facts.ended !== 'abrupt') continue;
      for (const next of nextConnects()) {
        for (const beforeDue of [true, false, undefined]) {
          for (const sessionAlive of [true, false, undefined]) {
            const whole = { ...facts, next: { ...next, beforeDue, sessionAlive } };
            const rows = matchingRows('reconnect', whole);
            expect(rows.length, `${JSON.stringify(whole)}: ${ids(rows)}`).toBeLessThanOrEqual(1);
          }
        }
      }
    }
  });

  test('has exactly one row for every takeover of a connection with a will', () => {
    for (const facts of cases()) {
      if (facts.ended !== 'taken-over') continue;
      for (const next of nextConnects()) {
        const whole = { ...facts, next };
        const rows = matchingRows('takeover', whole);
        expect(rows.length, `${JSON.stringify(whole)}: ${ids(rows)}`).toBe(1);
        expect(chooseTakeover(whole)?.meaning.will).not.toBe('as-old-version');
      }
    }
  });

  test('expects Session Present exactly where Clean Start and expiry leave a Session', () => {
    for (const facts of cases()) {
      if (facts.ended !== 'taken-over') continue;
      for (const next of nextConnects()) {
        const row = chooseTakeover({ ...facts, next })?.meaning;
        if (row?.sessionPresent === undefined) continue;
        const wanted = !next.cleanStart && facts.expiry > 0 ? 1 : 0;
        expect(row.sessionPresent, `${row.id} ${JSON.stringify({ facts, next })}`).toBe(wanted);
      }
    }
  });
});
