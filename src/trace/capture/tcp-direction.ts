/**
 * One direction of a TCP connection in a capture: brings its segments into their order, leaves out what comes twice, and
 * finds what the capture misses (RFC 9293).
 */

/** Takes the bytes of a direction, in their order. */
export interface DirectionSink {
  /** `bytes[start, end)`, and behind them `missing` more that the capture did not keep. */
  data(bytes: Uint8Array, start: number, end: number, missing: number, push: boolean): void;
  /** So many bytes are in no segment of the capture. */
  lost(count: number): void;
  /** The sender has closed, and all before that has been told. */
  fin(): void;
}

interface Held {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly push: boolean;
}

/** What comes before its turn is held up to here. In bytes, and in segments. */
const HELD_BYTES_LIMIT = 2_097_152;
const HELD_SEGMENTS_LIMIT = 2048;
/** More than any window: a sequence number so far ahead is not of this connection. */
const AHEAD_LIMIT = 0x4000_0000;
/** No window is larger in what there is: what is further away is of another connection, and its receiver ignores it, too. In bytes. */
const WINDOW_LIMIT = 16_777_216;
/**
 * A capture may show an acknowledgement before the segment that it acknowledges. When so many more have passed, the
 * segment is taken as missing.
 */
const PATIENCE_PACKETS = 16;

export class TcpDirection {
  readonly #sink: DirectionSink;
  /** As SYN told it. */
  #first: number | undefined = undefined;
  /** The sequence number that comes next; undefined until one was seen. */
  #next: number | undefined = undefined;
  #held: Held[] = [];
  #heldBytes = 0;
  /** The sequence number behind the last byte, once the sender has closed. */
  #finAt: number | undefined = undefined;
  #finTold = false;
  /** The other side has acknowledged up to here, and for how many packets more than was seen. */
  #acknowledged: number | undefined = undefined;
  /** The sender has sent all before this: its RST says so. */
  #sent: number | undefined = undefined;
  #waited = 0;

  constructor(sink: DirectionSink) {
    this.#sink = sink;
  }

  /** In bytes: what is held because something before it has not come. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The first byte has this sequence number. */
  begin(sequence: number): void {
    this.#first ??= sequence >>> 0;
    this.#next ??= sequence >>> 0;
  }

  /** The other side has acknowledged what was not seen yet. */
  get isBehind(): boolean {
    return this.#missingUntil(this.#acknowledged) > 0;
  }

  /** The sender's FIN has come, whether or not what precedes it has. */
  get hasFin(): boolean {
    return this.#finAt !== undefined;
  }

  /** The sequence number of the first byte, if SYN was seen. */
  get first(): number | undefined {
    return this.#first;
  }

  segment(
    sequence: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    length: number,
    push: boolean,
  ): void {
    this.#next ??= sequence;
    const ahead = (sequence - this.#next) | 0;
    if (ahead > 0) this.#hold(sequence, ahead, bytes, start, end, length, push);
    else this.#deliver(-ahead, bytes, start, end, length, push);
    this.#drain();
  }

  /** The sender has closed behind this sequence number. */
  fin(sequence: number): void {
    this.#next ??= sequence >>> 0;
    this.#finAt ??= sequence >>> 0;
    this.#drain();
  }

  /** The other side has everything before this sequence number. */
  acknowledged(sequence: number): void {
    this.#next ??= sequence;
    if (!this.#isNear(sequence)) return;
    this.#acknowledged = sequence;
    if (((sequence - this.#next) | 0) <= 0) this.#waited = 0;
    else {
      this.#waited += 1;
      if (this.#waited > PATIENCE_PACKETS) this.giveUp();
    }
  }

  /** The sender has reset the connection, behind everything before this sequence number. Returns whether it is one of this connection. */
  reset(sequence: number): boolean {
    if (!this.#isNear(sequence)) return false;
    this.#sent = sequence;
    return true;
  }

  #isNear(sequence: number): boolean {
    return Math.abs((sequence - (this.#next ?? sequence)) | 0) <= WINDOW_LIMIT;
  }

  /** What the other side has acknowledged and nobody has seen counts as missing from now on. */
  settle(): void {
    while (this.#missingUntil(this.#acknowledged) > 0) this.giveUp();
  }

  /** Nothing that is missing will come any more. */
  finish(): void {
    while (this.#held.length > 0) this.giveUp();
    for (const end of [this.#acknowledged, this.#finAt, this.#sent]) {
      if (this.#missingUntil(end) > 0) this.giveUp(end);
    }
  }

  /** Takes what is missing next, up to that sequence number, as lost. */
  giveUp(until = this.#held[0]?.sequence ?? this.#acknowledged): void {
    this.#waited = 0;
    const missing = this.#missingUntil(until);
    if (missing > 0) {
      this.#next = ((this.#next ?? 0) + missing) >>> 0;
      this.#sink.lost(missing);
    }
    this.#drain();
    // What stands behind a FIN is of no connection that makes sense; it must not be waited for.
    const first = this.#held[0];
    if (missing === 0 && first !== undefined) {
      this.#next = first.sequence;
      this.#drain();
    }
  }

  /** How many bytes are missing before this sequence number. A FIN counts as one, and is none. */
  #missingUntil(sequence: number | undefined): number {
    if (sequence === undefined || this.#next === undefined) return 0;
    const missing = (sequence - this.#next) | 0;
    const withFin = this.#finAt !== undefined && !this.#finTold && ((sequence - this.#finAt) | 0) > 0;
    return Math.max(0, withFin ? missing - 1 : missing);
  }

  #deliver(old: number, bytes: Uint8Array, start: number, end: number, length: number, push: boolean): void {
    if (old >= length) return;
    const from = Math.min(start + old, end);
    const fresh = length - old;
    this.#next = ((this.#next ?? 0) + fresh) >>> 0;
    this.#sink.data(bytes, from, end, fresh - (end - from), push);
  }

  #hold(
    sequence: number,
    ahead: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    length: number,
    push: boolean,
  ): void {
    if (ahead > AHEAD_LIMIT || length === 0) return;
    const full =
      this.#heldBytes + (end - start) > HELD_BYTES_LIMIT || this.#held.length >= HELD_SEGMENTS_LIMIT;
    if (full) this.giveUp();
    const next = this.#next ?? 0;
    if (((sequence - next) | 0) <= 0) {
      this.#deliver((next - sequence) | 0, bytes, start, end, length, push);
      return;
    }
    let place = this.#held.length;
    while (place > 0 && (((this.#held[place - 1]?.sequence ?? 0) - sequence) | 0) > 0) place -= 1;
    this.#held.splice(place, 0, { sequence, bytes: bytes.slice(start, end), length, push });
    this.#heldBytes += end - start;
  }

  #drain(): void {
    for (let first = this.#held[0]; first !== undefined; first = this.#held[0]) {
      const ahead = (first.sequence - (this.#next ?? 0)) | 0;
      if (ahead > 0) break;
      this.#held.shift();
      this.#heldBytes -= first.bytes.length;
      this.#deliver(-ahead, first.bytes, 0, first.bytes.length, first.length, first.push);
    }
    if (this.#finAt !== undefined && !this.#finTold && (((this.#next ?? 0) - this.#finAt) | 0) >= 0) {
      this.#finTold = true;
      // FIN takes the place of a byte.
      this.#next = (this.#finAt + 1) >>> 0;
      this.#sink.fin();
    }
  }
}
