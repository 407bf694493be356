/**
 * The details of bytes that are no packet: why, from where on, and what they are as text if they are text.
 */
import { bytesPreview } from '../mqtt/decode/preview.ts';
import type { Field } from '../mqtt/packet.ts';
import { packetTypeOf } from '../mqtt/packet-types.ts';
import type { ToldDetails } from './details.ts';
import { detailsByteLimit } from './model.ts';
import type { OpaqueRecord } from './record.ts';
import { hiddenField, maskRange } from './secrets.ts';

export function opaqueDetails(record: OpaqueRecord): ToldDetails {
  const bytes = record.bytes.slice(0, detailsByteLimit);
  const end = bytes.length;
  const fields: Field[] = [];
  if (record.fault !== undefined) {
    const { malformed, streamOffset } = record.fault;
    const start = Math.min(malformed.offset, end);
    fields.push(
      { name: 'Reason', value: malformed.message, start, end: Math.min(start + 1, end) },
      { name: 'Offset in the stream', value: `${streamOffset + malformed.offset} bytes`, start, end: start },
    );
  }
  if (record.secret) {
    maskRange(bytes);
    fields.push(hiddenField(0, end));
  } else {
    fields.push({ name: 'Bytes', value: bytesPreview(bytes, 0, end), start: 0, end });
  }
  if (record.length > end) {
    fields.push({ name: 'Not shown', value: `${record.length - end} bytes`, start: end, end });
  }
  const cutShort = packetTypeOf(record.firstByte >> 4)?.name;
  const title = cutShort === undefined ? 'unreadable bytes' : `${cutShort}, cut short`;
  return { title, bytes, fields, malformed: record.fault?.malformed };
}
