import { assertNever } from '../../../mqtt/assert-never.ts';
import type { Packet } from '../../../mqtt/packet.ts';
import type { Accepted } from '../accepted.ts';
import type { Connection } from '../connection.ts';
import { REASON } from '../reasons.ts';
import { handleAuth } from './auth.ts';
import { handleDisconnect } from './disconnect.ts';
import { handlePingreq } from './pingreq.ts';
import { handlePuback } from './puback.ts';
import { handlePubcomp } from './pubcomp.ts';
import { handlePublish } from './publish.ts';
import { handlePubrec } from './pubrec.ts';
import { handlePubrel } from './pubrel.ts';
import { handleSubscribe } from './subscribe.ts';
import { handleUnsubscribe } from './unsubscribe.ts';

/** Hands a packet of an accepted connection to the rules of its type. */
export function handlePacket(connection: Connection, accepted: Accepted, packet: Packet): void {
  switch (packet.type) {
    case 'publish':
      handlePublish(connection, accepted, packet);
      break;
    case 'puback':
      handlePuback(connection, accepted, packet);
      break;
    case 'pubrec':
      handlePubrec(connection, accepted, packet);
      break;
    case 'pubrel':
      handlePubrel(connection, accepted, packet);
      break;
    case 'pubcomp':
      handlePubcomp(connection, accepted, packet);
      break;
    case 'subscribe':
      handleSubscribe(connection, accepted, packet);
      break;
    case 'unsubscribe':
      handleUnsubscribe(connection, accepted, packet);
      break;
    case 'pingreq':
      handlePingreq(connection);
      break;
    case 'disconnect':
      handleDisconnect(connection, accepted, packet);
      break;
    case 'auth':
      handleAuth(connection, accepted, packet);
      break;
    case 'connect':
      // v5 [MQTT-3.1.0-2], v3.1.1 [MQTT-3.1.0-2].
      if (!connection.context.behaviour.secondConnectKeepsWill) accepted.session.will = undefined;
      connection.disconnect(REASON.protocolError, 'CONNECT was sent a second time.');
      break;
    case 'connack':
    case 'suback':
    case 'unsuback':
    case 'pingresp':
      connection.disconnect(
        REASON.protocolError,
        `${packet.type.toUpperCase()} is never sent by the Client.`,
      );
      break;
    default:
      assertNever(packet);
  }
}
