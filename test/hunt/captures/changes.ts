/** What networks, systems and capturing programs do to packets. A change that is `lossless` leaves every byte of MQTT readable. */
import { TCP_FLAG } from '../../../src/trace/capture/segment-header.ts';
import { fragmentsOf } from '../../unit/capture/frames.ts';
import type { Dice } from './dice.ts';
import { type Piece, packetOf, type TcpSegment } from './segments.ts';

export interface Change {
  readonly name: string;
  readonly lossless: boolean;
  /** How often it is taken, of a hundred. */
  readonly percent: number;
  readonly make: (pieces: readonly Piece[], dice: Dice) => readonly Piece[];
}

export const OTHER_BYTES = 'sent again with other bytes';
export const OUT_OF_ORDER = 'out of order';
export const USED_AGAIN = 'used again, the same ports';

const isData = (piece: Piece | undefined): piece is TcpSegment =>
  piece?.kind === 'segment' && piece.data.length > 0 && (piece.flags & (TCP_FLAG.syn | TCP_FLAG.rst)) === 0;
const isControl = (piece: Piece, flag: number): boolean =>
  piece.kind === 'segment' && (piece.flags & flag) !== 0;

/** Each segment as one or more. */
function each(
  change: (segment: TcpSegment, dice: Dice, at: number) => readonly Piece[],
  chosen: (piece: Piece) => boolean = () => true,
): Change['make'] {
  return (pieces, dice) =>
    pieces.flatMap((piece, at) =>
      piece.kind === 'segment' && chosen(piece) ? change(piece, dice, at) : [piece],
    );
}

function cut(segment: TcpSegment, most: number): readonly TcpSegment[] {
  const { data, sequence, flags } = segment;
  const parts: TcpSegment[] = [];
  for (let at = 0; at < data.length; at += most) {
    const isLast = at + most >= data.length;
    const own = isLast ? flags : flags & ~(TCP_FLAG.fin | TCP_FLAG.psh);
    parts.push({
      ...segment,
      data: data.subarray(at, at + most),
      sequence: (sequence + at) >>> 0,
      flags: own,
    });
  }
  return parts;
}

/** Some pieces up to `most` places later, but none behind a reset, as what comes there nobody takes, nor much later. */
function late(pieces: readonly Piece[], dice: Dice, most: number): readonly Piece[] {
  const times = pieces.map(({ atMs }) => atMs);
  return pieces
    .map((piece, at) => {
      // Before a CONNECT nobody can tell the version of what the Server says.
      if (!isData(piece) || (piece.data[0] ?? 0) >> 4 === 1 || !dice.chance(15)) return { piece, place: at };
      const latest = at + dice.upTo(most) + 0.5;
      const ends = pieces.findIndex(
        (each, place) =>
          place > at && isControl(each, TCP_FLAG.rst | TCP_FLAG.syn) && isSameFlow(each, piece),
      );
      return { piece, place: ends < 0 ? latest : Math.min(latest, ends - 0.5) };
    })
    .sort((a, b) => a.place - b.place)
    .map(({ piece }, at) => ({ ...piece, atMs: times[at] ?? piece.atMs }));
}

function isSameFlow(one: Piece, other: TcpSegment): boolean {
  if (one.kind === 'other') return false;
  return one.fromPort === other.fromPort ? one.toPort === other.toPort : one.fromPort === other.toPort;
}

const MASK = 0xffffffff;
const timestamps = (dice: Dice): Uint8Array => Uint8Array.of(1, 1, 8, 10, ...dice.bytes(8));
const sack = (segment: TcpSegment): Uint8Array => {
  const option = Buffer.alloc(12);
  option.set([1, 1, 5, 10]);
  option.writeUInt32BE((segment.acknowledged + 100) & 0x7fffffff, 4);
  option.writeUInt32BE(((segment.acknowledged + 200) & 0x7fffffff) >>> 0, 8);
  return option;
};

