/** What is due next, as rows of the countdown strip. Computed from due times; nothing here ticks. */
import type { ExpectationView, WillView } from '../../session/model.ts';
import type { LaneAction, PageClient } from '../messages.ts';
import { clientName, expectationName } from './describe.ts';
import type { Entities } from './entities.ts';
import { type Tone, verdictLook, verdictWords } from './verdicts.ts';
import type { Words } from './words.ts';

export interface Countdown {
  /** Names the row among all. */
  readonly key: string;
  readonly expectation: ExpectationView;
  /** The row is about what follows for this will if the Client stays as silent as the expectation says. */
  readonly foreseen?: WillView | undefined;
  readonly fromMs: number;
  readonly dueAtMs: number;
}

/** How long a decided expectation stays in the strip, so that its verdict is seen where its countdown was. */
export const lingerMs = 8000;

/** How many rows the strip has at most. */
export const countdownLimit = 50;

/** How many rows what is decided takes: what is pending must be seen beside it. */
export const lingeringLimit = { alone: 3, besidePending: 1 } as const;

/**
 * Pending expectations with a due time and those just decided, in the order in which they are due. `more` counts those
 * beyond the limit.
 */
export function countdownsOf(
  entities: Entities,
  recentlyDecided: readonly number[],
): { readonly rows: readonly Countdown[]; readonly more: number } {
  const rows: Countdown[] = [];
  const add = (expectation: ExpectationView | undefined): void => {
    // What was cancelled has no due time any more; that it was is told where it counted down.
    const dueAtMs = expectation?.dueAtMs ?? expectation?.decidedAtMs;
    if (expectation === undefined || dueAtMs === undefined) return;
    rows.push({ key: String(expectation.id), expectation, fromMs: expectation.createdAtMs, dueAtMs });
    const foreseen = entities.foreseenBy(expectation);
    const willDueAtMs = foreseen?.foreseen?.dueAtMs;
    if (willDueAtMs === undefined) return;
    const key = `${expectation.id} will`;
    rows.push({ key, expectation, foreseen, fromMs: expectation.createdAtMs, dueAtMs: willDueAtMs });
  };
  for (const id of entities.pending) {
    const expectation = entities.expectations.get(id);
    if (expectation !== undefined && isWorthCounting(expectation)) add(expectation);
  }
  const room = rows.length === 0 ? lingeringLimit.alone : lingeringLimit.besidePending;
  const decided = recentlyDecided.filter((id) => !entities.pending.has(id));
  for (const id of decided.slice(-room)) add(entities.expectations.get(id));
  rows.sort(
    (a, b) => a.dueAtMs - b.dueAtMs || a.expectation.id - b.expectation.id || a.key.length - b.key.length,
  );
  return { rows: rows.slice(0, countdownLimit), more: Math.max(0, rows.length - countdownLimit) };
}

function isWorthCounting(expectation: ExpectationView): boolean {
  return expectation.dueAtMs !== undefined && expectation.demands === 'happens';
}

/** What a row says. */
export interface CountdownWords {
  readonly name: string;
  readonly remaining: string;
  /** Where the time comes from. */
  readonly reason: string;
  readonly tone: Tone;
}

export function countdownWords(
  { expectation, foreseen, dueAtMs }: Countdown,
  entities: Entities,
  nowMs: number,
  words: Words,
): CountdownWords {
  const kind = foreseen === undefined ? expectation.kind : 'will';
  const name =
    foreseen === undefined
      ? expectationName(expectation, words)
      : words.t('countdown.will', { client: clientName(foreseen, words) });
  const reason =
    foreseen === undefined
      ? reasonOf(expectation, entities, words)
      : foreseenReason(foreseen, expectation, entities, words);
  if (expectation.verdict !== 'pending') {
    return { name, remaining: verdictWords(expectation, words), reason, tone: verdictLook(expectation).tone };
  }
  const leftMs = dueAtMs - nowMs;
  const remaining =
    leftMs >= 0
      ? words.t(`countdown.${kind}.due`, { remaining: words.countdown(leftMs) })
      : words.t('countdown.past', { elapsed: words.countdown(-leftMs) });
  return { name, remaining, reason, tone: 'accent' };
}

