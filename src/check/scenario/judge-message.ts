/** Judges `expectMessage` and `expectNoMessage`. */
import type { ScenarioStep } from '../../profile/scenarios.ts';
import type { Evidence } from './evidence.ts';
import { type Decided, decided, type Judgement, say } from './judgement.ts';
import { isLike, likenessOf, tell } from './likeness.ts';
import type { Received } from './messages.ts';

type ExpectMessage = Extract<ScenarioStep, { do: 'expectMessage' }>;
type ExpectNoMessage = Extract<ScenarioStep, { do: 'expectNoMessage' }>;

export function judgeMessage(
  { client, like, withinMs }: ExpectMessage,
  sinceMs: number,
  evidence: Evidence,
  nowMs: number,
): Judgement {
  const untilMs = sinceMs + withinMs;
  let other: Received | undefined;
  for (const message of evidence.messages.unclaimed(client, like.topic)) {
    if (message.atMs > untilMs) break;
    if (!isLike(like, likenessOf(message.topic, message.packet))) {
      other = message;
      continue;
    }
    evidence.messages.claim(message);
    const afterMs = message.atMs - sinceMs;
    const observed =
      afterMs < 0 ? say('messageCameBefore', { client }) : say('messageCame', { client, afterMs });
    return decided('passed', observed, [message.seq]);
  }
  if (nowMs < untilMs) return { untilMs };
  const hidden = whatHides(client, evidence);
  if (hidden !== undefined) return hidden;
  if (other !== undefined) {
    const message = tell(likenessOf(other.topic, other.packet), like);
    return decided('failed', say('messageOther', { client, message }), [other.seq]);
  }
  const last = evidence.connectionsOf(client).at(-1);
  if (last === undefined || (last.ended !== undefined && last.ended.atMs <= sinceMs)) {
    return decided('failed', say('messageNotConnected', { client }), [last?.ended?.seq]);
  }
  const observed = say('messageDidNotCome', { client, topic: like.topic, forMs: nowMs - sinceMs });
  return decided('failed', observed, [last.connack?.seq]);
}

export function judgeNoMessage(
  { client, topic, forMs }: ExpectNoMessage,
  sinceMs: number,
  evidence: Evidence,
  nowMs: number,
): Judgement {
  const untilMs = sinceMs + forMs;
  for (const message of evidence.messages.unclaimed(client, topic)) {
    if (message.atMs > untilMs) break;
    const like = tell(likenessOf(message.topic, message.packet), { payload: '', qos: 0, retain: false });
    const observed = say('messageCameNonetheless', { client, message: like });
    return decided('failed', observed, [message.seq]);
  }
  if (nowMs < untilMs) return { untilMs };
  const hidden = whatHides(client, evidence);
  if (hidden !== undefined) return hidden;
  const last = evidence.connectionsOf(client).at(-1);
  // A Client that is not there receives nothing, whatever the Server does.
  if (last === undefined || last.ended !== undefined || last.frozen) {
    return decided('undecided', say('messageNotConnected', { client }), [last?.ended?.seq]);
  }
  return decided('passed', say('noMessageCame', { client, forMs }), [last.connack?.seq]);
}

/** What makes it impossible to say that nothing came. */
function whatHides(client: string, evidence: Evidence): Decided | undefined {
  const last = evidence.connectionsOf(client).at(-1);
  if (last?.blind === true)
    return decided('undecided', say('messageUnread', { client }), [last.connack?.seq]);
  return evidence.messages.forgot ? decided('undecided', say('messagesForgotten')) : undefined;
}
