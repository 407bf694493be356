/**
 * Reads a capture file: finds the TCP connections in it that carry MQTT, whatever their ports, and tells what they
 * carried. A capture of ours gives back the trace that it was made from.
 */
import type { Endpoint } from '../../mqtt/network-connection.ts';
import { serverKey } from '../server-key.ts';
import { formatAddress } from './addresses.ts';
import type { CaptureSink } from './capture-sink.ts';
import { CaptureFileReader, type CaptureFileSink, type FileProblem } from './file-reader.ts';
import { Flow, type FlowWorld, type Side } from './flow-reader.ts';
import { Fragments, newFragment } from './fragments.ts';
import { ipOffset, isKnownLink } from './link-layers.ts';
import { APPLICATION, NOTE_FIELD } from './notes.ts';
import { type OpenedNote, type ReadNote, readNote } from './read-note.ts';
import { TCP_FLAG } from './segment-header.ts';
import { newSegment, readPayload, readSegment } from './segment-reader.ts';
import { millisecondsOf, NANOSECONDS } from './timestamps.ts';
import { InflationBudget } from './web-socket-inflation.ts';

/** What was found in a capture. */
export interface CaptureSummary {
  /** Frames, of whatever they carry. */
  readonly frames: number;
  /** Connections that carry MQTT; of these, those over a WebSocket, and those whose beginning the capture misses. */
  readonly mqtt: number;
  readonly webSocket: number;
  readonly startMissing: number;
  /** TCP connections that carry something else; of TLS it cannot be told what it carries. */
  readonly other: number;
  readonly tls: number;
  /** How often bytes of MQTT connections are missing. */
  readonly gaps: number;
  /** Fragments of IP packets that could not be put together. */
  readonly fragments: number;
  /** Frames of a link layer that is not known here. */
  readonly unknownLink: number;
  /** Packets that the file keeps without their times; nothing can be said of what is in them. */
  readonly untimed: number;
  /** Whether this program wrote it. */
  readonly ours: boolean;
  /** Milliseconds since the Unix epoch, until when it was recorded; undefined when there is nothing in it. */
  readonly untilMs: number | undefined;
  /** Why reading stopped before the end of the file. */
  readonly problem: FileProblem | undefined;
}

/** More connections at a time are not followed: the ones that were seen first are let go. */
const FLOW_LIMIT = 65_536;
/** What all connections together hold because something before it is missing. In bytes. */
const HELD_BYTES_LIMIT = 67_108_864;
/** No time is later: what JavaScript calls the end of time. */
const LATEST_MS = 8.64e15;

export class CaptureReader implements CaptureFileSink {
  readonly #file: CaptureFileReader;
  readonly #sink: CaptureSink;
  readonly #world: FlowWorld;
  readonly #flows = new Map<string, Flow>();
  readonly #segment = newSegment();
  readonly #fragment = newFragment();
  readonly #fragments = new Fragments();
  #frames = 0;
  #unknownLink = 0;
  #untimed = 0;
  #heldBytes = 0;
  #ours = false;
  #untilMs: number | undefined = undefined;
  /** Notes of connections whose beginning is not in the capture, by what names their flow. */
  readonly #announced = new Map<string, OpenedNote>();
  /** By the id of the saved trace: connections of our own captures. */
  readonly #byId = new Map<number, { readonly flow: Flow; readonly connection: number }>();