/** Options for each hop, options for the destination, both, and an authentication. */
const extensions: readonly [
  NonNullable<TcpSegment['extensions']>,
  ...NonNullable<TcpSegment['extensions']>[],
] = [
  { first: 0, bytes: Uint8Array.of(6, 0, 1, 4, 0, 0, 0, 0) },
  { first: 60, bytes: Uint8Array.of(6, 0, 1, 4, 0, 0, 0, 0) },
  {
    first: 0,
    bytes: Uint8Array.of(60, 0, 1, 4, 0, 0, 0, 0, 6, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  },
  { first: 51, bytes: Uint8Array.of(6, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) },
];

export const changes: readonly Change[] = [
  {
    name: 'cut into small segments',
    lossless: true,
    percent: 50,
    make: (pieces, dice) => {
      const most = dice.of([1, 7, 100, 536, 1448] as const);
      return each(
        (segment) => (segment.data.length > 20 * most ? cut(segment, 1448) : cut(segment, most)),
        isData,
      )(pieces, dice);
    },
  },
  {
    name: 'with timestamps and SACK',
    lossless: true,
    percent: 30,
    make: each((segment, dice) => {
      const options = dice.chance(70) ? timestamps(dice) : sack(segment);
      const isFull = isControl(segment, TCP_FLAG.syn) || segment.data.length > 60_000;
      return [isFull ? segment : { ...segment, options }];
    }),
  },
  {
    name: 'sent again',
    lossless: true,
    percent: 40,
    make: each((segment, dice) => (dice.chance(15) ? [segment, segment] : [segment])),
  },
  {
    name: OTHER_BYTES,
    lossless: true,
    percent: 25,
    make: each(
      (segment, dice) =>
        dice.chance(20) ? [segment, { ...segment, data: dice.bytes(segment.data.length) }] : [segment],
      isData,
    ),
  },
  {
    name: 'sent again together with what follows',
    lossless: true,
    percent: 25,
    make: (pieces, dice) =>
      pieces.map((piece, at) => {
        const before = pieces[at - 1];
        const follows =
          isData(piece) &&
          isData(before) &&
          before.fromPort === piece.fromPort &&
          before.toPort === piece.toPort &&
          ((before.sequence + before.data.length) & MASK) >>> 0 === piece.sequence &&
          before.data.length + piece.data.length < 60_000;
        if (!follows || !dice.chance(30)) return piece;
        return { ...piece, sequence: before.sequence, data: Buffer.concat([before.data, piece.data]) };
      }),
  },
  {
    name: OUT_OF_ORDER,
    lossless: true,
    percent: 35,
    make: (pieces, dice) => late(pieces, dice, 1 + dice.upTo(6)),
  },
  {
    name: 'kept alive by TCP',
    lossless: true,
    percent: 25,
    make: each(
      (segment, dice) => {
        if (!dice.chance(15)) return [segment];
        const next = (segment.sequence + segment.data.length) >>> 0;
        const data = dice.bytes(dice.upTo(2));
        return [segment, { ...segment, sequence: (next - 1) >>> 0, data, flags: TCP_FLAG.ack }];
      },
      (piece) => isData(piece) && !isControl(piece, TCP_FLAG.fin),
    ),
  },
  {
    name: 'with acknowledgements and a window of zero',
    lossless: true,
    percent: 30,
    make: each(
      (segment, dice) => {
        const { from, to, fromPort, toPort, sequence, acknowledged, data } = segment;
        const answer: TcpSegment = {
          ...segment,
          from: to,
          to: from,
          fromPort: toPort,
          toPort: fromPort,
          sequence: acknowledged,
          acknowledged: (sequence + data.length) >>> 0,
          flags: TCP_FLAG.ack,
          data: new Uint8Array(0),
          window: dice.chance(30) ? 0 : 500,
        };
        return dice.chance(40) ? [segment, answer] : [segment];
      },
      (piece) => isData(piece) && !isControl(piece, TCP_FLAG.fin),
    ),
  },
  {
    name: 'with headers of IPv6 before TCP',
    lossless: true,
    percent: 30,
    make: each((segment, dice) => {
      if (segment.from.length !== 16 || segment.data.length > 60_000 || !dice.chance(60)) return [segment];
      return [{ ...segment, extensions: dice.of(extensions) }];
    }),
  },
  {
    name: USED_AGAIN,
    lossless: true,
    percent: 20,
    make: (pieces, dice) => {
      const by = 1 + dice.upTo(0x7ffffff0);
      const later = (pieces.at(-1)?.atMs ?? 0) - (pieces[0]?.atMs ?? 0) + 1000;
      const again = pieces.flatMap((piece): Piece[] =>
        piece.kind === 'other'
          ? []
          : [
              {
                ...piece,
                atMs: piece.atMs + later,
                sequence: (piece.sequence + by) >>> 0,
                acknowledged: isControl(piece, TCP_FLAG.ack)
                  ? (piece.acknowledged + by) >>> 0
                  : piece.acknowledged,
              },
            ],
      );
      return [...pieces, ...again];
    },
  },
  {
    name: 'near the end of the sequence numbers',
    lossless: true,
    percent: 20,
    make: (pieces) => {
      const first = pieces.find((piece) => piece.kind === 'segment');
      const by = first?.kind === 'segment' ? 0xffffff80 - first.sequence : 0;
      return pieces.map((piece) =>
        piece.kind === 'other'
          ? piece
          : {
              ...piece,
              sequence: (piece.sequence + by) >>> 0,
              acknowledged: isControl(piece, TCP_FLAG.ack)
                ? (piece.acknowledged + by) >>> 0
                : piece.acknowledged,
            },
      );
    },
  },
  {
    name: 'in fragments',
    lossless: true,
    percent: 20,
    make: (pieces, dice) =>
      pieces.flatMap((piece, at): Piece[] => {
        if (piece.kind === 'other' || !dice.chance(40)) return [piece];
        if (piece.data.length < 40) return [piece];
        const parts = fragmentsOf(packetOf(piece), at + 1, dice.of([64, 512, 1480] as const));
        return parts.map(({ atMs, bytes }) => ({ kind: 'other', atMs, bytes }));
      }),
  },
  {
    name: 'lost by the capture',
    lossless: false,
    percent: 12,
    make: (pieces, dice) => pieces.filter(() => !dice.chance(6)),
  },
  {
    name: 'begun in the middle',
    lossless: false,
    percent: 12,
    make: (pieces, dice) => pieces.slice(dice.upTo(pieces.length)),
  },
  {
    name: 'ended in the middle',
    lossless: false,
    percent: 8,
    make: (pieces, dice) => pieces.slice(0, 1 + dice.upTo(pieces.length)),
  },
];
