/** What a CONNECT says of the program that sent it, by itself or after those before it. */
import { reasonCodeName } from '../../mqtt/reason-codes.ts';
import type { Connection } from '../connection.ts';
import { connectedExpiry } from '../expiry.ts';
import { fact } from '../facts.ts';
import type { Session } from '../session.ts';
import { type History, remember } from './history.ts';
import { type Sighting, sight } from './insight.ts';
import { thresholds } from './thresholds.ts';

/** Will Delay Interval on a Session that ends with its connection (v5 3.1.3.2.2, 3.1.2.11.2). */
export function delayWithoutSession(next: Connection): Sighting | undefined {
  const { connect } = next;
  const delaySeconds = connect?.willDelayInterval ?? 0;
  if (connect?.version !== 5 || delaySeconds === 0 || connectedExpiry(next) > 0) return undefined;
  const statement = { version: 5, id: '3.1.2.11.2' } as const;
  return sight(
    'delay-without-session',
    next,
    [fact('insightDelayWithoutSession', { delaySeconds }, { seq: connect.seq, statement })],
    fact('insightDelayWithoutSessionRemedy', {}),
  );
}

/** A will without a Keep Alive (v5 and v3.1.1 3.1.2.10). */
export function noKeepAlive(next: Connection): Sighting | undefined {
  const { connect } = next;
  if (connect?.will === undefined || next.keepAliveSeconds > 0) return undefined;
  const statement = { version: connect.version === 5 ? 5 : 4, id: '3.1.2.10' } as const;
  return sight(
    'no-keep-alive',
    next,
    [fact('insightNoKeepAlive', {}, { seq: connect.seq, statement })],
    fact('insightNoKeepAliveRemedy', {}),
  );
}

/** Clean Start 1 on a Session that was asked for, was there, and held subscriptions. */
export function sessionThrownAway(
  next: Connection,
  before: { readonly session: Session; readonly subscriptions: number; readonly meddled: boolean },
  history: () => History,
): Sighting | undefined {
  const { connect, clientId } = next;
  const sessionExpirySeconds = connectedExpiry(next);
  const isLoss = connect?.version === 5 && connect.cleanStart && !before.meddled;
  if (!isLoss || sessionExpirySeconds === 0 || before.subscriptions === 0) return undefined;
  const { thrownAway } = history();
  remember(thrownAway, { seq: connect.seq, acceptedAtMs: next.connack?.atMs ?? connect.atMs });
  const count = thrownAway.length;
  if (count < thresholds.thrownAway) return undefined;
  const statement = { version: 5, id: 'MQTT-3.1.2-4' } as const;
  const told = { clientId, count, sessionExpirySeconds: Math.min(sessionExpirySeconds, 0xffffffff) };
  return sight(
    'session-thrown-away',
    next,
    [
      fact('insightSessionThrownAway', told, { statement }),
      ...thrownAway
        .slice(-thresholds.thrownAway)
        .map(({ seq, acceptedAtMs }) => fact('insightThrownSubscriptions', { acceptedAtMs }, { seq })),
    ],
    fact('insightSessionThrownAwayRemedy', {}),
    { times: count },
  );
}

/** Clean Start 0, Session Present 0, and nothing was subscribed to again. */
export function notSubscribedAgain(next: Connection, nowMs: number): Sighting | undefined {
  const { connack, clientId, session } = next;
  if (connack === undefined || !next.carries || next.hasSubscribed || (session?.subscriptions.size ?? 0) > 0)
    return undefined;
  const id = next.version === 5 ? 'MQTT-3.2.2-5' : 'MQTT-3.2.2-3';
  const statement = { version: next.version === 5 ? 5 : 4, id } as const;
  return sight(
    'not-subscribed-again',
    next,
    [
      fact('insightSessionGone', { clientId }, { seq: connack.seq, statement }),
      fact('insightNeverSubscribed', { livedMs: nowMs - connack.atMs }),
    ],
    fact('insightNotSubscribedAgainRemedy', {}),
    { packets: [next.connect?.seq ?? connack.seq] },
  );
}

/** CONNECT after CONNECT, refused for the same reason. */
export function refusedAgain(next: Connection, { refusals }: History): Sighting | undefined {
  const { count, withinMs } = thresholds.refusals;
  const newest = refusals.slice(-count);
  const [first] = newest;
  const last = newest.at(-1);
  if (first === undefined || last === undefined || newest.length < count) return undefined;
  const spanMs = last.atMs - first.atMs;
  if (spanMs > withinMs || newest.some(({ reasonCode }) => reasonCode !== last.reasonCode)) return undefined;
  const { clientId } = next;
  const { seq, reasonCode } = last;
  const told = { clientId, count, withinMs: spanMs };
  const why =
    reasonCode === undefined
      ? fact('insightRefusedUnsaid', told, { seq })
      : fact(
          'insightRefusedAgain',
          { ...told, reasonCode, reason: reasonCodeName('connack', next.version || 5, reasonCode) },
          { seq },
        );
  return sight('refused-again', next, [why], fact('insightRefusedAgainRemedy', {}), {
    times: count,
    packets: newest.map((each) => each.seq),
  });
}
