import { BatchBuilder } from '../trace/batch.ts';
import type { RecordBatch } from '../trace/model.ts';
import type { Trace } from '../trace/trace.ts';

/** The records on their way to the one receiver, each once and in order, as long as it follows. */
export class RecordFeed {
  readonly #trace: Trace;
  #builder: BatchBuilder;
  #nextSeq: number;
  #following = false;

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#builder = new BatchBuilder(trace);
    this.#nextSeq = trace.firstSeq;
  }

  /** Records from `fromSeq` on, as many as fit in a batch; what follows them comes by `take`. */
  from(fromSeq: number, anew: boolean): RecordBatch {
    if (anew) this.#builder = new BatchBuilder(this.#trace);
    return this.#build(fromSeq);
  }

  follow(on: boolean): void {
    this.#following = on;
  }

  /** What is new since the last batch; undefined when nothing is, or nobody follows. */
  take(): RecordBatch | undefined {
    return this.behind ? this.#build(this.#nextSeq) : undefined;
  }

  /** Whether there is more to take. */
  get behind(): boolean {
    return this.#following && this.#nextSeq < this.#trace.endSeq;
  }

  #build(fromSeq: number): RecordBatch {
    const batch = this.#builder.build(fromSeq);
    this.#nextSeq = batch.firstSeq + batch.count;
    return batch;
  }
}

/** All buffers of a batch, to be transferred. */
export function buffersOf(batch: RecordBatch): ArrayBuffer[] {
  const columns = [
    batch.atMs,
    batch.connection,
    batch.kind,
    batch.direction,
    batch.firstByte,
    batch.length,
    batch.packetId,
    batch.reasonCode,
    batch.topic,
  ];
  return columns.map(({ buffer }) => buffer).filter((each) => each instanceof ArrayBuffer);
}
