/** Judges `expectSession` and `expectClosed`. */
import type { ScenarioStep } from '../../profile/scenarios.ts';
import { answerText } from './answer-text.ts';
import type { Evidence } from './evidence.ts';
import { type Decided, decided, type Judgement, say } from './judgement.ts';
import type { ScenarioConnection } from './scenario-connection.ts';

type ExpectSession = Extract<ScenarioStep, { do: 'expectSession' }>;
type ExpectClosed = Extract<ScenarioStep, { do: 'expectClosed' }>;

export function judgeSession({ client, present }: ExpectSession, evidence: Evidence): Decided {
  const last = evidence.connectionsOf(client).findLast(({ connack }) => connack !== undefined);
  if (last?.connack === undefined) return decided('failed', say('neverConnected', { client }));
  const { seq, sessionPresent } = last.connack;
  const seqs = [last.connectSeq, seq];
  if (last.connect?.version === 3) return decided('undecided', say('presentUnknown'), seqs);
  const observed = say('presentIs', { present: sessionPresent ? 1 : 0 });
  return decided(sessionPresent === present ? 'passed' : 'failed', observed, seqs);
}

export function judgeClosed(
  { client, reasonCode, withinMs }: ExpectClosed,
  sinceMs: number,
  evidence: Evidence,
  nowMs: number,
): Judgement {
  const connections = evidence
    .connectionsOf(client)
    .filter((each) => each.accepted && !evidence.isClaimed('ends', each));
  // After a takeover the Client has two: the one that we have not ended, and the Server may have.
  const target =
    connections.find(({ endedByServer }) => endedByServer !== undefined) ??
    connections.find(({ ended }) => ended === undefined) ??
    connections.at(-1);
  if (target === undefined) return decided('failed', say('neverConnected', { client }));
  const { endedByServer: end, ended } = target;
  const untilMs = sinceMs + withinMs;
  if (end === undefined) {
    if (ended !== undefined) return endedOtherwise(target);
    if (nowMs < untilMs) return { untilMs };
    return decided('failed', say('stillOpen', { forMs: nowMs - sinceMs }), [target.connack?.seq]);
  }
  const seqs = [target.connack?.seq, end.seq];
  if (end.atMs > untilMs) {
    return decided('failed', say('closedLate', { afterMs: end.atMs - sinceMs }), seqs);
  }
  const { serverDisconnect } = target;
  const reason = serverDisconnect && reasonOf(target, serverDisconnect.reasonCode);
  if (reasonCode !== undefined && serverDisconnect?.reasonCode !== reasonCode) {
    const observed = reason === undefined ? say('closedWithout') : say('closedByWith', { reason });
    return decided('failed', observed, seqs);
  }
  evidence.claim('ends', target);
  if (reason !== undefined) return decided('passed', say('closedByWith', { reason }), seqs);
  const afterMs = end.atMs - sinceMs;
  return decided('passed', afterMs < 0 ? say('closedBefore') : say('closedBy', { afterMs }), seqs);
}

function endedOtherwise({ connack, ended, closed }: ScenarioConnection): Decided {
  const seqs = [connack?.seq, ended?.seq];
  if (closed?.end.by === 'network' || closed?.end.by === 'unknown') {
    const detail = closed.end.detail ?? closed.end.how;
    return decided('undecided', say('closedByLink', { detail }), seqs);
  }
  return decided('failed', say('closedHere'), seqs);
}

/** `DISCONNECT 0x8E (Session taken over)`. */
export function reasonOf({ connect }: ScenarioConnection, reasonCode: number): string {
  return answerText('disconnect', connect?.version ?? 5, reasonCode);
}
