import type { ConnectPacket, Property, ProtocolVersion } from '../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../src/mqtt/properties.ts';

/** What a test says of a CONNECT; the rest has plain values. */
export interface ConnectWish {
  readonly clientId: string;
  readonly version?: ProtocolVersion;
  readonly cleanStart?: boolean;
  /** 5.0 only, in seconds. */
  readonly sessionExpiryInterval?: number;
}

export function connectPacket(wish: ConnectWish): ConnectPacket {
  const { version = 5, sessionExpiryInterval } = wish;
  const expiry: Property[] =
    sessionExpiryInterval === undefined
      ? []
      : [{ id: PROPERTY.sessionExpiryInterval, kind: 'number', value: sessionExpiryInterval }];
  return {
    type: 'connect',
    protocolName: version === 3 ? 'MQIsdp' : 'MQTT',
    version,
    cleanStart: wish.cleanStart ?? true,
    keepAliveSeconds: 0,
    clientId: wish.clientId,
    properties: expiry,
  };
}

export function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

export function utf8(words: string): Uint8Array {
  return new TextEncoder().encode(words);
}
