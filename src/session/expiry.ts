/** The effective Session Expiry Interval (v5 3.1.2.11.2, 3.2.2.3.2, 3.14.2.2.2), and what its ambiguities leave open. */
import { maximumInterval } from './choose-row.ts';
import type { Connection } from './connection.ts';

/** In seconds; Infinity does not expire. */
export interface Expiry {
  /** What the rules go by. */
  readonly seconds: number;
  /** The range that a Server may go by (A4, A5). */
  readonly leastSeconds: number;
  readonly mostSeconds: number;
  readonly change: 'none' | 'to-zero' | 'to-positive';
  readonly reading: 'A4' | 'A5' | undefined;
}

export function secondsOf(interval: number): number {
  return interval === maximumInterval ? Number.POSITIVE_INFINITY : interval;
}

/** While the connection is open: as CONNECT asked, unless CONNACK said otherwise; before 5.0, as CleanSession says. */
export function connectedExpiry(connection: Connection): number {
  const { connect, connack } = connection;
  if (connect === undefined) return 0;
  if (connect.version !== 5) return connect.cleanStart ? 0 : Number.POSITIVE_INFINITY;
  return secondsOf(connack?.sessionExpiryInterval ?? connect.sessionExpiryInterval ?? 0);
}

/** When the connection is over. */
export function finalExpiry(connection: Connection): Expiry {
  if (connection.deleted !== undefined) return plain(0, 'none');
  const before = connectedExpiry(connection);
  const { clientDisconnect: disconnect } = connection;
  const asked =
    disconnect?.sessionExpiryInterval === undefined || !takesEffect(disconnect)
      ? undefined
      : secondsOf(disconnect.sessionExpiryInterval);
  if (disconnect === undefined || asked === undefined) {
    return { ...plain(before, 'none'), reading: connectOrConnack(connection) };
  }
  const change = asked > 0 ? 'to-positive' : before > 0 ? 'to-zero' : 'none';
  if (disconnect.ambiguous) return range(before, before, asked, change, 'A4');
  const limit = announcedLimit(connection);
  if (limit !== undefined && asked > limit) return range(asked, limit, asked, change, 'A5');
  return plain(asked, change);
}

/** v5 3.14.2.2.2 lets a DISCONNECT without the property mean the value of CONNECT, where CONNACK had another one. */
function connectOrConnack({ connect, connack, clientDisconnect }: Connection): 'A4' | undefined {
  const replaced = connack?.sessionExpiryInterval;
  if (clientDisconnect === undefined || replaced === undefined) return undefined;
  return replaced === (connect?.sessionExpiryInterval ?? 0) ? undefined : 'A4';
}

function takesEffect(disconnect: { readonly kind: string; readonly ambiguous: boolean }): boolean {
  return (
    disconnect.kind === 'normal' ||
    disconnect.kind === 'with-will' ||
    disconnect.kind === 'client-error' ||
    disconnect.ambiguous
  );
}

function plain(seconds: number, change: Expiry['change']): Expiry {
  return { seconds, leastSeconds: seconds, mostSeconds: seconds, change, reading: undefined };
}

function range(
  seconds: number,
  one: number,
  other: number,
  change: Expiry['change'],
  reading: 'A4' | 'A5',
): Expiry {
  return {
    seconds,
    leastSeconds: Math.min(one, other),
    mostSeconds: Math.max(one, other),
    change,
    reading,
  };
}

/** What CONNACK allowed, when that was less than CONNECT had asked for: a limit of the Server. */
function announcedLimit(connection: Connection): number | undefined {
  const allowed = connection.connack?.sessionExpiryInterval;
  const asked = connection.connect?.sessionExpiryInterval ?? 0;
  return allowed !== undefined && secondsOf(allowed) < secondsOf(asked) ? secondsOf(allowed) : undefined;
}
