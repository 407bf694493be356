/** What a record is, as the page sorts it: the packet types by their number on the wire, then what is no packet. */
import { packetTypes } from '../../mqtt/packet-types.ts';
import { RECORD } from '../../trace/model.ts';

/** Index into `recordTypes`. */
export type RecordType = number;

export interface RecordTypeRow {
  /** What a user types behind `type:`. */
  readonly word: string;
  /** As shown; of what is no packet, the key of its word in the table of strings. */
  readonly name: string;
  readonly isPacket: boolean;
  /** What marks on the timeline share a colour. */
  readonly family: PacketFamily;
}

export type PacketFamily = 'connection' | 'message' | 'subscription' | 'ping' | 'unreadable' | 'note';

/** In the order of weight: of several packets in one place, the first family is the one that is shown. */
export const families: readonly PacketFamily[] = [
  'unreadable',
  'connection',
  'subscription',
  'message',
  'ping',
  'note',
];

const familyOf: Readonly<Record<string, PacketFamily>> = {
  connect: 'connection',
  connack: 'connection',
  disconnect: 'connection',
  auth: 'connection',
  subscribe: 'subscription',
  suback: 'subscription',
  unsubscribe: 'subscription',
  unsuback: 'subscription',
  pingreq: 'ping',
  pingresp: 'ping',
};

const note = (word: string): RecordTypeRow => ({
  word,
  name: `record.${word}`,
  isPacket: false,
  family: 'note',
});

export const UNREADABLE: RecordType = 0;
const OPENED: RecordType = 16;
const CLOSED: RecordType = 17;
const ACTION: RecordType = 18;

/** 0 is what could not be read, 1 to 15 are packets, then opened, closed, action. */
export const recordTypes: readonly RecordTypeRow[] = [
  { word: 'unreadable', name: 'record.unreadable', isPacket: false, family: 'unreadable' },
  ...packetTypes.map(({ type, name }) => ({
    word: type,
    name,
    isPacket: true,
    family: familyOf[type] ?? ('message' as const),
  })),
  note('opened'),
  note('closed'),
  note('action'),
];

export function recordTypeOf(kind: number, firstByte: number): RecordType {
  switch (kind) {
    case RECORD.packet:
      return firstByte >> 4;
    case RECORD.opened:
      return OPENED;
    case RECORD.closed:
      return CLOSED;
    case RECORD.action:
      return ACTION;
    default:
      return UNREADABLE;
  }
}

/** For each family, the bits of its types: bit n is record type n. */
const familyBits: Readonly<Record<PacketFamily, number>> = familyTable();

function familyTable(): Record<PacketFamily, number> {
  const bits = { connection: 0, message: 0, subscription: 0, ping: 0, unreadable: 0, note: 0 };
  recordTypes.forEach(({ family }, type) => {
    if (type < 16) bits[family] |= 1 << type;
  });
  return bits;
}

/** The weightiest family among the types whose bits are set. */
export function weightiestFamily(bits: number): PacketFamily {
  return families.find((family) => (familyBits[family] & bits) !== 0) ?? 'note';
}
