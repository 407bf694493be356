/**
 * Follows the packet borders of one direction while its bytes pass, so that single packets can be left out, and so that a rule
 * can wait for one. Everything else passes as it is, also what cannot be read. Holds back at most the first bytes of a
 * packet that is to be left out, as long as they do not tell its length.
 */
import { type Direction, TO_SERVER } from '../../mqtt/packet.ts';
import {
  type ConnectionState,
  connectVersion,
  FAULT,
  INCOMPLETE,
  PacketBorder,
} from '../../mqtt/packet-border.ts';
import { packetTypeNumber } from '../../mqtt/packet-types.ts';

const CONNECT = packetTypeNumber('connect');
/** More than any packet needs to tell its length. */
const probeBytes = 256;

export interface GateSink {
  /** These bytes pass, in their order. */
  pass(bytes: Buffer): void;
  /** A packet of this type has passed to its end. Told only while `watching`. */
  passed(type: number): void;
  /** A packet of this type is left out: its first bytes, or those that follow. */
  dropped(bytes: Buffer, type: number, first: boolean): void;
  /** From here on this is not MQTT; told only while `watching`. */
  unreadable(): void;
}

export class PacketGate {
  /** Whether the end of each packet is told. */
  watching = false;
  /** The number of the packet type that is left out; 0 for none. */
  dropping = 0;

  /** Whether bytes may be held back here; if not, a packet passes whose first byte comes alone. */
  mayHold = true;

  readonly #direction: Direction;
  readonly #state: ConnectionState;
  readonly #border: PacketBorder;
  readonly #sink: GateSink;
  #unreadable = false;
  /** What is still to come of the packet under way, in bytes. */
  #rest = 0;
  #type = 0;
  #drop = false;
  /** First bytes of a packet that do not tell its length yet: those that have passed, or those that have not. */
  #seen: Buffer | undefined;
  #held: Buffer | undefined;

  constructor(direction: Direction, state: ConnectionState, sink: GateSink) {
    this.#direction = direction;
    this.#state = state;
    this.#border = new PacketBorder(direction, state);
    this.#sink = sink;
  }

  /** Whether it goes packet by packet now. */
  get sifting(): boolean {
    return this.watching || this.dropping !== 0 || this.#drop;
  }

  /** Takes what follows in this direction. */
  feed(chunk: Buffer): void {
    const held = this.#held;
    this.#held = undefined;
    const bytes = held === undefined ? chunk : Buffer.concat([held, chunk]);
    if (this.#unreadable) this.#sink.pass(bytes);
    else if (this.sifting) this.#sift(bytes);
    else {
      this.#follow(bytes);
      this.#sink.pass(bytes);
    }
  }

  /** The direction has ended: what was held back passes. */
  finish(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#sink.pass(held);
  }

  /** Only keeps up with where packets begin. */
  #follow(bytes: Buffer): void {
    const end = bytes.length;
    let pos = this.#rest;
    while (pos < end) {
      const length = this.#begin(bytes, pos);
      if (length === FAULT) return;
      if (length === INCOMPLETE) {
        this.#rest = 0;
        this.#see(bytes, pos);
        return;
      }
      pos += length;
    }
    this.#rest = pos - end;
  }

  /** Goes packet by packet. */
  #sift(bytes: Buffer): void {
    const sink = this.#sink;
    const end = bytes.length;
    let from = 0;
    let pos = 0;
    const passTo = (to: number): void => {
      if (to > from) sink.pass(from === 0 && to === end ? bytes : bytes.subarray(from, to));
      from = to;
    };
    const go = (first: boolean): void => {
      const next = Math.min(end, pos + this.#rest);
      if (this.#drop) {
        passTo(pos);
        if (next > pos) sink.dropped(bytes.subarray(pos, next), this.#type, first);
        from = next;
      }
      this.#rest -= next - pos;
      pos = next;
      if (this.#rest > 0) return;
      if (!this.#drop && this.watching) {
        passTo(pos);
        sink.passed(this.#type);
      }
      this.#drop = false;
    };
    if (this.#rest > 0) go(false);
    while (pos < end) {
      const whole = this.#seen === undefined;
      const length = this.#begin(bytes, pos);
      if (length === FAULT) {
        passTo(end);
        sink.unreadable();
        return;
      }
      if (length === INCOMPLETE) {
        const mayDrop = this.mayHold && whole && this.dropping === (bytes[pos] ?? 0) >> 4;
        if (!mayDrop) {
          this.#see(bytes, pos);
          break;
        }
        passTo(pos);
        this.#held = Buffer.from(bytes.subarray(pos));
        return;
      }
      this.#rest = length;
      this.#drop = whole && this.dropping === this.#type;
      go(true);
    }
    passTo(end);
  }

  #see(bytes: Buffer, pos: number): void {
    this.#seen = Buffer.concat([this.#seen ?? Buffer.alloc(0), bytes.subarray(pos)]);
  }

  /** How much from `pos` on belongs to the packet that begins there, or began with what was seen; or `INCOMPLETE`, or `FAULT`. */
  #begin(bytes: Buffer, pos: number): number {
    const seen = this.#seen;
    const probe = seen === undefined ? bytes : Buffer.concat([seen, bytes.subarray(pos, pos + probeBytes)]);
    const start = seen === undefined ? pos : 0;
    const total = this.#border.totalLength(probe, start, probe.length);
    if (total === FAULT) {
      this.#unreadable = true;
      this.#seen = undefined;
      return FAULT;
    }
    if (total === INCOMPLETE) return INCOMPLETE;
    this.#type = (probe[start] ?? 0) >> 4;
    this.#border.begun = true;
    if (this.#type === CONNECT && this.#direction === TO_SERVER) this.#learnVersion(probe, start);
    this.#seen = undefined;
    return total - (seen?.length ?? 0);
  }

  /** The Protocol Version stands behind the Protocol Name, which the border has judged. */
  #learnVersion(bytes: Buffer, start: number): void {
    if (this.#state.version !== undefined) return;
    let body = start + 1;
    while ((bytes[body] ?? 0) > 0x7f) body += 1;
    const nameAt = body + 1;
    const name = ((bytes[nameAt] ?? 0) << 8) | (bytes[nameAt + 1] ?? 0);
    this.#state.version = connectVersion(bytes[nameAt + 2 + name] ?? 0);
  }
}
