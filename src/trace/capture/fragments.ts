/**
 * Puts IP packets together that were cut into fragments on their way (RFC 791, 3.2; RFC 8200, 4.5). Fragments may come in any order, and
 * twice. Where two of them contradict each other nobody knows which the receiver took, so the packet is not put together.
 */

/** A fragment, with its part of the payload at `frame[dataStart, dataEnd)`. One object serves all fragments. */
export interface Fragment {
  identification: number;
  /** The protocol of what is cut into fragments. */
  protocol: number;
  /** In bytes: where its part stands in the payload. */
  offset: number;
  more: boolean;
  dataStart: number;
  dataEnd: number;
  /** What it carried; more than is there when the capture kept less. */
  dataLength: number;
}

/** The payload of a packet: `bytes` are what is kept from its beginning, `length` is what it had. */
export interface Payload {
  readonly bytes: Uint8Array;
  readonly length: number;
}

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly length: number;
}

interface Datagram {
  /** In the order of their offsets, without overlaps. */
  pieces: Piece[];
  readonly firstAtMs: number;
  /** In bytes, once the last fragment has come. */
  length: number | undefined;
  /** How many fragments of it were seen. */
  fragments: number;
  /** What it is charged for, in bytes. */
  held: number;
  state: 'open' | 'whole' | 'contradictory';
}

/** No packet is longer. In bytes. */
const PACKET_LIMIT = 65_535;
/** So long after its first fragment a packet is given up. In milliseconds. */
const PATIENCE_MS = 60_000;
/** What all packets together hold, and how many there are. In bytes. */
const HELD_BYTES_LIMIT = 16_777_216;
const DATAGRAM_LIMIT = 4096;
const PIECE_LIMIT = 2048;
/** What a piece takes beside its bytes, roughly. */
const PIECE_BYTES = 128;

export function newFragment(): Fragment {
  return { identification: 0, protocol: 0, offset: 0, more: false, dataStart: 0, dataEnd: 0, dataLength: 0 };
}

export class Fragments {
  /** By what makes fragments those of one packet; the longest known first. */
  readonly #datagrams = new Map<string, Datagram>();
  #held = 0;
  #unused = 0;

  /** Fragments of packets that could not be put together. */
  get unused(): number {
    return this.#unused;
  }

  /** In bytes. */
  get heldBytes(): number {
    return this.#held;
  }

  /** Takes a fragment between these addresses; the payload of its packet, if that is whole now. */
  add(
    from: Uint8Array,
    to: Uint8Array,
    fragment: Fragment,
    frame: Uint8Array,
    nowMs: number,
  ): Payload | undefined {
    const { offset, more, dataLength, identification, protocol } = fragment;
    this.#unused += 1;
    const aligned = !more || dataLength % 8 === 0;
    if (!aligned || dataLength <= 0 || offset + dataLength > PACKET_LIMIT) return undefined;
    this.#giveUpBefore(nowMs - PATIENCE_MS);
    const key = `${from.join('.')} ${to.join('.')} ${protocol} ${identification}`;
    const bytes = frame.subarray(fragment.dataStart, fragment.dataEnd);
    const piece = { offset, bytes, length: dataLength };
    let datagram = this.#datagrams.get(key);
    if (datagram?.state === 'whole') {
      if (isRepeated(datagram, piece)) {
        this.#unused -= 1;
        return undefined;
      }
      // The number is used again.
      this.#forget(key, datagram);
      datagram = undefined;
    }
    datagram ??= this.#begin(key, nowMs);
    datagram.fragments += 1;
    if (datagram.state === 'open') this.#place(datagram, piece, more);
    const whole = datagram.state === 'open' ? payloadOf(datagram) : undefined;
    if (whole !== undefined) {
      datagram.state = 'whole';
      this.#unused -= datagram.fragments;
    }
    while (this.#held > HELD_BYTES_LIMIT && this.#forgetLongestKnown());
    return whole;
  }

  #begin(key: string, nowMs: number): Datagram {
    if (this.#datagrams.size >= DATAGRAM_LIMIT) this.#forgetLongestKnown();
    const datagram: Datagram = {
      pieces: [],
      firstAtMs: nowMs,
      length: undefined,
      fragments: 0,
      held: 0,
      state: 'open',
    };
    this.#datagrams.set(key, datagram);
    return datagram;
  }

  #place(datagram: Datagram, piece: Piece, more: boolean): void {
    const { pieces } = datagram;
    const end = piece.offset + piece.length;
    const last = pieces.at(-1);
    const known = Math.max(last === undefined ? 0 : last.offset + last.length, end);
    if (!more) {
      if (datagram.length !== undefined && datagram.length !== end) this.#contradict(datagram);
      datagram.length = end;
    }
    if (datagram.length !== undefined && known > datagram.length) this.#contradict(datagram);
    if (datagram.state !== 'open') return;
    const place = placeOf(piece.offset, pieces);
    const before = pieces[place - 1];
    const behind = pieces[place];
    const overlaps =
      (before !== undefined && before.offset + before.length > piece.offset) ||
      (behind !== undefined && behind.offset < end);
    if (!overlaps) {
      this.#insert(datagram, place, piece);
      return;
    }
    if (!isRepeated(datagram, piece)) this.#contradict(datagram);
  }

