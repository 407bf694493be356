/** The facts of a connection's end, in the form in which they choose a row. */
import type { CaseFacts, NextConnect } from './choose-row.ts';
import type { Connection } from './connection.ts';
import type { End } from './end.ts';
import { connectedExpiry } from './expiry.ts';

/** `next` is the new CONNECT of the same Client; what is not known of its time is left out. */
export function caseFactsOf(
  connection: Connection,
  end: End,
  next?: Connection,
  times: Pick<NextConnect, 'beforeDue' | 'sessionAlive'> = {},
): CaseFacts {
  return {
    version: connection.version || 5,
    ended: end.kind,
    will: connection.connect?.will !== undefined,
    delay: end.delay,
    expiry: end.expiry.seconds,
    expiryChange: end.expiry.change,
    cleanStart: connection.connect?.cleanStart ?? true,
    next: next === undefined ? undefined : { ...nextConnect(next), ...times },
  };
}

export function nextConnect(connection: Connection): NextConnect {
  return {
    version: connection.version || 5,
    cleanStart: connection.connect?.cleanStart ?? true,
    accepted: connection.accepted,
    expiry: connectedExpiry(connection),
    will: connection.connect?.will !== undefined,
  };
}
