/**
 * What the first byte and the Remaining Length of a packet alone can tell to be wrong (v5 2.1, v3.1.1 2.2).
 */
import type { PacketType, ProtocolVersion } from './packet.ts';
import { packetTypeOf } from './packet-types.ts';

interface LeastParts {
  /** The least Remaining Length that leaves room for them: `[before 5.0, 5.0]`. */
  readonly length: readonly [number, number];
  readonly parts: string;
}

/**
 * The parts without which a packet cannot be told from others of its type. Whatever else is missing or wrong
 * inside a packet is told by the whole depth, because it does not hide where the next packet begins.
 */
const leastParts: Readonly<Partial<Record<PacketType, LeastParts>>> = {
  connect: { length: [2, 2], parts: 'variable header and Client Identifier' },
  connack: { length: [2, 2], parts: 'acknowledge flags and reason code' },
  publish: { length: [2, 3], parts: 'Topic Name, Packet Identifier and properties' },
  puback: { length: [2, 2], parts: 'Packet Identifier' },
  pubrec: { length: [2, 2], parts: 'Packet Identifier' },
  pubrel: { length: [2, 2], parts: 'Packet Identifier' },
  pubcomp: { length: [2, 2], parts: 'Packet Identifier' },
  subscribe: { length: [2, 3], parts: 'Packet Identifier' },
  suback: { length: [3, 4], parts: 'Packet Identifier and reason codes' },
  unsubscribe: { length: [2, 3], parts: 'Packet Identifier' },
  unsuback: { length: [2, 2], parts: 'Packet Identifier' },
};

/** What `leastRemainingLength` makes room for, for people. */
export function leastPartsOf(firstByte: number): string {
  const row = packetTypeOf(firstByte >> 4);
  return (row && leastParts[row.type]?.parts) ?? 'fields';
}

/** In bytes; 0 where the fixed header may be all there is. While the version is unknown, the shorter one. */
export function leastRemainingLength(firstByte: number, version: ProtocolVersion | undefined): number {
  const row = packetTypeOf(firstByte >> 4);
  return (row && leastParts[row.type]?.length[version === 5 ? 1 : 0]) ?? 0;
}

/** Why a first byte cannot start a packet. */
export type FirstByteFault = 'reserved-packet-type' | 'reserved-flags' | 'publish-qos-invalid';

/**
 * Judges type and flags of a first byte. While the version is unknown, 5.0 is assumed. MQTT 3.1 does not use
 * the flags of most packets but does not demand zero either, and lets DUP be set wherever a packet has QoS 1
 * (v3.1 2.1).
 */
export function firstByteFault(
  firstByte: number,
  version: ProtocolVersion | undefined,
): FirstByteFault | undefined {
  const row = packetTypeOf(firstByte >> 4);
  if (row === undefined || row.since > (version ?? 5)) return 'reserved-packet-type';
  if (row.flags === undefined) return (firstByte & 0x06) === 0x06 ? 'publish-qos-invalid' : undefined;
  // Of a DISCONNECT, the last packet of its direction, the whole depth tells them: a will depends on it.
  if (row.type === 'disconnect') return undefined;
  const judged = version === 3 ? row.flags : 0x0f;
  return (firstByte & judged) === row.flags ? undefined : 'reserved-flags';
}
