/** What the steps of a random program are on the wire. */
import { encodePacket } from '../../src/mqtt/encode.ts';
import type { Packet, Property, ProtocolVersion, Subscription } from '../../src/mqtt/packet.ts';
import { PROPERTY } from '../../src/mqtt/properties.ts';
import { connectPacket, number, utf8 } from '../unit/broker/test-client.ts';
import type { ConnectStep, Step } from './program.ts';

/** What a program does to a connection. */
export interface HuntClient {
  readonly version: ProtocolVersion;
  /** Whether the connection is over as its Client sees it. */
  readonly over: boolean;
  nextPacketId(): number;
  send(packet: Packet): void;
  sendBytes(bytes: Uint8Array): void;
  /** From now on what the Client sends waits for the thaw. */
  freeze(): void;
  thaw(): void;
  fin(): void;
  reset(): void;
}

export interface Credentials {
  readonly userName: string;
  readonly password: string;
}

/** Its CONNECT; where Clients have to log in, one of the program may give a wrong password. */
export function connectOf(step: ConnectStep, user: Credentials | undefined): Packet {
  const { will, expiry, login, clientId, version, cleanStart, keepAliveSeconds } = step;
  return connectPacket({
    clientId,
    version,
    cleanStart,
    keepAliveSeconds,
    ...(expiry === undefined ? {} : { sessionExpiryInterval: expiry }),
    ...(user === undefined ? {} : { ...user, ...(login === 'wrong' && { password: 'wrong' }) }),
    ...(will === undefined
      ? {}
      : {
          will: {
            topic: will.topic,
            payload: utf8(will.payload),
            qos: will.qos,
            retain: will.retain,
            ...(will.delay === undefined ? {} : { willDelayInterval: will.delay }),
          },
        }),
  });
}

export function act(client: HuntClient, step: Exclude<Step, { readonly do: 'connect' }>): void {
  const packetId = client.nextPacketId();
  switch (step.do) {
    case 'subscribe': {
      const { filter: topicFilter, qos, noLocal, retainAsPublished, retainHandling } = step;
      const shared = topicFilter.startsWith('$share/');
      if (shared && client.version !== 5) return;
      const options: Subscription =
        client.version === 5
          ? { topicFilter, qos, noLocal: noLocal && !shared, retainAsPublished, retainHandling }
          : { topicFilter, qos, noLocal: false, retainAsPublished: false, retainHandling: 0 };
      client.send({ type: 'subscribe', packetId, properties: [], subscriptions: [options] });
      return;
    }
    case 'unsubscribe':
      client.send({ type: 'unsubscribe', packetId, properties: [], topicFilters: [step.filter] });
      return;
    case 'publish': {
      const { topic, payload, qos, retain } = step;
      const id = qos === 0 ? undefined : packetId;
      client.send({
        type: 'publish',
        dup: false,
        qos,
        retain,
        topic,
        packetId: id,
        properties: [],
        payload: utf8(payload),
      });
      return;
    }
    case 'disconnect': {
      const v5 = client.version === 5;
      const properties: Property[] =
        v5 && step.expiry !== undefined ? [number(PROPERTY.sessionExpiryInterval, step.expiry)] : [];
      client.send({ type: 'disconnect', reasonCode: v5 ? step.reasonCode : 0, properties });
      client.fin();
      return;
    }
    case 'bad-disconnect':
      client.sendBytes(Uint8Array.of(0xe1, 0));
      return;
    case 'second-connect':
      client.sendBytes(encodePacket(connectPacket({ version: client.version }), client.version));
      return;
    case 'fin':
      client.fin();
      return;
    case 'reset':
      client.reset();
      return;
    case 'freeze':
      client.freeze();
      return;
    case 'thaw':
      client.thaw();
  }
}
