/**
 * Which will, if any, a copy on its topic is. A copy is first explained by an ordinary PUBLISH; then by the will that is due, or a further
 * copy of one that was published; only then by one that must not come.
 */
import { fact } from './facts.ts';
import { receivedAgain, receivedRetainedWrongly } from './further-copies.ts';
import { type CopyMarks, takeAsPublished, takeOrdinary } from './ordinary.ts';
import { limits, tolerances } from './tolerances.ts';
import type { ReceivedCopy, Will } from './will.ts';
import type { WillJudge } from './will-judge.ts';
import { type OrdinaryPublish, sameBytes, samePayload, type WillTopic } from './will-topics.ts';
import type { World } from './world.ts';

/** One PUBLISH on the topic of a will, on its way to a subscriber. */
export interface Received extends ReceivedCopy, CopyMarks {}

export class Attribution {
  readonly #world: World;
  readonly #judge: WillJudge;

  constructor(world: World, judge: WillJudge) {
    this.#world = world;
    this.#judge = judge;
  }

  /** A copy with RETAIN 1 soon after a SUBSCRIBE: a retained message, or with Retain As Published one as it was published. */
  retained(topic: WillTopic, received: Received, same: readonly Will[]): void {
    const { lastRetained } = topic;
    const due = same.filter((will) => this.#isDue(will, received.atMs));
    if (this.#isOrdinary(takeAsPublished(topic, received), due, same)) return;
    const told = ofUnknownAge(received);
    for (const will of same) if (isArmed(will)) will.earlierCopy = { atMs: received.atMs, told };
    if (lastRetained === undefined || samePayload(lastRetained.payload, received.payload)) {
      for (const { case: willCase } of due) if (willCase !== undefined) willCase.oldCopy = told;
      return;
    }
    // The retained message was another one then, so a will with this payload has been published since.
    const since = same.filter(
      (will) => (will.publishedAtMs ?? Number.NEGATIVE_INFINITY) >= lastRetained.atMs,
    );
    const [only] = since;
    const [owed, ...others] = due;
    if (only === undefined && owed?.message.retain === true && others.length === 0) {
      this.#judge.receivedRetained(owed, received);
    } else if (only !== undefined && same.length === 1 && !only.message.retain) {
      receivedRetainedWrongly(this.#world, only, received);
    } else {
      for (const { case: willCase } of due) if (willCase !== undefined) willCase.oldCopy = told;
    }
  }

  /** A copy of a message as it was published. */
  live(topic: WillTopic, received: Received, same: readonly Will[]): void {
    const due = same.filter((will) => this.#isDue(will, received.atMs)).sort(byUrgency);
    if (this.#isOrdinary(takeOrdinary(topic, received), due, same)) return;
    const { receiver, atMs } = received;
    const newHere = same.filter((will) => !will.copies.has(receiver));
    if (received.dup && newHere.length < same.length) return;
    const fanOut = newHere.filter((will) => atMs - will.firstCopyAtMs <= tolerances.fanOutMs);
    const sure = fanOut.find((will) => mustReach(will, received));
    const timely = due.find((will) => isTimely(will, atMs) && wasAskedFor(will, received));
    const [overdue] = due;
    if (sure !== undefined) this.#count(sure, received);
    else if (timely !== undefined) this.#credit(timely, due, received);
    else {
      const now = fanOut[0] ?? same.find((will) => this.#mayGetMore(will, received));
      const further = now ?? newHere.find((will) => will.copies.size > 0);
      if (overdue !== undefined && now === undefined)
        this.#unlessEnding(received, same, () => this.#credit(overdue, due, received));
      else if (further !== undefined) {
        this.#doubt(due, received);
        this.#unlessEnding(received, same, () => this.#count(further, received));
      } else this.#suspect(received, same);
    }
  }

  /**
   * The copy is what `otherwise` takes it for, unless the connection of another will with the same message is about to be seen ending:
   * a subscriber's copy may pass before that.
   */
  #unlessEnding(received: Received, same: readonly Will[], otherwise: () => void): void {
    const { atMs, receiver } = received;
    const ending = same.filter(
      (will) =>
        !will.copies.has(receiver) && !this.#isDue(will, atMs) && (isArmed(will) || isReturning(will, atMs)),
    );
    if (ending.length === 0) otherwise();
    else this.#await(ending, received, otherwise);
  }

  /**
   * Soon it will show whether the copy is that of one of these, which are not due as far as was seen; else it is what `otherwise` takes it for.
   */
  #await(wills: readonly Will[], received: Received, otherwise: () => void): void {
    const waiting = new Set(wills);
    const leave = (will: Will): void => {
      waiting.delete(will);
      will.copies.clear();
      will.firstCopyAtMs = Number.NaN;
    };
    for (const will of wills) {
      if (!waiting.has(will)) continue;
      this.#count(will, received);
      this.#judge.received(will, received, {
        isIt: () => {
          for (const other of waiting) {
            if (other === will) continue;
            for (const [receiver, copies] of other.copies) will.copies.set(receiver, copies);
            leave(other);
            other.held = undefined;
          }
        },
        isNot: () => {
          leave(will);
          if (waiting.size === 0) otherwise();
        },
      });
    }
  }

  /** Whether the copy is that of an ordinary PUBLISH. Wills that are due at that time, or will be told to have been, may have come in its place. */
  #isOrdinary(ordinary: OrdinaryPublish | undefined, due: readonly Will[], same: readonly Will[]): boolean {
    if (ordinary === undefined) return false;
    const told = fact('sameMessagePublished', { publishedAtMs: ordinary.atMs }, { seq: ordinary.seq });
    for (const { case: willCase } of due) if (willCase !== undefined) willCase.ambiguity ??= told;
    for (const will of same) if (isArmed(will)) will.earlierCopy = { atMs: this.#world.nowMs, told };
    return true;
  }

  /** Owed, not seen, and its time has come. */
  #isDue(will: Will, atMs: number): boolean {
    const { case: willCase } = will;
    if (willCase === undefined || willCase.observed !== undefined || willCase.duty === 'withhold')
      return false;
    return willCase.due !== undefined && atMs >= willCase.due.fromMs - tolerances.clockMs;
  }

  #credit(will: Will, due: readonly Will[], received: Received): void {
    for (const other of due) {
      if (other === will || other.case?.verdict !== 'pending' || will.case?.verdict !== 'pending') continue;
      other.case.twins.add(will.case);
      will.case.twins.add(other.case);
    }
    this.#take(will, received);
  }

