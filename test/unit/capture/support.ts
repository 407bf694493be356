/** A trace with its rules, saved as a capture and read back. */
import type {
  ConnectionView,
  ExpectationView,
  SessionRulesInput,
  SessionView,
  WillView,
} from '../../../src/session/model.ts';
import { SessionRules } from '../../../src/session/rules.ts';
import type { CaptureSummary } from '../../../src/trace/capture/reader.ts';
import { CaptureReader } from '../../../src/trace/capture/reader.ts';
import { CaptureWriter, type CaptureWriterOptions } from '../../../src/trace/capture/writer.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import { Recorder } from '../../../src/trace/recorder.ts';
import { Trace } from '../../../src/trace/trace.ts';

export interface Entities {
  readonly connections: readonly ConnectionView[];
  readonly sessions: readonly SessionView[];
  readonly wills: readonly WillView[];
  readonly expectations: readonly ExpectationView[];
}

/** What a trace and the rules say at a time. */
export class Recording {
  readonly trace: Trace;
  readonly rules = new SessionRules();
  readonly recorder: Recorder;

  constructor(trace = new Trace()) {
    this.trace = trace;
    this.recorder = new Recorder(trace, this.rules);
  }

  records(): TraceRecord[] {
    const records: TraceRecord[] = [];
    for (let seq = this.trace.firstSeq; seq < this.trace.endSeq; seq += 1) {
      const record = this.trace.read(seq);
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  entitiesAt(atMs: number): Entities {
    this.rules.advance(atMs);
    const { connections, sessions, wills, expectations } = this.rules.takeChanges();
    return { connections, sessions, wills, expectations };
  }
}

/** Records to be compared: bytes as text, which is compared much faster than views into the trace. */
export function plain(records: readonly TraceRecord[]): string[] {
  return records.map(({ bytes, ...rest }) => `${inOrder(rest)} ${Buffer.from(bytes).toString('hex')}`);
}

/** As text, with the keys of objects in their order. */
export function inOrder(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

export function save(
  records: readonly TraceRecord[],
  untilMs: number,
  options: CaptureWriterOptions = { mask: true },
): Uint8Array {
  const writer = new CaptureWriter(options);
  for (const record of records) writer.write(record);
  return Buffer.concat([writer.take(), writer.end(untilMs)]);
}

export function reopen(
  file: Uint8Array,
  pieceBytes = file.length,
): { readonly recording: Recording; readonly summary: CaptureSummary } {
  const recording = new Recording();
  const reader = new CaptureReader(recording.recorder);
  for (let at = 0; at < file.length; at += pieceBytes) reader.push(file.subarray(at, at + pieceBytes));
  return { recording, summary: reader.finish() };
}

/** Lets a story of the session rules pass through a recorder: what it tells as packets becomes bytes. */
export class RecordedRules implements SessionRulesInput {
  readonly recording = new Recording();
  readonly #ids = new Map<number, number>();
  readonly advance = this.recording.rules.advance.bind(this.recording.rules);
  readonly takeChanges = this.recording.rules.takeChanges.bind(this.recording.rules);

  opened(...[, atMs, connection, info]: Parameters<SessionRulesInput['opened']>): void {
    this.#ids.set(connection, this.recording.recorder.opened(atMs, info, connection));
  }

  packet(...told: Parameters<SessionRulesInput['packet']>): void {
    const [, atMs, connection, direction, bytes, start, end] = told;
    this.recording.recorder.bytes(atMs, this.#id(connection), direction, bytes.subarray(start, end));
  }

  /** Bytes that no version of MQTT has. */
  unreadable(...[, atMs, connection, direction]: Parameters<SessionRulesInput['unreadable']>): void {
    this.recording.recorder.bytes(atMs, this.#id(connection), direction, Uint8Array.of(0x00, 0x00));
  }

  closed(...[, atMs, connection, end]: Parameters<SessionRulesInput['closed']>): void {
    this.recording.recorder.closed(atMs, this.#id(connection), end);
  }

  action(...[, atMs, action, target]: Parameters<SessionRulesInput['action']>): void {
    this.recording.recorder.action(atMs, action, target);
  }

  #id(connection: number): number {
    return this.#ids.get(connection) ?? connection;
  }
}
