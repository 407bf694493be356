/**
 * Appending a million packets of about 100 bytes to the trace, one call a packet as a busy tap brings them,
 * and the memory that they take. The yardstick is the bytes themselves: their copying, one packet at a time,
 * into one array, and their number.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { TO_SERVER } from '../../src/mqtt/packet.ts';
import type { RecordListener } from '../../src/trace/listener.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { Trace } from '../../src/trace/trace.ts';
import { inTurns, type Report } from './measure.ts';
import { type Traffic, traffic } from './traffic.ts';

/** Different packets, which come again and again: a tap's bytes have just arrived, and are not spread over memory. */
const DIFFERENT = 10_000;
const TIMES = 100;
const PACKETS = DIFFERENT * TIMES;
/** Makes packets of 100 bytes in the mean. */
const PAYLOAD_BYTES = 76;
const ROUNDS = 5;
const MOST_SECONDS = 1;
const MOST_TIMES_THE_BYTES = 1.5;

const nobody: RecordListener = {
  opened: () => undefined,
  packet: () => undefined,
  unreadable: () => undefined,
  closed: () => undefined,
  action: () => undefined,
};

export async function bench(report: Report): Promise<void> {
  const input = traffic(DIFFERENT, PAYLOAD_BYTES);
  const size = input.bytes.length * TIMES;
  const seconds = inTurns(
    ROUNDS,
    () => void append(input),
    () => void copy(input, size),
  );
  const packet = Math.round(size / PACKETS);
  report({
    name: `appending a million packets of ${packet} bytes`,
    value: seconds.subject,
    unit: 's',
    yardstick: 'copying the bytes alone, s',
    yardstickValue: seconds.yardstick,
    ratio: seconds.subject / seconds.yardstick,
    bar: `under ${MOST_SECONDS} s`,
    met: seconds.subject < MOST_SECONDS,
  });

  const memory = memoryOf(() => append(input));
  report({
    name: 'memory of a million packets in the trace',
    value: memory,
    unit: 'bytes',
    yardstick: 'the bytes themselves',
    yardstickValue: size,
    ratio: memory / size,
    bar: `at most ${MOST_TIMES_THE_BYTES} times`,
    met: memory <= size * MOST_TIMES_THE_BYTES,
  });
}

function append(input: Traffic): Trace {
  const trace = new Trace();
  const recorder = new Recorder(trace, nobody);
  const connection = recorder.opened(0, { server: 'bench', tap: 'listener' });
  recorder.bytes(0, connection, TO_SERVER, input.connect);
  let atMs = 0;
  for (let time = 0; time < TIMES; time += 1) {
    for (const packet of input.packets) {
      atMs += 0.01;
      recorder.bytes(atMs, connection, TO_SERVER, packet);
    }
  }
  const { endSeq, dropped } = trace.stats();
  if (endSeq !== PACKETS + 3 || dropped > 0)
    throw new Error(`The trace holds ${endSeq - 1 - dropped} records.`);
  return trace;
}

function copy(input: Traffic, size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (let time = 0; time < TIMES; time += 1) {
    for (const packet of input.packets) {
      all.set(packet, at);
      at += packet.length;
    }
  }
  return all;
}

/**
 * What the process takes more while the result lives, in bytes: array buffers and the heap, after a
 * collection.
 */
function memoryOf(make: () => Trace): number {
  const before = afterCollection();
  const trace = make();
  const taken = afterCollection() - before;
  // Read afterwards, so that the trace lives until here.
  return Math.max(taken, trace.stats().bytes);
}

function afterCollection(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('The collector cannot be called.');
  collect();
  collect();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}
