/** Captures on disk: the trace saved to a file, a file opened as the trace, and the trace written while it is recorded. */
import { createReadStream } from 'node:fs';
import { type FileHandle, open as openFile, rename, rm, stat } from 'node:fs/promises';
import { CaptureReader, type CaptureSummary } from '../trace/capture/reader.ts';
import { CaptureWriter, type KnownOpening } from '../trace/capture/writer.ts';
import type { Recorder } from '../trace/recorder.ts';
import type { Trace } from '../trace/trace.ts';
import { verdictComments } from './capture-comments.ts';
import type { Entities } from './entities.ts';
import { engineErrors } from './errors.ts';
import type { CaptureProgress, SavedCapture } from './messages.ts';

/** So much is read, or gathered to be written, at a time. In bytes. */
const PIECE_BYTES = 1_048_576;
/** So many records are written before others get their turn. */
const RECORDS_AT_A_TIME = 5_000;

export interface CapturesPorts {
  readonly trace: () => Trace;
  readonly entities: Entities;
  readonly now: () => number;
}

/** Writes the records that the trace holds now into `path`, in the place of what was there. */
export async function saveCapture(
  { trace, entities, now }: CapturesPorts,
  path: string,
  mask: boolean,
): Promise<SavedCapture> {
  const held = trace();
  const comments = verdictComments(entities.all().expectations);
  const { firstSeq, endSeq, dropped } = held.stats();
  const writer = new CaptureWriter({
    mask,
    dropped,
    openingOf: (connection) => openingOf(held, entities, connection),
    commentsOn: (seq) => comments.get(seq) ?? [],
  });
  const untilMs = now();
  // A file that is half written must not take the place of a whole one.
  const unfinished = `${path}.unfinished`;
  const file = await openFile(unfinished, 'w').catch((error: unknown) => {
    throw engineErrors.cannotWrite(path, error);
  });
  try {
    for (let seq = firstSeq; seq < endSeq; seq += 1) {
      const record = held.read(seq);
      if (record !== undefined) writer.write(record);
      if (writer.waiting > PIECE_BYTES || seq % RECORDS_AT_A_TIME === 0) await file.write(writer.take());
    }
    await file.write(writer.take());
    await file.write(writer.end(untilMs));
    await file.close();
    await rename(unfinished, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(unfinished, { force: true });
    throw engineErrors.cannotWrite(path, error);
  }
  return { records: endSeq - firstSeq, dropped };
}

/** Reads a file into the recorder, piece by piece; `reached` is told how far it was read. */
export async function openCapture(
  path: string,
  recorder: Recorder,
  reached: (progress: CaptureProgress) => void,
): Promise<CaptureSummary> {
  const reader = new CaptureReader(recorder);
  let read = 0;
  try {
    const { size } = await stat(path);
    for await (const chunk of createReadStream(path, { highWaterMark: PIECE_BYTES })) {
      const bytes: Uint8Array = chunk;
      reader.push(bytes);
      read += bytes.length;
      reached({ share: Math.min(1, read / Math.max(1, size)), untilMs: reader.untilMs ?? 0 });
      if (reader.stopped) break;
    }
  } catch (error) {
    throw engineErrors.cannotRead(path, error);
  }
  const summary = reader.finish();
  if (summary.problem?.code === 'not-a-capture') throw engineErrors.notACapture(path);
  reached({ share: 1, untilMs: summary.untilMs ?? 0 });
  return summary;
}

function openingOf(trace: Trace, entities: Entities, connection: number): KnownOpening | undefined {
  const dropped = trace.droppedOf(connection);
  if (dropped !== undefined) return { info: dropped.info, passed: dropped.bytes };
  const view = entities.connection(connection);
  if (view === undefined) return undefined;
  const { server, client, label } = view;
  return { info: { server, tap: client === undefined ? 'listener' : 'client', client, label } };
}

export interface RecordingOptions {
  readonly path: string;
  readonly mask: boolean;
  /** When the file is longer, it becomes `path` with `.1` before its ending, in the place of the one before, and a new one begins. In bytes. */
  readonly limitBytes: number;
}

/** Writes what is recorded as it comes, so that it outlives this process. */
export class Recording {
  readonly #options: RecordingOptions;
  readonly #ports: CapturesPorts;
  #writer: CaptureWriter;
  #nextSeq: number;
  #file: FileHandle | undefined = undefined;
  #written = 0;
  #work: Promise<void> = Promise.resolve();
  #failed: unknown = undefined;

  constructor(options: RecordingOptions, ports: CapturesPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#writer = this.#newWriter();
    this.#nextSeq = ports.trace().firstSeq;
  }

  /** @throws when the file cannot be written */
  async begin(): Promise<void> {
    const { path } = this.#options;
    try {
      this.#file = await openFile(path, 'w');
    } catch (error) {
      throw engineErrors.cannotWrite(path, error);
    }
    await this.#write(this.#writer.take());
  }

  /** Why it writes no more, if it does not. */
  get failed(): unknown {
    return this.#failed;
  }

  /** Takes what is new in the trace. */
  follow(): void {
    const trace = this.#ports.trace();
    const { endSeq } = trace;
    if (this.#failed !== undefined || this.#nextSeq === endSeq) return;
    if (this.#written >= this.#options.limitBytes) this.#part();
    for (let seq = Math.max(this.#nextSeq, trace.firstSeq); seq < endSeq; seq += 1) {
      const record = trace.read(seq);
      if (record !== undefined) this.#writer.write(record);
    }
    this.#nextSeq = endSeq;
    const bytes = this.#writer.take();
    this.#written += bytes.length;
    this.#queue(() => this.#write(bytes));
  }

  /** Ends the file as a whole one. */
  async end(): Promise<void> {
    this.follow();
    await this.#work;
    if (this.#failed === undefined) await this.#write(this.#writer.end(this.#ports.now()));
    await this.#file?.close();
    this.#file = undefined;
  }

  #newWriter(after?: CaptureWriter): CaptureWriter {
    const { entities, trace } = this.#ports;
    return new CaptureWriter({
      mask: this.#options.mask,
      openingOf: (connection) => openingOf(trace(), entities, connection),
      after,
    });
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#file?.write(bytes);
  }

  #queue(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#failed ??= error;
    });
  }

  /** What comes from here on goes into a file of its own, which stands for itself. */
  #part(): void {
    const { path } = this.#options;
    this.#written = 0;
    this.#writer = this.#newWriter(this.#writer);
    this.#queue(async () => {
      await this.#file?.close();
      await rename(path, earlierPath(path));
      this.#file = await openFile(path, 'w');
    });
  }
}

/** Where the part of a recording is that came before the one at `path`. */
export function earlierPath(path: string): string {
  return path.replace(/(\.[^./\\]*)?$/, '.1$1');
}
