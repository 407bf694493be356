/**
 * One pass over the bytes of one packet. Every read names its field; with a recorder, the same pass also notes the
 * fields, so that there is one reader and not two.
 *
 * The first fault is kept. After `stop` nothing more can be read: reads give zeros and empty values, and loops that ask
 * `more` end. After `complain` reading goes on, because the structure is still clear.
 */
import { type MalformedReason, malformed, type StatementIds } from '../malformed.ts';
import type { Direction, Malformed, ProtocolVersion } from '../packet.ts';
import { decodeUtf8, utf8Problem } from '../utf8.ts';
import type { FieldRecorder } from './fields.ts';
import { bytesPreview, hexPreview, quantity, secretMask, textPreview, type Unit } from './preview.ts';

export class Cursor {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Of the connection; a CONNECT sets what it carries. */
  version: ProtocolVersion;
  readonly direction: Direction;
  readonly fields: FieldRecorder | undefined;
  pos: number;
  /** Where the part that is being read ends: the packet, or its properties. */
  limit: number;
  malformed: Malformed | undefined = undefined;
  /** Set in packets that may hold a Password or Authentication Data: what may be a shifted piece of one is hidden. */
  guarded = false;
  /** What messages name instead of the field: the property that is being read. */
  subject: string | undefined = undefined;

  constructor(
    bytes: Uint8Array,
    start: number,
    end: number,
    version: ProtocolVersion,
    direction: Direction,
    fields?: FieldRecorder,
  ) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.version = version;
    this.direction = direction;
    this.fields = fields;
    this.pos = start;
    this.limit = end;
  }

  get left(): number {
    return this.limit - this.pos;
  }

  get more(): boolean {
    return this.pos < this.limit;
  }

  /** Notes a fault at an index into the bytes, and goes on. */
  complain(
    reason: MalformedReason,
    at: number,
    params?: Readonly<Record<string, string | number>>,
    statement?: StatementIds,
  ): void {
    this.malformed ??= malformed(reason, this.version, at - this.start, params, statement);
  }

  /** Notes a fault after which nothing can be read. */
  stop(
    reason: MalformedReason,
    at: number,
    params?: Readonly<Record<string, string | number>>,
    statement?: StatementIds,
  ): void {
    this.complain(reason, at, params, statement);
    this.pos = this.end;
    this.limit = this.end;
    this.fields?.freeze();
  }

  /** One byte. The caller notes the field. */
  byte(field: string): number {
    const at = this.pos;
    if (at >= this.limit) return this.#short(field, 1);
    this.pos = at + 1;
    return this.bytes[at] ?? 0;
  }

  uint8(field: string): number {
    const at = this.pos;
    if (at >= this.limit) return this.#short(field, 1);
    this.pos = at + 1;
    const value = this.bytes[at] ?? 0;
    this.fields?.leaf(field, String(value), at, at + 1);
    return value;
  }

  uint16(field: string, unit?: Unit): number {
    const at = this.pos;
    if (at + 2 > this.limit) return this.#short(field, 2);
    this.pos = at + 2;
    const value = ((this.bytes[at] ?? 0) << 8) | (this.bytes[at + 1] ?? 0);
    this.fields?.leaf(field, quantity(value, unit), at, at + 2);
    return value;
  }

  uint32(field: string, unit?: Unit): number {
    const at = this.pos;
    if (at + 4 > this.limit) return this.#short(field, 4);
    this.pos = at + 4;
    const { bytes } = this;
    const high = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    const low = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const value = high * 0x10000 + low;
    this.fields?.leaf(field, quantity(value, unit), at, at + 4);
    return value;
  }

  /** A Variable Byte Integer (v5 1.5.5): at most four bytes, and in 5.0 no more than needed. */
  variableByteInteger(field: string): number {
    const at = this.pos;
    let value = 0;
    let scale = 1;
    for (let index = at; index < at + 4; index += 1) {
      if (index >= this.limit) return this.#short(field, index - at + 1);
      const byte = this.bytes[index] ?? 0;
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
      if (byte < 0x80) {
        this.pos = index + 1;
        this.fields?.leaf(field, String(value), at, index + 1);
        if (byte === 0 && index > at && this.version === 5) {
          this.complain('variable-byte-integer-not-minimal', at, { field: this.#named(field) });
        }
        return value;
      }
    }
    this.stop('variable-byte-integer-too-long', at, { field: this.#named(field) });
    return 0;
  }

  /** A UTF-8 Encoded String (v5 1.5.4): two bytes of length, then the text. */
  text(field: string): string {
    const from = this.#lengthPrefixed(field);
    if (from < 0) return '';
    const value = decodeUtf8(this.bytes, from, this.pos);
    if (value !== undefined) {
      this.fields?.leaf(field, textPreview(value), from, this.pos);
      return value;
    }
    const problem = utf8Problem(this.bytes, from, this.pos);
    if (problem !== undefined) {
      // U+0000 is the first sign of a length that is wrong, and of fields that have run into each other.
      const shifted = this.guarded && this.bytes.subarray(from, this.pos).includes(0);
      const preview = shifted ? secretMask : hexPreview(this.bytes, from, this.pos);
      this.fields?.leaf(field, preview, from, this.pos, shifted);
      const reason = problem.kind === 'null' ? 'utf8-null' : 'not-utf8';
      const params = { field: this.#named(field) };
      if (shifted) this.stop(reason, problem.offset, params);
      else this.complain(reason, problem.offset, params);
    }
    return '';
  }

  /** Binary Data (v5 1.5.6): two bytes of length, then as many bytes. A view. */
  binary(field: string, secret = false): Uint8Array {
    const from = this.#lengthPrefixed(field);
    if (from < 0) return this.bytes.subarray(0, 0);
    if (this.fields !== undefined) {
      const preview = secret ? secretMask : bytesPreview(this.bytes, from, this.pos);
      this.fields.leaf(field, preview, from, this.pos, secret);
    }
    return this.bytes.subarray(from, this.pos);
  }

  /** Everything up to the end of the packet. A view. */
  rest(field: string): Uint8Array {
    const from = this.pos;
    this.pos = this.limit;
    this.fields?.leaf(field, bytesPreview(this.bytes, from, this.pos), from, this.pos);
    return this.bytes.subarray(from, this.pos);
  }

  /** Steps over a length and what it announces; returns where that starts, or -1 after a fault. */
  #lengthPrefixed(field: string): number {
    const at = this.pos;
    if (at + 2 > this.limit) {
      this.#short(field, 2);
      return -1;
    }
    const length = ((this.bytes[at] ?? 0) << 8) | (this.bytes[at + 1] ?? 0);
    this.pos = at + 2;
    this.fields?.leaf(`${field} Length`, String(length), at, at + 2);
    if (this.pos + length > this.limit) {
      this.stop('truncated', at, { field: this.#named(field), needed: length, left: this.left });
      return -1;
    }
    this.pos += length;
    return at + 2;
  }

  #named(field: string): string {
    return this.subject ?? field;
  }

  #short(field: string, needed: number): 0 {
    this.stop('truncated', this.pos, { field: this.#named(field), needed, left: this.left });
    return 0;
  }
}
