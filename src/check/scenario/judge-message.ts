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
  let held: Received | undefined;
  for (const message of evidence.messages.unclaimed(client, like.topic)) {
    if (message.atMs > untilMs) break;
    if (!isLike(like, likenessOf(message.topic, message.packet))) {
      other = message;
      continue;
    }
    const { latestMs } = message.connection.faults.arrival(message.atMs);
    if (latestMs > untilMs) {
      held ??= message;
      continue;
    }
    if (latestMs > nowMs) return { untilMs: latestMs };
    evidence.messages.claim(message);
    return decided('passed', cameAt(message, latestMs, sinceMs, client), [message.seq]);
  }
  if (nowMs < untilMs) return { untilMs };
  const hidden = whatHides(client, evidence);
  if (hidden !== undefined) return hidden;
  if (held !== undefined) return heldBack(held, client);
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
  let held: Received | undefined;
  for (const message of evidence.messages.unclaimed(client, topic)) {
    if (message.atMs > untilMs) break;
    // What a fault may keep from the Client for all that time counts for neither.
    const { latestMs } = message.connection.faults.arrival(message.atMs);
    if (latestMs > Math.min(nowMs, untilMs)) {
      held ??= message;
      continue;
    }
    const like = tell(likenessOf(message.topic, message.packet), { payload: '', qos: 0, retain: false });
    const observed = say('messageCameNonetheless', { client, message: like });
    return decided('failed', observed, [message.seq]);
  }
  if (nowMs < untilMs) return { untilMs };
  const hidden = whatHides(client, evidence);
  if (hidden !== undefined) return hidden;
  if (held !== undefined) return heldBack(held, client);
  const last = evidence.connectionsOf(client).at(-1);
  // A Client that is not there receives nothing, whatever the Server does.
  if (last === undefined || last.ended !== undefined || last.frozen) {
    return decided('undecided', say('messageNotConnected', { client }), [last?.ended?.seq]);
  }
  return decided('passed', say('noMessageCame', { client, forMs }), [last.connack?.seq]);
}

function cameAt(
  { atMs }: Received,
  latestMs: number,
  sinceMs: number,
  client: string,
): ReturnType<typeof say> {
  const afterMs = atMs - sinceMs;
  if (latestMs > atMs) return say('messageCameDelayed', { client, byMs: latestMs - atMs });
  return afterMs < 0 ? say('messageCameBefore', { client }) : say('messageCame', { client, afterMs });
}

/** The Server has done its part, and whether the Client has got it is not known. */
function heldBack({ seq }: Received, client: string): Decided {
  return decided('undecided', say('messageHeld', { client }), [seq]);
}

/** What makes it impossible to say that nothing came. */
function whatHides(client: string, evidence: Evidence): Decided | undefined {
  const last = evidence.connectionsOf(client).at(-1);
  if (last?.blind === true)
    return decided('undecided', say('messageUnread', { client }), [last.connack?.seq]);
  return evidence.messages.forgot ? decided('undecided', say('messagesForgotten')) : undefined;
}
