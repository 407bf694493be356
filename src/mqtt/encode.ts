/** The writer: one MQTT Control Packet as bytes. */
import { assertNever } from './assert-never.ts';
import { encodeConnack } from './encode/connack.ts';
import { encodeConnect } from './encode/connect.ts';
import { encodePublish, publishFlags } from './encode/publish.ts';
import { encodePublishAnswer, encodeShortAnswer } from './encode/publish-answer.ts';
import { encodeReason } from './encode/reason.ts';
import { encodeSubscribe, encodeSubscribeAnswer, encodeUnsubscribe } from './encode/subscriptions.ts';
import { Writer } from './encode/writer.ts';
import type { Packet, ProtocolVersion } from './packet.ts';
import { packetTypeFlags, packetTypeNumber } from './packet-types.ts';

/**
 * The bytes of `packet`, fixed header included, in the shortest form that `version` allows; a CONNECT is written by the
 * version that it carries. What a version does not know (properties, Subscription Options before 5.0) is left out.
 * Does not check the rules of the protocol, so that a test or a fault can write what breaks them. Throws a
 * RangeError when a value has no place on the wire.
 */
export function encodePacket(packet: Packet, version: ProtocolVersion): Uint8Array {
  const short = encodeShortAnswer(packet, version);
  if (short !== undefined) return short;
  body.clear();
  encodeBody(body, packet, version);
  header.clear();
  const flags = packet.type === 'publish' ? publishFlags(packet) : packetTypeFlags(packet.type);
  header.uint8((packetTypeNumber(packet.type) << 4) | flags);
  header.variableByteInteger('Remaining Length', body.length);
  const bytes = new Uint8Array(header.length + body.length);
  bytes.set(header.written());
  bytes.set(body.written(), header.length);
  return bytes;
}

/** Used for one packet after the other. */
const body = new Writer();
const header = new Writer();

function encodeBody(writer: Writer, packet: Packet, version: ProtocolVersion): void {
  switch (packet.type) {
    case 'connect':
      encodeConnect(writer, packet);
      break;
    case 'connack':
      encodeConnack(writer, packet, version);
      break;
    case 'publish':
      encodePublish(writer, packet, version);
      break;
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      encodePublishAnswer(writer, packet, version);
      break;
    case 'subscribe':
      encodeSubscribe(writer, packet, version);
      break;
    case 'suback':
    case 'unsuback':
      encodeSubscribeAnswer(writer, packet, version);
      break;
    case 'unsubscribe':
      encodeUnsubscribe(writer, packet, version);
      break;
    case 'pingreq':
    case 'pingresp':
      break;
    case 'disconnect':
      if (version === 5) encodeReason(writer, packet);
      break;
    case 'auth':
      encodeReason(writer, packet, 'required');
      break;
    default:
      assertNever(packet);
  }
}
