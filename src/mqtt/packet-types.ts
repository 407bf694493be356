/** The table of MQTT Control Packet types (v5 2.1.2, v3.1.1 2.2.1). */
import type { Direction, PacketType, ProtocolVersion } from './packet.ts';

export interface PacketTypeRow {
  /** The upper four bits of the first byte. */
  readonly number: number;
  readonly type: PacketType;
  /** In the standard's spelling. */
  readonly name: string;
  /** The lower four bits that the standard prescribes; undefined where they carry meaning. */
  readonly flags: number | undefined;
  /** The statements that prescribe `flags`. */
  readonly flagsStatement: { readonly 5: string; readonly 4: string };
  /** The only way it may travel; undefined when both may. */
  readonly direction: Direction | undefined;
  /** The first version that knows it. */
  readonly since: ProtocolVersion;
}

const reservedFlags = { 5: 'MQTT-2.1.3-1', 4: 'MQTT-2.2.2-1' } as const;

/** `direction` 0 is to the Server, 1 to the Client. */
export const packetTypes: readonly PacketTypeRow[] = [
  row(1, 'connect', 0, reservedFlags, 0),
  row(2, 'connack', 0, reservedFlags, 1),
  row(3, 'publish', undefined, reservedFlags, undefined),
  row(4, 'puback', 0, reservedFlags, undefined),
  row(5, 'pubrec', 0, reservedFlags, undefined),
  row(6, 'pubrel', 2, { 5: 'MQTT-3.6.1-1', 4: 'MQTT-3.6.1-1' }, undefined),
  row(7, 'pubcomp', 0, reservedFlags, undefined),
  row(8, 'subscribe', 2, { 5: 'MQTT-3.8.1-1', 4: 'MQTT-3.8.1-1' }, 0),
  row(9, 'suback', 0, reservedFlags, 1),
  row(10, 'unsubscribe', 2, { 5: 'MQTT-3.10.1-1', 4: 'MQTT-3.10.1-1' }, 0),
  row(11, 'unsuback', 0, reservedFlags, 1),
  row(12, 'pingreq', 0, reservedFlags, 0),
  row(13, 'pingresp', 0, reservedFlags, 1),
  row(14, 'disconnect', 0, { 5: 'MQTT-3.14.1-1', 4: 'MQTT-3.14.1-1' }, undefined),
  row(15, 'auth', 0, { 5: 'MQTT-3.15.1-1', 4: 'MQTT-2.2.2-1' }, undefined, 5),
];

function row(
  number: number,
  type: PacketType,
  flags: number | undefined,
  flagsStatement: PacketTypeRow['flagsStatement'],
  direction: Direction | undefined,
  since: ProtocolVersion = 3,
): PacketTypeRow {
  return { number, type, name: type.toUpperCase(), flags, flagsStatement, direction, since };
}

const byNumber: readonly (PacketTypeRow | undefined)[] = [undefined, ...packetTypes];
const byType = new Map(packetTypes.map((each) => [each.type, each]));

/** The row of a number from the wire; undefined for the reserved 0. */
export function packetTypeOf(number: number): PacketTypeRow | undefined {
  return byNumber[number];
}

/** The number on the wire, 1 to 15. */
export function packetTypeNumber(type: PacketType): number {
  return byType.get(type)?.number ?? 0;
}

/** The flags that the standard prescribes; 0 for PUBLISH, whose flags carry meaning. */
export function packetTypeFlags(type: PacketType): number {
  return byType.get(type)?.flags ?? 0;
}
