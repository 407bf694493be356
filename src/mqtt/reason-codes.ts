/** The table of Reason Codes of 5.0 (v5 2.4), and the return codes of the versions before. */
import { type Direction, type PacketType, type ProtocolVersion, TO_CLIENT, TO_SERVER } from './packet.ts';

/** Packets that carry a Reason Code. */
const reasonCodePackets = [
  'connack',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'suback',
  'unsuback',
  'disconnect',
  'auth',
] as const;
export type ReasonCodePacket = (typeof reasonCodePackets)[number];

/** Who may send a Reason Code in a packet. */
export type Sender = 'client' | 'server' | 'both';

export interface ReasonCodeRow {
  readonly code: number;
  /** In the standard's words. One code may have other names in other packets, in rows of their own. */
  readonly name: string;
  readonly packets: Readonly<Partial<Record<ReasonCodePacket, Sender>>>;
}

const publishAnswers = { puback: 'both', pubrec: 'both' } as const;

/** Every Reason Code of 5.0. */
export const reasonCodes: readonly ReasonCodeRow[] = [
  {
    code: 0x00,
    name: 'Success',
    packets: {
      connack: 'server',
      ...publishAnswers,
      pubrel: 'both',
      pubcomp: 'both',
      unsuback: 'server',
      auth: 'server',
    },
  },
  { code: 0x00, name: 'Normal disconnection', packets: { disconnect: 'both' } },
  { code: 0x00, name: 'Granted QoS 0', packets: { suback: 'server' } },
  { code: 0x01, name: 'Granted QoS 1', packets: { suback: 'server' } },
  { code: 0x02, name: 'Granted QoS 2', packets: { suback: 'server' } },
  { code: 0x04, name: 'Disconnect with Will Message', packets: { disconnect: 'client' } },
  { code: 0x10, name: 'No matching subscribers', packets: { puback: 'server', pubrec: 'server' } },
  { code: 0x11, name: 'No subscription existed', packets: { unsuback: 'server' } },
  { code: 0x18, name: 'Continue authentication', packets: { auth: 'both' } },
  { code: 0x19, name: 'Re-authenticate', packets: { auth: 'client' } },
  {
    code: 0x80,
    name: 'Unspecified error',
    packets: {
      connack: 'server',
      ...publishAnswers,
      suback: 'server',
      unsuback: 'server',
      disconnect: 'both',
    },
  },
  { code: 0x81, name: 'Malformed Packet', packets: { connack: 'server', disconnect: 'both' } },
  { code: 0x82, name: 'Protocol Error', packets: { connack: 'server', disconnect: 'both' } },
  {
    code: 0x83,
    name: 'Implementation specific error',
    packets: {
      connack: 'server',
      ...publishAnswers,
      suback: 'server',
      unsuback: 'server',
      disconnect: 'both',
    },
  },
  { code: 0x84, name: 'Unsupported Protocol Version', packets: { connack: 'server' } },
  { code: 0x85, name: 'Client Identifier not valid', packets: { connack: 'server' } },
  { code: 0x86, name: 'Bad User Name or Password', packets: { connack: 'server' } },
  {
    code: 0x87,
    name: 'Not authorized',
    packets: {
      connack: 'server',
      ...publishAnswers,
      suback: 'server',
      unsuback: 'server',
      disconnect: 'server',
    },
  },
  { code: 0x88, name: 'Server unavailable', packets: { connack: 'server' } },
  { code: 0x89, name: 'Server busy', packets: { connack: 'server', disconnect: 'server' } },
  { code: 0x8a, name: 'Banned', packets: { connack: 'server' } },
  { code: 0x8b, name: 'Server shutting down', packets: { disconnect: 'server' } },
  // v5 2.4 gives it to DISCONNECT too, v5 3.14.2.1 does not list it there.
  { code: 0x8c, name: 'Bad authentication method', packets: { connack: 'server', disconnect: 'server' } },
  { code: 0x8d, name: 'Keep Alive timeout', packets: { disconnect: 'server' } },
  { code: 0x8e, name: 'Session taken over', packets: { disconnect: 'server' } },
  {
    code: 0x8f,
    name: 'Topic Filter invalid',
    packets: { suback: 'server', unsuback: 'server', disconnect: 'server' },
  },
  {
    code: 0x90,
    name: 'Topic Name invalid',
    packets: { connack: 'server', ...publishAnswers, disconnect: 'both' },
  },
  {
    code: 0x91,
    name: 'Packet Identifier in use',
    packets: { ...publishAnswers, suback: 'server', unsuback: 'server' },
  },
  { code: 0x92, name: 'Packet Identifier not found', packets: { pubrel: 'both', pubcomp: 'both' } },
  { code: 0x93, name: 'Receive Maximum exceeded', packets: { disconnect: 'both' } },
  { code: 0x94, name: 'Topic Alias invalid', packets: { disconnect: 'both' } },
  { code: 0x95, name: 'Packet too large', packets: { connack: 'server', disconnect: 'both' } },
  { code: 0x96, name: 'Message rate too high', packets: { disconnect: 'both' } },
  {
    code: 0x97,
    name: 'Quota exceeded',
    packets: { connack: 'server', ...publishAnswers, suback: 'server', disconnect: 'both' },
  },
  { code: 0x98, name: 'Administrative action', packets: { disconnect: 'both' } },
  {
    code: 0x99,
    name: 'Payload format invalid',
    packets: { connack: 'server', ...publishAnswers, disconnect: 'both' },
  },
  { code: 0x9a, name: 'Retain not supported', packets: { connack: 'server', disconnect: 'server' } },
  { code: 0x9b, name: 'QoS not supported', packets: { connack: 'server', disconnect: 'server' } },
  { code: 0x9c, name: 'Use another server', packets: { connack: 'server', disconnect: 'server' } },
  { code: 0x9d, name: 'Server moved', packets: { connack: 'server', disconnect: 'server' } },
  {
    code: 0x9e,
    name: 'Shared Subscriptions not supported',
    packets: { suback: 'server', disconnect: 'server' },
  },
  { code: 0x9f, name: 'Connection rate exceeded', packets: { connack: 'server', disconnect: 'server' } },
  { code: 0xa0, name: 'Maximum connect time', packets: { disconnect: 'server' } },
  {
    code: 0xa1,
    name: 'Subscription Identifiers not supported',
    packets: { suback: 'server', disconnect: 'server' },
  },
  {
    code: 0xa2,
    name: 'Wildcard Subscriptions not supported',
    packets: { suback: 'server', disconnect: 'server' },
  },
];

