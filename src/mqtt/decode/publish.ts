/** PUBLISH (v5 3.3, v3.1.1 3.3, v3.1 3.3). */
import { type Properties, type PublishPacket, TO_SERVER } from '../packet.ts';
import { PROPERTY } from '../properties.ts';
import { hasWildcard } from '../topics.ts';
import { decodePacketId, packetIdStatements } from './common.ts';
import type { Cursor } from './cursor.ts';
import { decodeProperties } from './properties.ts';

/** `flags` are the lower four bits of the first byte: DUP, QoS (2), RETAIN. */
export function decodePublish(cursor: Cursor, flags: number): PublishPacket {
  const dup = (flags & 0x08) !== 0;
  const bits = (flags >> 1) & 0x03;
  const qos = bits === 1 || bits === 2 ? bits : 0;
  if (bits === 3) cursor.complain('publish-qos-invalid', cursor.start);
  if (dup && bits === 0 && cursor.version !== 3) cursor.complain('dup-with-qos-0', cursor.start);
  const topicAt = cursor.pos;
  const topic = cursor.text('Topic Name');
  if (hasWildcard(topic)) cursor.complain('topic-wildcard', topicAt + 2, { field: 'Topic Name' });
  const sender = cursor.direction === TO_SERVER ? 'fromClient' : 'fromServer';
  const packetId = bits === 0 ? undefined : decodePacketId(cursor, packetIdStatements[sender]);
  const properties = decodeProperties(cursor, 'publish');
  if (topic === '') checkEmptyTopic(cursor, topicAt, properties);
  const payload = cursor.rest('Payload');
  return { type: 'publish', dup, qos, retain: (flags & 0x01) !== 0, topic, packetId, properties, payload };
}

function checkEmptyTopic(cursor: Cursor, at: number, properties: Properties): void {
  if (cursor.version !== 5) cursor.complain('topic-empty', at, { field: 'Topic Name' });
  else if (!properties.some(({ id }) => id === PROPERTY.topicAlias)) {
    cursor.complain('topic-empty-without-alias', at);
  }
}
