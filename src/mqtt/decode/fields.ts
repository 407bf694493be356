/** Notes every field beside its bytes while a packet is decoded. */
import type { Field } from '../packet.ts';

interface OpenGroup {
  readonly name: string;
  readonly start: number;
  readonly fields: Field[];
}

/** A packet of nothing but tiny fields must not cost many times its size. */
export const maxFields = 10_000;

/** Offsets come in as indices into the bytes, and go out from the start of the packet. */
export class FieldRecorder {
  /** The first byte after everything that has been noted. */
  covered: number;
  readonly #packetStart: number;
  readonly #root: Field[] = [];
  readonly #open: OpenGroup[] = [];
  #frozen = false;
  #count = 0;

  constructor(packetStart: number) {
    this.#packetStart = packetStart;
    this.covered = packetStart;
  }

  leaf(name: string, value: string, start: number, end: number, secret = false): void {
    if (this.#frozen) return;
    this.#count += 1;
    if (this.#count > maxFields) {
      this.freeze();
      return;
    }
    const field = { name, value, start: start - this.#packetStart, end: end - this.#packetStart };
    this.#siblings().push(secret ? { ...field, secret } : field);
    if (end > this.covered) this.covered = end;
  }

  open(name: string, start: number): void {
    if (!this.#frozen) this.#open.push({ name, start, fields: [] });
  }

  close(): void {
    if (!this.#frozen) this.#closeLast();
  }

  /** From here on nothing is noted: what follows was not read. */
  freeze(): void {
    this.#frozen = true;
  }

  /** Everything noted; closes what is still open. */
  finish(): Field[] {
    while (this.#open.length > 0) this.#closeLast();
    return this.#root;
  }

  #closeLast(): void {
    const group = this.#open.pop();
    if (group === undefined) return;
    const { name, fields } = group;
    const start = group.start - this.#packetStart;
    const end = fields.at(-1)?.end ?? start;
    this.#siblings().push({ name, value: '', start, end, fields });
  }

  #siblings(): Field[] {
    return this.#open.at(-1)?.fields ?? this.#root;
  }
}
