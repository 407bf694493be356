/** Judges `expectWill` and `expectNoWill`: by what the session rules attribute to a will, and by when it came. */
import type { ConnectPacket } from '../../mqtt/packet.ts';
import type { ScenarioStep } from '../../profile/scenarios.ts';
import type { ExpectationView, Fact, WillView } from '../../session/model.ts';
import { answerText } from './answer-text.ts';
import { type Evidence, leastBytes } from './evidence.ts';
import { clockMs, closeSeenMs, type Decided, decided, type Judgement, say } from './judgement.ts';
import { isLike, likenessOf, tell } from './likeness.ts';
import { copiesMs, type Received } from './messages.ts';
import type { ScenarioConnection } from './scenario-connection.ts';

type ExpectWill = Extract<ScenarioStep, { do: 'expectWill' }>;
type ExpectNoWill = Extract<ScenarioStep, { do: 'expectNoWill' }>;
type Will = NonNullable<ConnectPacket['will']>;

/** One will of a Client: what its CONNECT carried, and what the rules know of it. */
interface Candidate {
  readonly connection: ScenarioConnection;
  readonly will: Will;
  readonly view: WillView | undefined;
  readonly expectation: ExpectationView | undefined;
}

/** What the rules say that leaves open whether a copy is this will. */
const unclear: ReadonlySet<string> = new Set(['sameWills', 'ambiguousCopy', 'sameMessagePublished']);
/** What the rules say of a copy that shows no more than that the will was published by then. */
const keptByServer: ReadonlySet<string> = new Set(['receivedRetained', 'receivedQueued']);

export function judgeWill(step: ExpectWill, sinceMs: number, evidence: Evidence, nowMs: number): Judgement {
  const { client, afterMs, withinMs } = step;
  const candidates = candidatesOf(client, evidence);
  const target =
    candidates.find(({ view }) => view !== undefined && owed.has(view.state)) ?? candidates.at(-1);
  if (target === undefined) return noCandidate(client, evidence);
  const { connection, view } = target;
  if (view?.publishedAtMs !== undefined) {
    const copy = copyOf(target, evidence, nowMs);
    return 'untilMs' in copy ? copy : judgePublished(step, target, copy.message, evidence);
  }
  const { ended } = connection;
  const dueMs = (ended?.atMs ?? sinceMs) + afterMs + withinMs;
  if (nowMs < dueMs) return { untilMs: dueMs };
  if (ended === undefined) {
    return decided('failed', say('willStillArmed', { client }), [connection.connectSeq]);
  }
  return judgeMissing(target, ended, nowMs, evidence);
}

const owed: ReadonlySet<WillView['state']> = new Set(['waiting', 'due', 'published']);

/**
 * The copy that tells of a will. That of an observer only where no Client of the scenario gets one: which of them is first is a matter of
 * milliseconds, and what is said of the will should not be.
 */
function copyOf(
  { connection, will, view }: Candidate,
  evidence: Evidence,
  nowMs: number,
): { readonly untilMs: number } | { readonly message: Received | undefined } {
  const first = view?.publishSeq === undefined ? undefined : evidence.messages.at(view.publishSeq);
  if (first?.connection.isObserver !== true) return { message: first };
  for (const message of evidence.messages.like(will.topic, will.payload, first.atMs)) {
    if (!message.connection.isObserver) return { message };
  }
  const untilMs = first.atMs + copiesMs;
  return nowMs < untilMs && evidence.showsWill(connection.id) ? { untilMs } : { message: first };
}