  #count(will: Will, received: Received): void {
    if (Number.isNaN(will.firstCopyAtMs)) will.firstCopyAtMs = received.atMs;
    const { count, firstAtMs } = will.copies.get(received.receiver) ?? { count: 0, firstAtMs: received.atMs };
    will.copies.set(received.receiver, { count: count + 1, firstAtMs });
  }

  /** Overlapping subscriptions of one Client may bring one copy each (v5 3.3.4). */
  #mayGetMore(will: Will, received: Received): boolean {
    const copies = will.copies.get(received.receiver);
    if (copies === undefined || received.atMs - copies.firstAtMs > tolerances.fanOutMs) return false;
    const { session } = received.connection;
    return copies.count < received.subscriptions.length || session === undefined || session.olderThanTrace;
  }

  /** Nothing that is owed explains the copy: some will was published that must not have been. */
  #suspect(received: Received, same: readonly Will[]): void {
    const repeated = same.filter((will) => will.copies.has(received.receiver));
    const suspects = same.filter((will) => !will.copies.has(received.receiver) && this.#mustNotCome(will));
    // Of all that may have left the copy, only these may yet turn out to have been owed.
    const returning = suspects.find(
      (will) => isReturning(will, received.atMs) || isBeingClosed(will, received.atMs),
    );
    const blame = (): void => this.#blame(received, repeated, suspects);
    const armed = suspects.filter(isArmed);
    const [only, ...others] = suspects;
    if (only !== undefined && repeated.length === 0 && others.length === 0) {
      if (only === returning) this.#take(only, received);
      else blame();
    } else if (returning !== undefined) this.#await([returning], received, () => {});
    else if (armed.length > 0) this.#await(armed, received, blame);
    else blame();
  }

  /** One of them was published again, or though it must not be. */
  #blame(received: Received, repeated: readonly Will[], suspects: readonly Will[]): void {
    if (repeated.length > 0) {
      const sure = suspects.length === 0 && repeated.length === 1;
      for (const will of repeated) receivedAgain(this.#world, will, received, sure);
      this.#doubt(suspects, received);
      return;
    }
    const passed = suspects.filter((will) => hasPassed(will, received.atMs));
    const timely = passed.filter((will) => isTimely(will, received.atMs));
    const [blamed, ...others] = [timely, passed, suspects].find(({ length }) => length > 0) ?? [];
    if (blamed === undefined) return;
    if (others.length > 0) {
      this.#doubt(suspects, received);
      return;
    }
    if (mayBeOlder(blamed, received)) {
      if (isArmed(blamed)) this.#await([blamed], received, () => this.#doubt(suspects, received));
      else this.#doubt(suspects, received);
      return;
    }
    this.#doubt(
      suspects.filter((will) => will !== blamed),
      received,
    );
    this.#take(blamed, received);
  }

  #take(will: Will, received: Received): void {
    this.#count(will, received);
    this.#judge.received(will, received);
  }

  /** The copy may have been that of each of them. */
  #doubt(wills: readonly Will[], received: Received): void {
    for (const { case: willCase } of wills) {
      if (willCase !== undefined) this.#judge.doubt(willCase, ambiguous(received));
    }
  }

  #mustNotCome(will: Will): boolean {
    const { case: willCase } = will;
    return willCase === undefined || willCase.observed === undefined;
  }

  /** Another payload on the topic of a will that is due: the will, altered, or an unknown publisher's message. */
  other(topic: WillTopic, received: Received, payloadAt: number): void {
    topic.otherAtMs = received.atMs;
    const { bytes } = received;
    const end = bytes.length;
    if (topic.wills.size > limits.sameWills) return;
    const ordinary = takeOrdinary(topic, received);
    const due = [...topic.wills].filter((will) => this.#isDue(will, received.atMs));
    const [will, ...others] = due;
    if (will?.case === undefined || others.length > 0 || will.case.altered !== undefined) return;
    if (ordinary !== undefined) return;
    const { payload } = will.message;
    will.case.altered = fact(
      'alteredCopy',
      { subscriber: received.connection.name, receivedAtMs: received.atMs },
      { seq: received.seq },
    );
    const prefixed =
      received.connection.version !== 5 &&
      payload.length > 0 &&
      end - payloadAt > payload.length &&
      sameBytes(payload, bytes, end - payload.length, end);
    will.case.checks = prefixed
      ? [
          {
            id: 'P6',
            passed: false,
            facts: [fact('checkNotDropped', { subscriber: received.connection.name }, { seq: received.seq })],
          },
        ]
      : [
          {
            id: 'P1',
            passed: 'undecided',
            facts: [
              fact(
                'checkContentOther',
                { length: end - payloadAt, expectedLength: payload.length },
                { seq: received.seq, statement: { version: 5, id: 'MQTT-3.3.2-3' } },
              ),
            ],
          },
        ];
    this.#world.changed.expectations.mark(will.case);
  }
}

