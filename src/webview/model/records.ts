/** The records of the trace as the page holds them: columns in chunks of one size, found by sequence number. */
import type { RecordBatch } from '../../trace/model.ts';
import { type RecordType, recordTypeOf } from './record-types.ts';

const chunkRows = 16_384;

class Chunk {
  readonly firstSeq: number;
  count = 0;
  readonly atMs = new Float64Array(chunkRows);
  readonly connection = new Uint32Array(chunkRows);
  readonly kind = new Uint8Array(chunkRows);
  readonly direction = new Uint8Array(chunkRows);
  readonly firstByte = new Uint8Array(chunkRows);
  readonly length = new Uint32Array(chunkRows);
  readonly packetId = new Uint16Array(chunkRows);
  readonly reasonCode = new Uint8Array(chunkRows);
  readonly topic = new Int32Array(chunkRows);

  constructor(firstSeq: number) {
    this.firstSeq = firstSeq;
  }

  get endSeq(): number {
    return this.firstSeq + this.count;
  }

  /** Takes rows from `from` on, as many as fit; says how many. */
  take(batch: RecordBatch, from: number): number {
    const taken = Math.min(chunkRows - this.count, batch.count - from);
    const to = from + taken;
    this.atMs.set(batch.atMs.subarray(from, to), this.count);
    this.connection.set(batch.connection.subarray(from, to), this.count);
    this.kind.set(batch.kind.subarray(from, to), this.count);
    this.direction.set(batch.direction.subarray(from, to), this.count);
    this.firstByte.set(batch.firstByte.subarray(from, to), this.count);
    this.length.set(batch.length.subarray(from, to), this.count);
    this.packetId.set(batch.packetId.subarray(from, to), this.count);
    this.reasonCode.set(batch.reasonCode.subarray(from, to), this.count);
    this.topic.set(batch.topic.subarray(from, to), this.count);
    this.count += taken;
    return taken;
  }
}

/** One record, copied out of its columns. */
export interface RecordRow {
  readonly seq: number;
  readonly atMs: number;
  readonly connection: number;
  readonly type: RecordType;
  readonly kind: number;
  readonly direction: number;
  readonly firstByte: number;
  /** In bytes, on the wire. */
  readonly length: number;
  /** 0 where there is none. */
  readonly packetId: number;
  readonly reasonCode: number;
  readonly topic: string | undefined;
}

/** What the index reads of each record, without an object per record. */
export type RecordVisitor = (
  seq: number,
  atMs: number,
  connection: number,
  type: RecordType,
  direction: number,
  topic: number,
) => void;

export class RecordStore {
  #chunks: Chunk[] = [];
  #topics: string[] = [];
  #firstSeq = 0;
  #count = 0;

  /** The oldest record that is held. */
  get firstSeq(): number {
    return this.#firstSeq;
  }

  /** One past the newest. */
  get endSeq(): number {
    return this.#chunks.at(-1)?.endSeq ?? this.#firstSeq;
  }

  get size(): number {
    return this.#count;
  }

  get topics(): readonly string[] {
    return this.#topics;
  }

  clear(): void {
    this.#chunks = [];
    this.#topics = [];
    this.#firstSeq = 0;
    this.#count = 0;
  }

  /** Takes a batch; rows that are held already are passed over. */
  append(batch: RecordBatch): void {
    for (const topic of batch.newTopics) this.#topics.push(topic);
    let from = this.#count === 0 ? 0 : Math.max(0, this.endSeq - batch.firstSeq);
    if (this.#count === 0 && batch.count > 0) {
      this.#chunks = [];
      this.#firstSeq = batch.firstSeq;
    }
    while (from < batch.count) {
      const last = this.#chunks.at(-1);
      const seq = batch.firstSeq + from;
      const fits = last !== undefined && last.count < chunkRows && last.endSeq === seq;
      const chunk = fits ? last : new Chunk(seq);
      if (!fits) this.#chunks.push(chunk);
      const taken = chunk.take(batch, from);
      this.#count += taken;
      from += taken;
    }
  }

  /** Lets go of whole chunks before `seq`, and says whether that was any. */
  dropBefore(seq: number): boolean {
    let dropped = 0;
    while (dropped < this.#chunks.length && (this.#chunks[dropped]?.endSeq ?? seq + 1) <= seq) {
      this.#count -= this.#chunks[dropped]?.count ?? 0;
      dropped += 1;
    }
    if (dropped === 0) return false;
    const endSeq = this.endSeq;
    this.#chunks.splice(0, dropped);
    this.#firstSeq = this.#chunks[0]?.firstSeq ?? endSeq;
    return true;
  }

  get(seq: number): RecordRow | undefined {
    const chunk = this.#chunkOf(seq);
    if (chunk === undefined) return undefined;
    const i = seq - chunk.firstSeq;
    const kind = chunk.kind[i] ?? 0;
    const firstByte = chunk.firstByte[i] ?? 0;
    const topic = chunk.topic[i] ?? -1;
    return {
      seq,
      atMs: chunk.atMs[i] ?? 0,
      connection: chunk.connection[i] ?? 0,
      type: recordTypeOf(kind, firstByte),
      kind,
      direction: chunk.direction[i] ?? 0,
      firstByte,
      length: chunk.length[i] ?? 0,
      packetId: chunk.packetId[i] ?? 0,
      reasonCode: chunk.reasonCode[i] ?? 0,
      topic: topic < 0 ? undefined : this.#topics[topic],
    };
  }

  /** Visits every record from `fromSeq` on, in order. */
  visit(fromSeq: number, visitor: RecordVisitor): void {
    for (const chunk of this.#chunks) {
      if (chunk.endSeq <= fromSeq) continue;
      for (let i = Math.max(0, fromSeq - chunk.firstSeq); i < chunk.count; i += 1) {
        visitor(
          chunk.firstSeq + i,
          chunk.atMs[i] ?? 0,
          chunk.connection[i] ?? 0,
          recordTypeOf(chunk.kind[i] ?? 0, chunk.firstByte[i] ?? 0),
          chunk.direction[i] ?? 0,
          chunk.topic[i] ?? -1,
        );
      }
    }
  }

  #chunkOf(seq: number): Chunk | undefined {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#chunks[middle]?.endSeq ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    const chunk = this.#chunks[low];
    return chunk !== undefined && seq >= chunk.firstSeq ? chunk : undefined;
  }
}