function judgePublished(
  step: ExpectWill,
  target: Candidate,
  message: Received | undefined,
  evidence: Evidence,
): Decided {
  const { connection, view, expectation } = target;
  const { ended, connectSeq } = connection;
  const publishedAtMs = view?.publishedAtMs ?? 0;
  const subscriber = message?.connection.name ?? expectation?.clientId ?? '';
  const seqs = [connectSeq, ended?.seq, message?.seq ?? view?.publishSeq];
  const facts = expectation?.facts ?? [];
  const told = (
    outcome: Decided['outcome'],
    observed: ReturnType<typeof say>,
    because: readonly Fact[] = [],
  ) => decided(outcome, observed, seqs, because);

  if (facts.some(({ code }) => unclear.has(code))) {
    const { topic } = target.will;
    return told(
      'undecided',
      say('willUnclear', { topic }),
      facts.filter(({ code }) => unclear.has(code)),
    );
  }
  // What the Server ended had ended before that was seen.
  const unsureMs = clockMs + (connection.endedByServer === undefined ? 0 : closeSeenMs);
  if (ended === undefined || publishedAtMs < ended.atMs - unsureMs) {
    return told('failed', say('willCameWhileOpen', { subscriber }), facts);
  }
  const afterMs = Math.max(0, publishedAtMs - ended.atMs);
  const latestMs = step.afterMs + step.withinMs;
  const kept = facts.some(({ code }) => keptByServer.has(code));
  if (kept && (step.afterMs > 0 || afterMs > latestMs)) {
    return told('undecided', say('willCameLater', { subscriber, afterMs }), facts);
  }
  if (afterMs < step.afterMs - unsureMs) {
    const byMs = step.afterMs - afterMs;
    return told('failed', say('willCameEarly', { subscriber, afterMs, byMs }), facts);
  }
  if (afterMs > latestMs) {
    const byMs = afterMs - latestMs;
    return told('failed', say('willCameLate', { subscriber, afterMs, byMs }), facts);
  }
  const other = judgeForm(step, target, message);
  if (other !== undefined) return told(other.outcome, other.observed, other.facts);
  evidence.claim('wills', connection);
  if (message !== undefined) evidence.messages.claim(message);
  return told('passed', say('willCame', { subscriber, afterMs }));
}

/** Whether it is as the step says, and otherwise as it was given to the Server. */
function judgeForm(
  { like }: ExpectWill,
  { expectation }: Candidate,
  message: Received | undefined,
): Omit<Decided, 'seqs'> | undefined {
  const asked = Object.values(like).some((value) => value !== undefined);
  if (asked && message === undefined) {
    return { outcome: 'undecided', observed: say('willCameUnread'), facts: [] };
  }
  const subscriber = message?.connection.name ?? '';
  if (message !== undefined) {
    const actual = likenessOf(message.topic, message.packet);
    if (!isLike(like, actual)) {
      const observed = say('willCameOther', { subscriber, message: tell(actual, like) });
      return { outcome: 'failed', observed, facts: [] };
    }
  }
  const wrong = (expectation?.checks ?? []).filter(({ passed }) => passed === false);
  if (wrong.length === 0) return undefined;
  const facts = wrong.flatMap((check) => check.facts);
  return { outcome: 'failed', observed: say('willCameAltered', { subscriber }), facts };
}

function judgeMissing(
  target: Candidate,
  ended: NonNullable<ScenarioConnection['ended']>,
  nowMs: number,
  evidence: Evidence,
): Decided {
  const { connection, will, expectation } = target;
  const { topic } = will;
  const seqs = [connection.connectSeq, ended.seq];
  const facts = expectation?.facts ?? [];
  const [like] = evidence.messages.like(topic, will.payload, ended.atMs - clockMs);
  if (like !== undefined)
    return decided('undecided', say('willUnclear', { topic }), [...seqs, like.seq], facts);
  const watcher = watcherOf(target, ended.atMs, evidence);
  if (watcher === undefined) return notWatched(target, evidence, seqs, facts);
  const observed = say('willDidNotCome', {
    subscriber: watcher.name,
    topic,
    afterMs: nowMs - ended.atMs,
  });
  return decided('failed', observed, seqs, facts);
}

