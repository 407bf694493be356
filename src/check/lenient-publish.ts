/** Reads a PUBLISH that a Server must not send, so that what it does otherwise can still be judged. */
import { decodePacket } from '../mqtt/decode.ts';
import { type ProtocolVersion, type PublishPacket, TO_CLIENT } from '../mqtt/packet.ts';
import { packetTypeNumber } from '../mqtt/packet-types.ts';
import { PROPERTY } from '../mqtt/properties.ts';
import { PublishBytes, payloadStart } from '../session/publish-bytes.ts';

const PUBLISH = packetTypeNumber('publish');
/** Identifier and Four Byte Integer. */
const willDelayBytes = 5;

/** The packet without what makes it malformed, or undefined when it is no PUBLISH that can be made sense of. */
export function lenientPublish(bytes: Uint8Array, version: ProtocolVersion): PublishPacket | undefined {
  if ((bytes[0] ?? 0) >> 4 !== PUBLISH) return undefined;
  const fields = new PublishBytes();
  if (!fields.read(bytes, 0, bytes.length)) return undefined;
  const start = payloadStart(bytes, fields.restStart, bytes.length, version);
  if (start < 0) return undefined;
  for (let at = fields.restStart + 1; at + willDelayBytes <= start; at += 1) {
    if (bytes[at] !== PROPERTY.willDelayInterval) continue;
    const packet = withoutBytes(bytes, fields.restStart, at, start, version);
    if (packet !== undefined) return packet;
  }
  const qos = fields.qos === 2 ? 2 : fields.qos === 1 ? 1 : 0;
  return {
    type: 'publish',
    dup: fields.dup,
    qos,
    retain: fields.retain,
    topic: new TextDecoder().decode(bytes.subarray(fields.topicStart, fields.topicEnd)),
    packetId:
      qos === 0 ? undefined : ((bytes[fields.topicEnd] ?? 0) << 8) | (bytes[fields.topicEnd + 1] ?? 0),
    properties: [],
    payload: bytes.slice(start),
  };
}

/** The packet as it reads without the five bytes at `at` among its properties; undefined when it still cannot be read. */
function withoutBytes(
  bytes: Uint8Array,
  propertiesAt: number,
  at: number,
  payloadAt: number,
  version: ProtocolVersion,
): PublishPacket | undefined {
  const lengthBytes = payloadAt - propertiesAt < 0x80 ? 1 : 2;
  const properties = [
    ...bytes.subarray(propertiesAt + lengthBytes, at),
    ...bytes.subarray(at + willDelayBytes, payloadAt),
  ];
  const body = [
    ...bytes.subarray(headerBytes(bytes), propertiesAt),
    ...variableByteInteger(properties.length),
    ...properties,
    ...bytes.subarray(payloadAt),
  ];
  const whole = Uint8Array.from([bytes[0] ?? 0, ...variableByteInteger(body.length), ...body]);
  const decoded = decodePacket(whole, 0, whole.length, version, TO_CLIENT);
  return decoded.ok && decoded.packet.type === 'publish' ? decoded.packet : undefined;
}

function headerBytes(bytes: Uint8Array): number {
  let at = 1;
  while ((bytes[at] ?? 0) >= 0x80) at += 1;
  return at + 1;
}

function variableByteInteger(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  do {
    const low = left % 0x80;
    left = Math.floor(left / 0x80);
    bytes.push(left > 0 ? low | 0x80 : low);
  } while (left > 0);
  return bytes;
}
