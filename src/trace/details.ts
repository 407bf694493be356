/** One record whole, as it is shown: its fields beside its bytes, secrets hidden in both. */
import { assertNever } from '../mqtt/assert-never.ts';
import type { ActionTarget, ConnectionEnd, ConnectionInfo, Endpoint } from '../mqtt/network-connection.ts';
import type { Field } from '../mqtt/packet.ts';
import { RECORD, type RecordDetails } from './model.ts';
import { opaqueDetails } from './opaque-details.ts';
import { packetDetails } from './packet-details.ts';
import type { TraceRecord } from './record.ts';
import type { Trace } from './trace.ts';

/** What the kind of record decides. */
export type ToldDetails = Pick<RecordDetails, 'title' | 'bytes' | 'fields' | 'malformed'>;

/**
 * The record with this sequence number, or undefined when it is not, or no longer, held. All bytes are
 * copies.
 */
export function recordDetails(trace: Trace, seq: number): RecordDetails | undefined {
  const record = trace.read(seq);
  if (record === undefined) return undefined;
  const { atMs, connection, kind, direction, version, length } = record;
  return { seq, atMs, connection, kind, direction, version, length, ...tell(record) };
}

function tell(record: TraceRecord): ToldDetails {
  switch (record.kind) {
    case RECORD.packet:
      return packetDetails(record);
    case RECORD.opaque:
      return opaqueDetails(record);
    case RECORD.opened:
      return withoutBytes('connection opened', openedFields(record.info));
    case RECORD.closed:
      return withoutBytes('connection closed', closedFields(record.end));
    case RECORD.action:
      return withoutBytes(`action: ${record.action}`, targetFields(record.target));
    default:
      return assertNever(record);
  }
}

type NamedValue = readonly [name: string, value: string | number | undefined];

function withoutBytes(title: string, values: readonly NamedValue[]): ToldDetails {
  const fields: Field[] = [];
  for (const [name, value] of values) {
    if (value !== undefined) fields.push({ name, value: String(value), start: 0, end: 0 });
  }
  return { title, bytes: new Uint8Array(0), fields };
}

function openedFields(info: ConnectionInfo): readonly NamedValue[] {
  return [
    ['Server', info.server],
    ['Tap', info.tap],
    ['Client', info.client],
    ['Label', info.label],
    ['Client at', endpointText(info.endpoints?.client)],
    ['Server at', endpointText(info.endpoints?.server)],
    ['Over', info.endpoints?.carrier],
  ];
}

function endpointText(endpoint: Endpoint | undefined): string | undefined {
  if (endpoint === undefined) return undefined;
  const { address, port } = endpoint;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function closedFields(end: ConnectionEnd): readonly NamedValue[] {
  return [
    ['Ended by', end.by],
    ['How', end.how],
    ['Error', end.detail],
  ];
}

function targetFields(target: ActionTarget): readonly NamedValue[] {
  return [
    ['Connection', target.connection],
    ['Server', target.server],
    ['Client Identifier', target.clientId],
    ['Fault', target.fault?.kind],
    ['On what goes', target.fault?.direction],
    ['Values', target.fault?.detail],
    ['By the rule', target.fault?.rule],
    ['For', target.forMs === undefined ? undefined : `${(target.forMs / 1000).toFixed(1)} s`],
    ['Because', target.fault?.gone === true ? 'both ends are gone' : undefined],
  ];
}
