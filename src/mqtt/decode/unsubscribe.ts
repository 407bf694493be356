/** UNSUBSCRIBE (v5 3.10, v3.1.1 3.10, v3.1 3.10). */
import type { UnsubscribePacket } from '../packet.ts';
import { decodePacketId, packetIdStatements } from './common.ts';
import type { Cursor } from './cursor.ts';
import { decodeProperties } from './properties.ts';
import { decodeTopicFilter } from './subscribe.ts';

const atLeastOne = { 5: 'MQTT-3.10.3-2', 4: 'MQTT-3.10.3-2', 3: '3.10' } as const;

export function decodeUnsubscribe(cursor: Cursor): UnsubscribePacket {
  const packetId = decodePacketId(cursor, packetIdStatements.fromClient);
  const properties = decodeProperties(cursor, 'unsubscribe');
  if (!cursor.more) cursor.complain('no-topic-filters', cursor.pos, { type: 'UNSUBSCRIBE' }, atLeastOne);
  const topicFilters: string[] = [];
  while (cursor.more) topicFilters.push(decodeTopicFilter(cursor));
  return { type: 'unsubscribe', packetId, properties, topicFilters };
}