export interface ReturnCodeRow {
  readonly code: number;
  readonly name: string;
  readonly packet: 'connack' | 'suback';
}

/** The return codes of 3.1 and 3.1.1 (v3.1.1 3.2.2.3, 3.9.3). */
export const returnCodes: readonly ReturnCodeRow[] = [
  { code: 0x00, name: 'Connection Accepted', packet: 'connack' },
  { code: 0x01, name: 'Connection Refused, unacceptable protocol version', packet: 'connack' },
  { code: 0x02, name: 'Connection Refused, identifier rejected', packet: 'connack' },
  { code: 0x03, name: 'Connection Refused, Server unavailable', packet: 'connack' },
  { code: 0x04, name: 'Connection Refused, bad user name or password', packet: 'connack' },
  { code: 0x05, name: 'Connection Refused, not authorized', packet: 'connack' },
  { code: 0x00, name: 'Success - Maximum QoS 0', packet: 'suback' },
  { code: 0x01, name: 'Success - Maximum QoS 1', packet: 'suback' },
  { code: 0x02, name: 'Success - Maximum QoS 2', packet: 'suback' },
  { code: 0x80, name: 'Failure', packet: 'suback' },
];

/** The statement of 5.0 that limits a packet's Reason Codes to its list. */
export const reasonCodeStatements: Readonly<Record<ReasonCodePacket, string>> = {
  connack: 'MQTT-3.2.2-8',
  puback: 'MQTT-3.4.2-1',
  pubrec: 'MQTT-3.5.2-1',
  pubrel: 'MQTT-3.6.2-1',
  pubcomp: 'MQTT-3.7.2-1',
  suback: 'MQTT-3.9.3-2',
  unsuback: 'MQTT-3.11.3-2',
  disconnect: 'MQTT-3.14.2-1',
  auth: 'MQTT-3.15.2-1',
};

interface Entry {
  readonly name: string;
  readonly sender: Sender;
}

/** By packet, then by code. */
type Entries = Map<PacketType, Map<number, Entry>>;

const entriesOf5: Entries = new Map();
const entriesBefore5: Entries = new Map();

function enter(entries: Entries, packet: ReasonCodePacket, code: number, entry: Entry): void {
  const codes = entries.get(packet) ?? new Map<number, Entry>();
  entries.set(packet, codes.set(code, entry));
}

for (const { code, name, packets } of reasonCodes) {
  for (const packet of reasonCodePackets) {
    const sender = packets[packet];
    if (sender !== undefined) enter(entriesOf5, packet, code, { name, sender });
  }
}
for (const { code, name, packet } of returnCodes) {
  enter(entriesBefore5, packet, code, { name, sender: 'server' });
}

function entryOf(type: PacketType, version: ProtocolVersion, code: number): Entry | undefined {
  return (version === 5 ? entriesOf5 : entriesBefore5).get(type)?.get(code);
}

/**
 * What the standard calls a Reason Code (5.0) or return code (before) in a packet, for example
 * `Bad User Name or Password`; `reserved` when it has no meaning there.
 */
export function reasonCodeName(type: PacketType, version: ProtocolVersion, code: number): string {
  return entryOf(type, version, code)?.name ?? 'reserved';
}

/** Why a code may not stand in a packet that travels this way; undefined when it may. */
export function reasonCodeProblem(
  type: PacketType,
  version: ProtocolVersion,
  code: number,
  direction: Direction,
): 'unknown' | 'wrong-sender' | undefined {
  const sender = entryOf(type, version, code)?.sender;
  if (sender === undefined) return 'unknown';
  if (sender === 'client' && direction === TO_CLIENT) return 'wrong-sender';
  if (sender === 'server' && direction === TO_SERVER) return 'wrong-sender';
  return undefined;
}
