/** How the case of a will went, as facts. */

import { willWait } from './choose-row.ts';
import type { End } from './end.ts';
import { fact } from './facts.ts';
import type { Fact } from './model.ts';
import { readingFact, statementOfRow } from './telling.ts';
import { tolerances } from './tolerances.ts';
import { lookForCauses } from './unseen-causes.ts';
import type { ReceivedCopy, Will } from './will.ts';
import type { WillCase } from './will-case.ts';
import { isCrowded } from './will-topics.ts';
import type { Witness } from './witness.ts';

/** Whether the end leaves open how long the Server must wait (A4, A5). */
export function openRange(end: End): boolean {
  return willWait(end.delay, end.expiry.leastSeconds) !== willWait(end.delay, end.expiry.mostSeconds);
}

export const lateByDelay = fact('lateByDelay', {}, { statement: { version: 5, id: 'MQTT-3.1.3-9' } });

/** Whether the Server waited for the whole delay, though the Session ended before. */
export function isLateByDelay({ end }: WillCase, copy: ReceivedCopy): boolean {
  if (end === undefined || end.delay <= end.expiry.mostSeconds) return false;
  const wholeMs = copy.atMs - end.fromMs - end.delay * 1000;
  return wholeMs >= -tolerances.clockMs && wholeMs <= tolerances.onTimeMs;
}

export function whileConnected(will: Will, copy: ReceivedCopy): Fact {
  const version = will.connection.version || 5;
  return fact(
    'receivedWhileConnected',
    { subscriber: copy.connection.name, receivedAtMs: copy.atMs },
    { seq: copy.seq, statement: { version, id: version === 3 ? '3.1' : 'MQTT-3.1.2-8' } },
  );
}

export function onTime(willCase: WillCase, copy: ReceivedCopy, deviationMs: number): Fact {
  const subscriber = copy.connection.name;
  const evidence = { seq: copy.seq };
  if (deviationMs >= 0) return fact('receivedAfterDue', { subscriber, afterMs: deviationMs }, evidence);
  const endedAtMs = willCase.end?.atMs ?? copy.atMs;
  return fact('receivedBeforeDue', { subscriber, beforeMs: -deviationMs, endedAtMs }, evidence);
}

/** What leaves it open though somebody watched and saw nothing. */
export function whyUndecided(willCase: WillCase, witness: Witness): Fact[] | undefined {
  const { will, due } = willCase;
  if (witness.kind === 'none') return undefined;
  if (willCase.unclear !== undefined) return [willCase.unclear];
  if (willCase.race) return [fact('raceWithResume', {}), readingFact('A12')];
  if (willCase.ambiguity !== undefined) return [willCase.ambiguity];
  if (willCase.oldCopy !== undefined) return [willCase.oldCopy];
  if (isCrowded(will)) return [fact('sameWills', {})];
  for (const twin of willCase.twins) {
    if (twin.observed !== undefined) return [fact('sameWills', {})];
  }
  if (due?.untilMs === Number.POSITIVE_INFINITY) return [fact('endUnbounded', {})];
  if (will.connection.closed === undefined && will.connection.clientDisconnect !== undefined) {
    return [fact('notClosedYet', {}, { statement: statementOf(willCase) })];
  }
  const hiding = lookForCauses(willCase, witness).hiding;
  return hiding && [...hiding];
}

function statementOf(willCase: WillCase): ReturnType<typeof statementOfRow> {
  return willCase.row && statementOfRow(willCase.row, willCase.will.connection.version || 5);
}

export function notReceived(willCase: WillCase, witness: Witness, untilAtMs: number): Fact[] {
  if (witness.kind === 'none') return [];
  const filter = witness.subscribed.topicFilter;
  const facts = [fact('notReceived', { subscriber: witness.connection.name, filter, untilAtMs })];
  if (willCase.altered !== undefined) facts.push(willCase.altered);
  facts.push(...lookForCauses(willCase, witness).telling);
  return facts;
}
