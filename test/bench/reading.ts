/**
 * Reading packets off the wire: the cheap depth into the trace's columns, beside mqtt-packet parsing the same
 * bytes.
 */
import { parser } from 'mqtt-packet';
import { TO_SERVER } from '../../src/mqtt/packet.ts';
import type { RecordListener } from '../../src/trace/listener.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { Trace } from '../../src/trace/trace.ts';
import { inTurns, type Report } from './measure.ts';
import { type Traffic, traffic } from './traffic.ts';

const PACKETS = 200_000;
const PAYLOAD_BYTES = 24;
const CHUNK_BYTES = 65_536;
const ROUNDS = 9;
const TIMES = 10;

const nobody: RecordListener = {
  opened: () => undefined,
  packet: () => undefined,
  unreadable: () => undefined,
  closed: () => undefined,
  action: () => undefined,
};

export async function bench(report: Report): Promise<void> {
  const input = traffic(PACKETS, PAYLOAD_BYTES);
  const chunks = inChunks(input.bytes);
  const seconds = inTurns(
    ROUNDS,
    () => expectCount(record(input, chunks)),
    () => expectCount(parse(chunks)),
  );
  const value = PACKETS / seconds.subject;
  const yardstickValue = PACKETS / seconds.yardstick;
  const ratio = value / yardstickValue;
  report({
    name: 'reading: cheap depth into the trace',
    value,
    unit: 'packets/s',
    yardstick: 'mqtt-packet',
    yardstickValue,
    ratio,
    bar: `at least ${TIMES} times`,
    met: ratio >= TIMES,
  });
}

/** Returns how many packets behind the CONNECT are in the trace. */
function record(input: Traffic, chunks: readonly Uint8Array[]): number {
  const trace = new Trace();
  const recorder = new Recorder(trace, nobody);
  const connection = recorder.opened(0, { server: 'bench', tap: 'listener' });
  recorder.bytes(0, connection, TO_SERVER, input.connect);
  const before = trace.endSeq;
  for (const chunk of chunks) recorder.bytes(0, connection, TO_SERVER, chunk);
  return trace.endSeq - before;
}

function parse(chunks: readonly Uint8Array[]): number {
  const reading = parser({ protocolVersion: 5 });
  let count = 0;
  reading.on('packet', () => {
    count += 1;
  });
  for (const chunk of chunks) reading.parse(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  return count;
}

function inChunks(bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    chunks.push(bytes.slice(start, start + CHUNK_BYTES));
  }
  return chunks;
}

function expectCount(count: number): void {
  if (count !== PACKETS) throw new Error(`${count} packets were read instead of ${PACKETS}.`);
}