export function judgeNoWill(
  { client, forMs }: ExpectNoWill,
  sinceMs: number,
  evidence: Evidence,
  nowMs: number,
): Judgement {
  const candidates = candidatesOf(client, evidence);
  for (const target of candidates) {
    const { connection, view, expectation } = target;
    if (view?.publishedAtMs === undefined) continue;
    const copy = copyOf(target, evidence, nowMs);
    if ('untilMs' in copy) return copy;
    const { ended } = connection;
    const { message } = copy;
    const subscriber = message?.connection.name ?? '';
    const afterMs = ended === undefined ? undefined : view.publishedAtMs - ended.atMs;
    const observed =
      afterMs === undefined || afterMs < 0
        ? say('willCameWhileOpen', { subscriber })
        : say('willCame', { subscriber, afterMs });
    const seqs = [connection.connectSeq, ended?.seq, message?.seq ?? view.publishSeq];
    return decided('failed', observed, seqs, expectation?.facts);
  }
  const untilMs = sinceMs + forMs;
  if (nowMs < untilMs) return { untilMs };
  if (candidates.length === 0) {
    const none = noCandidate(client, evidence);
    return none.observed.code === 'noWill'
      ? { ...none, outcome: 'passed' }
      : { ...none, outcome: 'undecided' };
  }
  for (const target of candidates) {
    const { connection, will, expectation } = target;
    const { topic } = will;
    const seqs = [connection.connectSeq, connection.ended?.seq];
    const [like] = evidence.messages.like(topic, will.payload, sinceMs - clockMs);
    if (like !== undefined) {
      return decided('undecided', say('willUnclear', { topic }), [...seqs, like.seq], expectation?.facts);
    }
    if (watcherOf(target, sinceMs, evidence) === undefined) return notWatched(target, evidence, seqs);
  }
  const last = candidates.at(-1)?.connection;
  return decided('passed', say('noWillCame', { forMs }), [last?.connectSeq, last?.ended?.seq]);
}

/** The wills of a Client that no step has expected yet, the oldest first. */
function candidatesOf(client: string, evidence: Evidence): readonly Candidate[] {
  return evidence.connectionsOf(client).flatMap((connection): readonly Candidate[] => {
    const will = connection.connect?.will;
    if (will === undefined || !connection.accepted || evidence.isClaimed('wills', connection)) return [];
    const view = evidence.willOf(connection);
    return [{ connection, will, view, expectation: evidence.expectationOf(connection) }];
  });
}

function noCandidate(client: string, evidence: Evidence): Decided {
  const connections = evidence.connectionsOf(client).filter(({ accepted }) => accepted);
  if (connections.length === 0) return decided('failed', say('neverConnected', { client }));
  const seqs = connections.map(({ connectSeq }) => connectSeq);
  return decided('failed', say('noWill', { client }), seqs);
}

function watcherOf(
  { connection, will }: Candidate,
  fromMs: number,
  evidence: Evidence,
): ScenarioConnection | undefined {
  return evidence.watcher(will.topic, leastBytes(will), fromMs, connection.clientId);
}

/** Why nobody could see it, as far as the Server has said so, and what to do. */
function notWatched(
  { connection, will: { topic } }: Candidate,
  evidence: Evidence,
  seqs: readonly (number | undefined)[],
  facts: readonly Fact[] = [],
): Decided {
  const observer = evidence.observerAt(connection.server);
  const { connack, connect } = observer ?? {};
  if (connack !== undefined && connack.reasonCode !== 0) {
    const reason = answerText('connack', connect?.version ?? 5, connack.reasonCode);
    return decided('undecided', say('willObserverRefused', { topic, reason }), [...seqs, connack.seq], facts);
  }
  const refused = observer?.refused.get(topic);
  if (refused !== undefined) {
    const reason = answerText('suback', connect?.version ?? 5, refused.reasonCode);
    return decided('undecided', say('willWatchRefused', { topic, reason }), [...seqs, refused.seq], facts);
  }
  return decided('undecided', say('willNotWatched', { topic }), seqs, facts);
}
