/** What programs say of themselves with RETAIN 1, beside what their wills say: same topic, kept as well, in the right order. */
import type { Connection } from '../connection.ts';
import { fact } from '../facts.ts';
import type { Will } from '../will.ts';
import { type OrdinaryPublish, samePayload, type WillTopic } from '../will-topics.ts';
import { type Sighting, sight } from './insight.ts';
import { opposites } from './presence-words.ts';
import { insightLimits } from './thresholds.ts';

/** What a connection with a will has published with RETAIN 1. */
export interface States {
  /** How many of them were looked at. */
  looked: number;
  /** The one topic, other than that of the will, on which the opposite of the will was said. */
  elsewhere:
    | { readonly topic: string; readonly here: string; readonly gone: string; readonly seq: number }
    | undefined;
  /** Nothing more is to be learned. */
  done: boolean;
}

/** A PUBLISH with RETAIN 1 on another topic than that of the will. Whether it is the first that may be the state. */
export function noteElsewhere(
  states: States,
  will: Will,
  said: { readonly topic: string; readonly payload: Uint8Array; readonly seq: number },
): boolean {
  states.looked += 1;
  const words = opposites(said.payload, will.message.payload);
  if (words !== undefined && states.elsewhere === undefined) {
    states.elsewhere = { topic: said.topic, ...words, seq: said.seq };
    return true;
  }
  // A program that says so of several topics speaks for others, and which is its own cannot be told.
  const speaksForOthers = words !== undefined && states.elsewhere?.topic !== said.topic;
  if (speaksForOthers || (states.looked >= insightLimits.states && states.elsewhere === undefined))
    states.done = true;
  return false;
}

/** The state was published elsewhere, and nothing on the topic of the will. */
export function willTopicDiffers(connection: Connection, { elsewhere }: States): Sighting | undefined {
  const { will, connect } = connection;
  if (elsewhere === undefined || will === undefined) return undefined;
  const { topic, here, gone, seq } = elsewhere;
  return sight(
    'will-topic-differs',
    connection,
    [
      fact('insightWillTopic', { topic: will.message.topic, gone }, { seq: connect?.seq }),
      fact('insightStateTopic', { topic, here }, { seq }),
      fact('insightStateStays', { topic, here }),
    ],
    fact('insightWillTopicDiffersRemedy', {}),
  );
}

/** The Client published on the topic of its will: kept by the Server, as its will would not be. */
export function willNotRetained(connection: Connection, said: OrdinaryPublish): Sighting | undefined {
  const { will, connect } = connection;
  if (will === undefined || will.message.retain || !said.retain) return undefined;
  // An empty one removes what was kept, and one that says what the will says leaves nothing stale.
  if (said.payload.length === 0 || samePayload(said.payload, will.payloadMark)) return undefined;
  const version = connection.version || 5;
  const id = { 5: 'MQTT-3.1.2-14', 4: 'MQTT-3.1.2-16', 3: '3.1' }[version];
  return sight(
    'will-not-retained',
    connection,
    [
      fact('insightStateRetained', {}, { seq: said.seq }),
      fact('insightWillNotKept', {}, { seq: connect?.seq, statement: { version, id } }),
    ],
    fact('insightWillNotRetainedRemedy', {}),
  );
}

/**
 * The will of a Client came after another Client, which carries on what it did, had published its own state there. That other Client
 * left a will on the same topic, and came when this one had fallen silent for good.
 */
export function orphanedWill(
  will: Will,
  copy: { readonly seq: number; readonly atMs: number },
): Sighting | undefined {
  const { topic, message, connection } = will;
  const kept = topic.lastRetained;
  if (!message.retain || message.payload.length === 0 || kept === undefined) return undefined;
  const successor = successorOf(topic, will, kept);
  const askedAtMs = successor?.connection.connect?.atMs ?? Number.NEGATIVE_INFINITY;
  if (successor === undefined || connection.lastFromClientAtMs > askedAtMs) return undefined;
  if (kept.atMs < askedAtMs || kept.atMs > copy.atMs || samePayload(kept.payload, will.payloadMark))
    return undefined;
  const { clientId } = connection;
  const next = successor.connection;
  return sight(
    'orphaned-will',
    connection,
    [
      fact('insightPredecessorSilent', { clientId, askedAtMs }, { seq: next.connect?.seq }),
      fact(
        'insightStateSaid',
        { clientId: next.clientId, topic: message.topic, publishedAtMs: kept.atMs },
        { seq: kept.seq },
      ),
      fact(
        'insightOrphanedWill',
        { receivedAtMs: copy.atMs, topic: message.topic, successor: next.clientId },
        { seq: copy.seq },
      ),
    ],
    fact('insightOrphanedWillRemedy', {}),
    { packets: [connection.connect?.seq ?? connection.openedSeq] },
  );
}

/** The will on the same topic of the connection that published there, if it lives and is another Client's. */
function successorOf(topic: WillTopic, will: Will, kept: OrdinaryPublish): Will | undefined {
  for (const other of topic.wills) {
    if (other.connection.id === kept.connection && other.client !== will.client && other.connection.carries)
      return other;
  }
  return undefined;
}