/** What is still awaited comes first, in the order of its due time; then what was given up, the newest first. */
function byUrgency(a: Will, b: Will): number {
  const awaited = Number(b.case?.verdict === 'pending') - Number(a.case?.verdict === 'pending');
  if (awaited !== 0) return awaited;
  const order = (a.case?.due?.atMs ?? 0) - (b.case?.due?.atMs ?? 0) || (a.case?.id ?? 0) - (b.case?.id ?? 0);
  return a.case?.verdict === 'pending' ? order : -order;
}

function ofUnknownAge(received: Received): ReturnType<typeof fact> {
  const { seq, atMs: receivedAtMs } = received;
  return fact('retainedOfUnknownAge', { subscriber: received.connection.name, receivedAtMs }, { seq });
}

/** Whether the Server owed its Client a copy of what was published then. */
function mustReach(
  { firstCopyAtMs, connection }: Will,
  { subscriptions, connection: to }: Received,
): boolean {
  if (subscriptions.length === 0) return true;
  return subscriptions.some(
    ({ shared, noLocal, askedAtMs }) =>
      !shared && askedAtMs <= firstCopyAtMs && !(noLocal && to.clientId === connection.clientId),
  );
}

/** Whether its receiver had subscribed when the will was due. A copy for one who came later is more likely that of another will. */
function wasAskedFor({ case: willCase }: Will, { subscriptions }: Received): boolean {
  const dueMs = willCase?.due?.untilMs ?? Number.POSITIVE_INFINITY;
  return subscriptions.length === 0 || subscriptions.some(({ askedAtMs }) => askedAtMs <= dueMs);
}

/** Owed, and not later than a Server may take. */
function isTimely({ case: willCase }: Will, atMs: number): boolean {
  return willCase?.due !== undefined && atMs <= willCase.due.untilMs + tolerances.onTimeMs;
}

/** Its connection is open as far as was seen, and no copy waits for the end of that already. */
function isArmed(will: Will): boolean {
  return will.case === undefined && will.held === undefined;
}

/** Whether the will would have been due by then, had it not been cancelled. */
function hasPassed(will: Will, atMs: number): boolean {
  const due = will.case?.due;
  return due !== undefined && atMs >= due.fromMs - tolerances.clockMs;
}

/** Whether the copy may be that of a message from before the will, which the trace then does not know. */
function mayBeOlder(will: Will, { connection, atMs }: Received): boolean {
  if (will.case === undefined && atMs - will.armedAtMs <= tolerances.fanOutMs) return true;
  const { connack } = connection;
  return connection.mayHaveKept && atMs - (connack?.atMs ?? atMs) <= tolerances.keptComeWithinMs;
}

/** Whether the Server has said that it closes the connection: the end of the connection, which makes the will due, may be seen after the will. */
function isBeingClosed({ case: willCase, connection }: Will, atMs: number): boolean {
  const { serverDisconnect } = connection;
  return willCase === undefined && serverDisconnect !== undefined && serverDisconnect.atMs <= atMs;
}

/**
 * Whether a CONNECT of the same Client is under way, which may make the will due: a Server publishes it as it accepts, and the
 * subscriber's copy may be seen before the CONNACK.
 */
function isReturning(will: Will, atMs: number): boolean {
  if (will.case !== undefined && will.case.duty !== 'publish') return false;
  for (const { connect } of will.client.asking)
    if (connect !== undefined && connect.atMs <= atMs) return true;
  return false;
}

function ambiguous(received: Received): ReturnType<typeof fact> {
  return fact('ambiguousCopy', { receivedAtMs: received.atMs }, { seq: received.seq });
}