const neverExpires = 0xffffffff;

function reasonOf(expectation: ExpectationView, entities: Entities, words: Words): string {
  const session = expectation.session === undefined ? undefined : entities.sessions.get(expectation.session);
  switch (expectation.kind) {
    case 'will': {
      const will = expectation.will === undefined ? undefined : entities.wills.get(expectation.will);
      if (will === undefined || session === undefined || will.version !== 5) return '';
      const { willDelayInterval } = will;
      const { sessionExpiryInterval } = session;
      const delay = words.interval(willDelayInterval);
      if (sessionExpiryInterval === neverExpires) return words.t('countdown.delayForever', { delay });
      const expiry = words.interval(sessionExpiryInterval);
      if (willDelayInterval === sessionExpiryInterval)
        return words.t('countdown.delayEqual', { delay, expiry });
      const shorter = willDelayInterval < sessionExpiryInterval;
      return words.t(shorter ? 'countdown.delayShorter' : 'countdown.delayLonger', { delay, expiry });
    }
    case 'session-end':
      return session === undefined
        ? ''
        : words.t('countdown.expiry', { expiry: words.interval(session.sessionExpiryInterval) });
    case 'keep-alive': {
      const keepAlive = entities.connections.get(expectation.connection)?.keepAliveSeconds;
      return keepAlive === undefined
        ? ''
        : words.t('countdown.keepAlive', { keepAlive: words.interval(keepAlive) });
    }
    case 'session-present':
      return '';
  }
}

function foreseenReason(
  { connection, foreseen }: WillView,
  { dueAtMs }: ExpectationView,
  entities: Entities,
  words: Words,
): string {
  const keepAlive = words.interval(entities.connections.get(connection)?.keepAliveSeconds ?? 0);
  const waitMs = (foreseen?.dueAtMs ?? 0) - (dueAtMs ?? 0);
  return waitMs <= 0
    ? words.t('countdown.foreseen', { keepAlive })
    : words.t('countdown.foreseenDelay', { keepAlive, delay: words.interval(Math.round(waitMs / 1000)) });
}

/** How much of the time has passed, 0 to 1. */
export function progressOf({ fromMs, dueAtMs, expectation }: Countdown, nowMs: number): number {
  if (expectation.verdict !== 'pending') return 1;
  const spanMs = dueAtMs - fromMs;
  return spanMs <= 0 ? 1 : Math.min(1, Math.max(0, (nowMs - fromMs) / spanMs));
}

/** The actions that change the outcome of a countdown. */
const decisive: readonly LaneAction[] = ['resume', 'takeOver', 'startClean'];

export interface OfferedAction {
  readonly client: PageClient;
  readonly action: LaneAction;
}

/** What the strip offers for a countdown of one of our own clients: at most two, in the order of likely use. */
export function countdownActions(
  expectation: ExpectationView,
  clients: readonly PageClient[],
): readonly OfferedAction[] {
  if (expectation.verdict !== 'pending') return [];
  return clients
    .filter(({ server, clientId }) => server === expectation.server && clientId === expectation.clientId)
    .flatMap((client) =>
      client.actions.filter((action) => decisive.includes(action)).map((action) => ({ client, action })),
    )
    .slice(0, 2);
}

/** How long until a row of the strip looks different, in milliseconds. */
export function nextChangeMs(rows: readonly Countdown[], nowMs: number): number | undefined {
  let next: number | undefined;
  for (const { expectation, dueAtMs } of rows) {
    if (expectation.verdict !== 'pending') continue;
    const each = Math.abs(dueAtMs - nowMs) < 61_000 ? 50 : 1000;
    next = Math.min(next ?? each, each);
  }
  return next;
}
