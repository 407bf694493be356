/** Judges `expectConnect`: that a program comes to the tap of its profile, and the Server accepts it. */
import type { ScenarioStep } from '../../profile/scenarios.ts';
import { answerText } from './answer-text.ts';
import type { Evidence } from './evidence.ts';
import { decided, type Judgement, say } from './judgement.ts';

type ExpectConnect = Extract<ScenarioStep, { do: 'expectConnect' }>;

export function judgeConnect(
  { client, withinMs }: ExpectConnect,
  sinceMs: number,
  evidence: Evidence,
  nowMs: number,
): Judgement {
  const untilMs = sinceMs + withinMs;
  const fresh = evidence.connectionsOf(client).filter((each) => !evidence.isClaimed('connects', each));
  const accepted = fresh.filter((each) => each.accepted && (each.connack?.atMs ?? 0) <= untilMs);
  const met = accepted.findLast(({ ended }) => ended === undefined) ?? accepted.at(-1);
  if (met?.connack !== undefined) {
    // Those before it are over for the scenario, too.
    for (const each of fresh) if (each.openedSeq <= met.openedSeq) evidence.claim('connects', each);
    const afterMs = met.connack.atMs - sinceMs;
    const { clientId } = met;
    const observed =
      afterMs < 0 ? say('programCameBefore', { clientId }) : say('programCame', { clientId, afterMs });
    return decided('passed', observed, [met.openedSeq, met.connectSeq, met.connack.seq]);
  }
  if (nowMs < untilMs) return { untilMs };
  const last = fresh.at(-1);
  if (last === undefined) {
    const awaySeq = evidence.awaySeq(client);
    const observed = say(awaySeq === undefined ? 'programCameNot' : 'programHadNoBroker', {
      forMs: nowMs - sinceMs,
    });
    return decided('failed', observed, [awaySeq]);
  }
  const { connack, connectSeq, openedSeq, closed, connect } = last;
  const seqs = [openedSeq, connectSeq, connack?.seq, closed?.seq];
  if (connect === undefined && closed?.end.by === 'client') {
    const reason = closed.end.detail ?? closed.end.how;
    return decided('failed', say('programLeft', { reason }), seqs);
  }
  if (connack === undefined || connack.reasonCode === 0) {
    return decided('failed', say('programNotAccepted', { forMs: nowMs - sinceMs }), seqs);
  }
  const reason = answerText('connack', connect?.version ?? 5, connack.reasonCode);
  return decided('failed', say('refused', { reason }), seqs);
}
