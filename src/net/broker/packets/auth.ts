import type { Connection } from '../connection.ts';
import { REASON } from '../reasons.ts';

/** AUTH (v5 3.15). No connection gets here with an Authentication Method: CONNECT refuses them all. */
export function handleAuth(connection: Connection): void {
  // v5 [MQTT-4.12.0-7]: no AUTH without an Authentication Method in CONNECT.
  connection.disconnect(
    REASON.protocolError,
    'AUTH was sent on a connection without an Authentication Method.',
  );
}