  #insert(datagram: Datagram, place: number, piece: Piece): void {
    if (datagram.pieces.length >= PIECE_LIMIT) {
      this.#contradict(datagram);
      return;
    }
    datagram.pieces.splice(place, 0, { ...piece, bytes: piece.bytes.slice() });
    const held = piece.bytes.length + PIECE_BYTES;
    datagram.held += held;
    this.#held += held;
  }

  /** It stays known, so that what still comes of it is not taken for another. */
  #contradict(datagram: Datagram): void {
    datagram.state = 'contradictory';
    datagram.pieces = [];
    this.#held -= datagram.held;
    datagram.held = 0;
  }

  #giveUpBefore(atMs: number): void {
    for (const [key, datagram] of this.#datagrams) {
      if (datagram.firstAtMs >= atMs) return;
      this.#forget(key, datagram);
    }
  }

  #forgetLongestKnown(): boolean {
    for (const [key, datagram] of this.#datagrams) {
      this.#forget(key, datagram);
      return true;
    }
    return false;
  }

  #forget(key: string, { held }: Datagram): void {
    this.#held -= held;
    this.#datagrams.delete(key);
  }
}

/** Behind the pieces that begin before it, or with it. */
function placeOf(offset: number, pieces: readonly Piece[]): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.offset ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether all of this has come before, the same in every byte. */
function isRepeated({ pieces }: Datagram, { offset, bytes, length }: Piece): boolean {
  let at = offset;
  for (const piece of pieces) {
    const end = piece.offset + piece.length;
    if (end <= at) continue;
    if (piece.offset > at) return false;
    const until = Math.min(end, offset + length);
    for (; at < until; at += 1) {
      const one = piece.bytes[at - piece.offset];
      const other = bytes[at - offset];
      if (one !== undefined && other !== undefined && one !== other) return false;
    }
    if (at === offset + length) return true;
  }
  return false;
}

function payloadOf({ pieces, length }: Datagram): Payload | undefined {
  if (length === undefined) return undefined;
  let at = 0;
  for (const piece of pieces) {
    if (piece.offset !== at) return undefined;
    at += piece.length;
  }
  if (at !== length) return undefined;
  const bytes = new Uint8Array(length);
  for (const piece of pieces) {
    bytes.set(piece.bytes, piece.offset);
    const isCut = piece.bytes.length < piece.length;
    if (isCut) return { bytes: bytes.subarray(0, piece.offset + piece.bytes.length), length };
  }
  return { bytes, length };
}
