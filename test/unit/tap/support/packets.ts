import { encodePacket } from '../../../../src/mqtt/encode.ts';
import type { Packet } from '../../../../src/mqtt/packet.ts';

const bytes = (packet: Packet): Buffer => Buffer.from(encodePacket(packet, 4));

/** Packets of 3.1.1 as they are on the wire. */
export const wire = {
  connect: (clientId: string): Buffer =>
    bytes({
      type: 'connect',
      protocolName: 'MQTT',
      version: 4,
      cleanStart: true,
      keepAliveSeconds: 60,
      clientId,
      properties: [],
    }),
  connack: Buffer.from([0x20, 2, 0, 0]),
  publish: (topic: string, payload: string): Buffer =>
    bytes({
      type: 'publish',
      topic,
      payload: Buffer.from(payload),
      qos: 0,
      retain: false,
      dup: false,
      packetId: undefined,
      properties: [],
    }),
  pingreq: Buffer.from([0xc0, 0]),
  pingresp: Buffer.from([0xd0, 0]),
  disconnect: Buffer.from([0xe0, 0]),
} as const;