  constructor(sink: CaptureSink) {
    this.#sink = sink;
    this.#file = new CaptureFileReader(this);
    this.#world = {
      sink,
      nowMs: 0,
      servers: new Set(),
      waiting: 0,
      ending: new Map(),
      inflation: new InflationBudget(),
      keyOf: ({ address, port }) => serverKey(address.includes(':') ? `[${address}]` : address, port),
      counts: { mqtt: 0, webSocket: 0, tls: 0, other: 0, startMissing: 0, gaps: 0 },
    };
  }

  /** Whether the rest of the file cannot be read. */
  get stopped(): boolean {
    return this.#file.problem !== undefined;
  }

  /** Up to when it was read, in milliseconds since the Unix epoch; undefined before the first frame. */
  get untilMs(): number | undefined {
    return this.#untilMs;
  }

  push(chunk: Uint8Array): void {
    this.#file.push(chunk);
  }

  /** There is no more. */
  finish(): CaptureSummary {
    this.#file.finish();
    for (const flow of this.#flows.values()) flow.finish();
    this.#flows.clear();
    return {
      frames: this.#frames,
      ...this.#world.counts,
      fragments: this.#fragments.unused,
      unknownLink: this.#unknownLink,
      untimed: this.#untimed,
      ours: this.#ours,
      untilMs: this.#untilMs,
      problem: this.#file.problem,
    };
  }

  section(application: string): void {
    this.#ours = application === APPLICATION;
  }

  recordedUntil(atMs: number): void {
    this.#reach(atMs);
  }

  journal(lines: readonly string[]): void {
    if (!this.#ours) return;
    const fields = new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line] as const));
    const text = (name: string): string => fields.get(name)?.slice(name.length + 1) ?? '';
    const note = readNote(text(NOTE_FIELD));
    const time = text(`${NOTE_FIELD}_TIME`);
    if (note === undefined || !/^\d{1,19}$/.test(time)) return;
    const nanoseconds = BigInt(time);
    const ticks = { high: Number(nanoseconds >> 32n), low: Number(nanoseconds & 0xffff_ffffn) };
    this.#setTime(millisecondsOf(ticks, NANOSECONDS));
    this.#take(note);
  }

  packet(atMs: number, link: number, frame: Uint8Array, length: number, comments: readonly string[]): void {
    this.#frames += 1;
    this.#world.inflation.read(frame.length);
    this.#setTime(atMs);
    const ip = ipOffset(link, frame);
    if (ip < 0) {
      if (!isKnownLink(link)) this.#unknownLink += 1;
      return;
    }
    const segment = this.#segment;
    const fragment = this.#fragment;
    const found = readSegment(frame, ip, length - frame.length, segment, fragment);
    if (found === 'segment') this.#tcp(frame, this.#ours ? notesIn(comments) : []);
    if (found !== 'fragment') return;
    const whole = this.#fragments.add(segment.from, segment.to, fragment, frame, this.#world.nowMs);
    if (whole !== undefined && readPayload(whole, fragment.protocol, segment) === 'segment') {
      this.#tcp(whole.bytes, []);
    }
  }

  untimed(): void {
    this.#frames += 1;
    this.#untimed += 1;
  }

  #tcp(frame: Uint8Array, notes: readonly ReadNote[]): void {
    const segment = this.#segment;
    const { flags, sequence, acknowledged, dataStart, dataEnd, dataLength } = segment;
    const syn = (flags & TCP_FLAG.syn) !== 0;
    const name = nameOf(segment.from, segment.fromPort, segment.to, segment.toPort);
    const known = this.#flowFor(name, notes);
    if (known === undefined) return;
    const { flow, side } = known;
    const own = flow.directions[side];
    const held = flow.directions[0].heldBytes + flow.directions[1].heldBytes;
    if (syn) {
      own.begin(sequence + 1);
      if ((flags & TCP_FLAG.ack) !== 0) flow.answered = true;
    }
    if ((flags & TCP_FLAG.ack) !== 0 && (flags & TCP_FLAG.rst) === 0) {
      flow.directions[side === 0 ? 1 : 0].acknowledged(acknowledged);
    }
    const from = syn ? sequence + 1 : sequence;
    if (dataLength > 0 && (flags & TCP_FLAG.rst) === 0) {
      own.segment(from >>> 0, frame, dataStart, dataEnd, dataLength, (flags & TCP_FLAG.psh) !== 0);
    }
    for (const note of notes) if (note.note === 'closed') flow.closeAs(note.end);
    if ((flags & TCP_FLAG.fin) !== 0) own.fin((from + dataLength) >>> 0);
    if ((flags & TCP_FLAG.rst) !== 0) flow.reset(side, sequence);
    flow.settle(true);
    this.#heldBytes += flow.directions[0].heldBytes + flow.directions[1].heldBytes - held;
    if (this.#heldBytes > HELD_BYTES_LIMIT) {
      const before = own.heldBytes;
      own.finish();
      this.#heldBytes += own.heldBytes - before;
    }
  }

  /** The flow of the segment at hand, and which side of it sent the segment; undefined when there is nothing to follow. */
  #flowFor(
    name: FlowName,
    notes: readonly ReadNote[],
  ): { readonly flow: Flow; readonly side: Side } | undefined {
    const { flags, sequence, acknowledged, dataLength } = this.#segment;
    const asks = (flags & (TCP_FLAG.syn | TCP_FLAG.ack)) === TCP_FLAG.syn;
    const existing = this.#flows.get(name.key);
    const answers = (flags & TCP_FLAG.syn) !== 0 && !asks;
    if (existing !== undefined) {
      const side = existing.sideOf(name.from);
      const { first } = existing.directions[side];
      const isKnown = first === (sequence + 1) >>> 0;
      // A Server that answers has not been asked in a connection whose beginning is long past, nor has it answered twice.
      const beginsAnother =
        (asks && !isKnown) || (answers && !isKnown && (first ?? existing.startMissing) !== false);
      if (!beginsAnother) return { flow: existing, side };
      this.#letGo(name.key, existing);
    }
    if (!asks && !answers && dataLength === 0) return undefined;
    const announced = this.#announced.get(name.key);
    this.#announced.delete(name.key);
    const opened = notes.find((note) => note.note === 'opened') ?? announced;
    if (this.#flows.size >= FLOW_LIMIT) {
      for (const [oldest, flow] of this.#flows) {
        this.#letGo(oldest, flow);
        break;
      }
    }
    const flow = this.#newFlow(asks, answers, opened);
    // What it answers comes later, or not at all.
    if (answers) flow.directions[1].begin(acknowledged);
    this.#flows.set(name.key, flow);
    return { flow, side: 0 };
  }

  #newFlow(asks: boolean, answers: boolean, opened: OpenedNote | undefined): Flow {
    const { from, to, fromPort, toPort } = this.#segment;
    const ends = [
      { address: formatAddress(from), port: fromPort },
      { address: formatAddress(to), port: toPort },
    ] as const;
    let client: Side | undefined = asks ? 0 : answers ? 1 : undefined;
    if (opened?.ends !== undefined && client === undefined)
      client = isSame(opened.ends.client, ends[0]) ? 0 : 1;
    let given = 0;
    const note = opened && {
      connection: opened.connection,
      info: opened.info,
      opened: (connection: number) => {
        given = connection;
      },
    };
    const made = new Flow(this.#world, ends, client, !asks && !answers, note);
    if (opened !== undefined) this.#byId.set(opened.connection, { flow: made, connection: given });
    return made;
  }

  #letGo(key: string, flow: Flow): void {
    const held = flow.directions[0].heldBytes + flow.directions[1].heldBytes;
    flow.abandon();
    this.#heldBytes -= held;
    this.#flows.delete(key);
  }

  #take(note: ReadNote): void {
    switch (note.note) {
      case 'opened':
        if (note.ends !== undefined) this.#announced.set(keyOfEnds(note.ends), note);
        break;
      case 'closed':
        this.#byId.get(note.connection)?.flow.closeAs(note.end);
        break;
      case 'missed': {
        const known = this.#byId.get(note.connection);
        if (known === undefined) break;
        this.#world.counts.gaps += 1;
        this.#sink.missed(this.#world.nowMs, known.connection, note.direction, note.count, note.within);
        break;
      }
      case 'action': {
        const { connection } = note.target;
        const target =
          connection === undefined
            ? note.target
            : { ...note.target, connection: this.#byId.get(connection)?.connection ?? connection };
        this.#sink.action(this.#world.nowMs, note.action, target);
        break;
      }
    }
  }

  /** Times of our own captures are kept as they are; others may run backwards where several queues were captured. */
  #setTime(atMs: number): void {
    const time = Math.min(Math.max(Number.isFinite(atMs) ? atMs : 0, 0), LATEST_MS);
    for (const [flow, untilMs] of this.#world.ending) {
      if (time <= untilMs) break;
      flow.settle(false);
    }
    this.#world.nowMs = this.#ours ? time : Math.max(time, this.#world.nowMs);
    this.#reach(this.#world.nowMs);
  }

  #reach(atMs: number): void {
    if (!Number.isFinite(atMs) || atMs > LATEST_MS) return;
    this.#untilMs = Math.max(this.#untilMs ?? 0, atMs);
  }
}

interface FlowName {
  /** The same for both directions. */
  readonly key: string;
  /** The end that sent the segment. */
  readonly from: string;
}

function nameOf(from: Uint8Array, fromPort: number, to: Uint8Array, toPort: number): FlowName {
  const here = endName(from, fromPort);
  const there = endName(to, toPort);
  return { key: here < there ? `${here} ${there}` : `${there} ${here}`, from: here };
}

function endName(address: Uint8Array, port: number): string {
  return `${formatAddress(address)} ${port}`;
}

function keyOfEnds({ client, server }: { readonly client: Endpoint; readonly server: Endpoint }): string {
  const here = `${client.address} ${client.port}`;
  const there = `${server.address} ${server.port}`;
  return here < there ? `${here} ${there}` : `${there} ${here}`;
}

function isSame(one: Endpoint, other: Endpoint): boolean {
  return one.address === other.address && one.port === other.port;
}

function notesIn(comments: readonly string[]): readonly ReadNote[] {
  return comments.map(readNote).filter((note) => note !== undefined);
}
