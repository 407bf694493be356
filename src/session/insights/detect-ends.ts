/** Habits in how connections end: loops of takeovers, storms, lost while idle, left without DISCONNECT. */
import type { Connection } from '../connection.ts';
import type { EndKind } from '../decision-table.ts';
import { connectedExpiry } from '../expiry.ts';
import { fact, statementFor } from '../facts.ts';
import type { Fact } from '../model.ts';
import type { History, Past } from './history.ts';
import { type Sighting, sight } from './insight.ts';
import { thresholds } from './thresholds.ts';

type DetectEnd = (connection: Connection, history: History) => Sighting | undefined;

/** What looks at each end; the first that recognises something tells it. */
export const endDetectors: readonly DetectEnd[] = [takeoverLoop, idleLost, reconnectStorm, noDisconnect];

/** The newest `count` of the past, if there are as many, none is older than `withinMs`, and all are as `each` says. */
function lately(
  { ends }: History,
  count: number,
  withinMs: number,
  each: (past: Past) => boolean,
): readonly Past[] | undefined {
  const newest = ends.slice(-count);
  const last = newest.at(-1);
  if (last === undefined || newest.length < count) return undefined;
  const fitting = newest.every((past) => past.acceptedAtMs >= last.endedAtMs - withinMs && each(past));
  return fitting ? newest : undefined;
}

function takeoverLoop(connection: Connection, history: History): Sighting | undefined {
  const { count, withinMs } = thresholds.takeovers;
  const loop = lately(history, count, withinMs, ({ kind, meddled }) => kind === 'taken-over' && !meddled);
  const [first] = loop ?? [];
  if (loop === undefined || first === undefined) return undefined;
  const { clientId } = connection;
  const statement = statementFor(connection.version || 5, { 5: 'MQTT-3.1.4-3', 4: 'MQTT-3.1.4-2' });
  const spanMs = (loop.at(-1)?.endedAtMs ?? 0) - first.endedAtMs;
  return sight(
    'takeover-loop',
    connection,
    [
      fact('insightTakeoverLoop', { clientId, count, withinMs: spanMs }, { statement }),
      ...loop.slice(-3).map(takenOver),
    ],
    fact('insightTakeoverLoopRemedy', {}),
    { times: count, packets: loop.map(({ takerSeq, endSeq }) => takerSeq ?? endSeq) },
  );
}

function takenOver({ acceptedAtMs, endedAtMs, takerSeq, endSeq }: Past): Fact {
  const params = { livedMs: Math.max(0, endedAtMs - acceptedAtMs), endedAtMs };
  return takerSeq === undefined
    ? fact('insightTakenOverUnseen', params, { seq: endSeq })
    : fact('insightTakenOver', params, { seq: takerSeq });
}

/** Ends that no program means, and that are no takeover. */
const unmeant: ReadonlySet<EndKind> = new Set([
  'abrupt',
  'server-closed',
  'client-violation',
  'keep-alive',
  'reauthentication-failed',
]);

function reconnectStorm(connection: Connection, history: History): Sighting | undefined {
  const { count, withinMs, livedMs } = thresholds.storm;
  const storm = lately(
    history,
    count,
    withinMs,
    (past) => unmeant.has(past.kind) && !past.meddled && past.endedAtMs - past.acceptedAtMs <= livedMs,
  );
  const [first] = storm ?? [];
  if (storm === undefined || first === undefined) return undefined;
  const { clientId } = connection;
  const last = storm.at(-1) ?? first;
  const longestMs = Math.max(...storm.map(({ acceptedAtMs, endedAtMs }) => endedAtMs - acceptedAtMs));
  const told = { clientId, count, withinMs: last.endedAtMs - first.acceptedAtMs, longestMs };
  const facts = [fact('insightReconnectStorm', told, { seq: last.connectSeq })];
  const sessionExpirySeconds = connectedExpiry(connection);
  const delaySeconds = connection.connect?.willDelayInterval ?? 0;
  if (last.will && Math.min(delaySeconds, sessionExpirySeconds) === 0)
    facts.push(fact('insightStormWill', {}, { seq: last.endSeq }));
  if (sessionExpirySeconds > 0 && Number.isFinite(sessionExpirySeconds))
    facts.push(fact('insightStormSession', { sessionExpirySeconds }));
  return sight('reconnect-storm', connection, facts, fact('insightReconnectStormRemedy', {}), {
    times: count,
    packets: storm.map(({ connectSeq }) => connectSeq),
  });
}

/** By a failure of the link, or given up by the Client: a Server that means to close sends FIN. */
function isLost({ kind, broken }: Past): boolean {
  return kind === 'abrupt' || (kind === 'server-closed' && broken);
}

function idleLost(connection: Connection, history: History): Sighting | undefined {
  const { count, leastMs, share } = thresholds.idle;
  const lost = lately(
    history,
    count,
    Number.POSITIVE_INFINITY,
    (past) => isLost(past) && !past.meddled && (past.pause?.idleMs ?? 0) >= leastMs,
  );
  if (lost === undefined) return undefined;
  const pauses = lost.flatMap(({ pause }) => pause ?? []);
  const shortest = Math.min(...pauses.map(({ idleMs }) => idleMs));
  const longest = Math.max(...pauses.map(({ idleMs }) => idleMs));
  // A pause of that length that was answered, on any of them, shows that it is not the pause.
  const keptMs = Math.max(...history.ends.map(({ answeredPauseMs }) => answeredPauseMs));
  if (longest > shortest * (1 + share) || keptMs > shortest * (1 - share)) return undefined;
  const { clientId, keepAliveSeconds } = connection;
  const facts = [
    fact('insightIdleLost', { clientId, count, idleMs: shortest }),
    ...pauses.map(({ idleMs, atMs, seq }) => fact('insightIdleEach', { askedAtMs: atMs, idleMs }, { seq })),
  ];
  if (keptMs > 0) facts.push(fact('insightIdleKept', { idleMs: keptMs }));
  facts.push(fact('insightKeepAliveLonger', { keepAliveSeconds }, { seq: connection.connect?.seq }));
  const remedy = fact('insightKeepAliveNotHonouredRemedy', { idleMs: shortest });
  return sight('keep-alive-not-honoured', connection, facts, remedy, { times: count });
}

function noDisconnect(connection: Connection, history: History): Sighting | undefined {
  const count = thresholds.noDisconnect;
  if (history.hasDisconnected) return undefined;
  const left = lately(
    history,
    count,
    Number.POSITIVE_INFINITY,
    ({ cause, will, meddled }) => cause === 'closed' && will && !meddled,
  );
  if (left === undefined || history.ends.length !== history.ends.filter(isClosed).length) return undefined;
  const { clientId } = connection;
  const statement = statementFor(connection.version || 5, { 5: 'MQTT-3.14.4-3', 4: 'MQTT-3.14.4-3' });
  const seq = left.at(-1)?.endSeq;
  return sight(
    'no-disconnect',
    connection,
    [fact('insightNoDisconnect', { clientId, count: history.ends.length }, { seq, statement })],
    fact('insightNoDisconnectRemedy', {}),
    { times: history.ends.length, packets: left.map(({ endSeq }) => endSeq) },
  );
}

function isClosed({ cause }: Past): boolean {
  return cause === 'closed';
}
