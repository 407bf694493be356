/** A TCP connection of a capture: finds out whether it carries MQTT, and hands on what it carries. */

import type { ConnectionEnd, Endpoint } from '../../mqtt/network-connection.ts';
import { type Direction, TO_CLIENT, TO_SERVER } from '../../mqtt/packet.ts';
import { packetsIn } from '../../mqtt/packet-chain.ts';
import { beginningOf, type HttpHead, httpHead, opensWebSocket, senderOf } from './beginning.ts';
import type { CaptureSink } from './capture-sink.ts';
import { Gather } from './gather.ts';
import type { FlowNote } from './read-note.ts';
import { TcpDirection } from './tcp-direction.ts';
import { agreedCompression, type InflationBudget } from './web-socket-inflation.ts';
import { WebSocketReader } from './web-socket-reader.ts';
import { webSocketWithin } from './web-socket-within.ts';

/** Which of the two ends of a flow: the one that was seen first, or the other. */
export type Side = 0 | 1;

/** What all flows of a capture share. */
export interface FlowWorld {
  readonly sink: CaptureSink;
  /** Milliseconds since the Unix epoch: when the packet at hand was seen. */
  nowMs: number;
  /** Where MQTT was found, as `address port`. */
  readonly servers: Set<string>;
  keyOf(server: Endpoint): string;
  /** Bytes that wait until it is known what they are, of all flows together. */
  waiting: number;
  /** Connections whose end waits for what precedes it, and until when, in milliseconds since the Unix epoch; the first to be told first. */
  readonly ending: Map<Flow, number>;
  /** For WebSockets whose messages are compressed. */
  readonly inflation: InflationBudget;
  counts: { mqtt: number; webSocket: number; tls: number; other: number; startMissing: number; gaps: number };
}

interface Waiting {
  readonly side: Side;
  readonly bytes: Uint8Array;
  readonly missing: number;
}

type Content = 'unknown' | 'mqtt' | 'web-socket' | 'other';

/** The port by which MQTT is known. What is said there is MQTT, or a mistake worth seeing. */
const MQTT_PORT = 1883;
/** So much is looked at, at most, to tell what a connection carries; and of all connections together. */
const LOOK_AT_BYTES = 16_384;
/** Packets that a capture has in another order than they were sent in are no further apart. In milliseconds. */
const REORDERED_MS = 20;
const NO_BYTES = new Uint8Array(0);
const LOOK_AT_PIECES = 64;
const WAITING_BYTES_LIMIT = 33_554_432;
/** Without its beginning, a connection is taken for MQTT when so many packets in as many pieces look like it. */
const PLAUSIBLE_PACKETS = 3;

export class Flow {
  readonly directions: readonly [TcpDirection, TcpDirection];
  /** The Server has answered the SYN. */
  answered = false;
  readonly #world: FlowWorld;
  readonly #ends: readonly [Endpoint, Endpoint];
  readonly #note: FlowNote | undefined;
  /** The capture does not have its beginning. */
  readonly startMissing: boolean;
  #client: Side | undefined;
  #content: Content = 'unknown';
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #connection = 0;
  #closed = false;
  /** What the frames of a WebSocket hold from which it was recognised, by side. */
  #first: readonly [Uint8Array[], Uint8Array[]] | undefined = undefined;
  /** An end that waits for what the other side has said before it. */
  #ending: { readonly by: Side; readonly behind: Side } | undefined = undefined;
  #gather: readonly [Gather, Gather] | undefined = undefined;
  #webSockets: readonly [WebSocketReader, WebSocketReader] | undefined = undefined;

  /** `client` is undefined when the beginning is missing, so that nothing tells who opened the connection. */
  constructor(
    world: FlowWorld,
    ends: readonly [Endpoint, Endpoint],
    client: Side | undefined,
    startMissing: boolean,
    note: FlowNote | undefined,
  ) {
    this.#world = world;
    this.#ends = ends;
    this.#client = client;
    this.startMissing = startMissing;
    this.#note = note;
    const direction = (side: Side): TcpDirection =>
      new TcpDirection({
        data: (bytes, start, end, missing, push) => this.#data(side, bytes, start, end, missing, push),
        lost: (count) => this.#lost(side, count),
        fin: () => this.#end(side, 'fin'),
      });
    this.directions = [direction(0), direction(1)];
    if (note !== undefined) this.#begin('mqtt', 'tcp');
    else if (!startMissing && this.#isKnownServer()) this.#begin('mqtt', 'tcp');
  }

  /** Which side has this name, `address port`. */
  sideOf(name: string): Side {
    return nameOf(this.#ends[0]) === name ? 0 : 1;
  }

  /** RST from this side, with this sequence number. */
  reset(side: Side, sequence: number): void {
    if (!this.directions[side].reset(sequence)) return;
    for (const direction of this.directions) direction.finish();
    if (!this.answered && !this.startMissing && side !== this.#client && this.#waiting.length === 0) {
      if (this.#content === 'unknown' && this.#server().port === MQTT_PORT) this.#begin('mqtt', 'tcp');
      this.#close({ by: 'server', how: 'refused' });
    } else this.#end(side, 'reset');
  }

  /** The end as a note has it. */
  closeAs(end: ConnectionEnd): void {
    for (const direction of this.directions) direction.finish();
    this.#close(end);
  }

  /** Another connection has taken its place, or there is no more room for it: how it ended was not seen. */
  abandon(): void {
    this.settle(false);
    for (const direction of this.directions) direction.finish();
    this.#forgetWaiting();
    for (const each of this.#webSockets ?? []) each.release();
    if (this.#connection === 0 || this.#closed) return;
    this.#world.sink.missed(this.#world.nowMs, this.#connection, TO_SERVER, 0);
    this.#close({ by: 'unknown', how: 'error' });
  }

  /** The capture ends here. */
  finish(): void {
    this.settle(false);
    for (const direction of this.directions) direction.finish();
    if (this.#content === 'unknown') this.#give('other');
    this.#gather?.[0].flush();
    this.#gather?.[1].flush();
  }

  #server(): Endpoint {
    return this.#ends[this.#client === 0 ? 1 : 0];
  }

  #isKnownServer(): boolean {
    return this.#world.servers.has(nameOf(this.#server()));
  }

  #data(side: Side, bytes: Uint8Array, start: number, end: number, missing: number, push: boolean): void {
    switch (this.#content) {
      case 'unknown':
        this.#look(side, bytes.slice(start, end), missing);
        break;
      case 'mqtt':
        this.#mqtt(side, bytes, start, end, missing, push);
        break;
      case 'web-socket':
        this.#webSocket(side, bytes, start, end, missing);
        break;
      case 'other':
        break;
    }
  }

  #look(side: Side, bytes: Uint8Array, missing: number): void {
    this.#waiting.push({ side, bytes, missing });
    this.#waitingBytes += bytes.length;
    this.#world.waiting += bytes.length;
    if (this.startMissing) this.#lookWithin();
    else this.#lookAtBeginning();
    const tooMuch =
      this.#waitingBytes > LOOK_AT_BYTES ||
      this.#waiting.length > LOOK_AT_PIECES ||
      this.#world.waiting > WAITING_BYTES_LIMIT;
    if (this.#content === 'unknown' && tooMuch) this.#give('other');
  }

  #lookAtBeginning(): void {
    const first = this.#firstBytes(this.#client ?? 0);
    const beginning = beginningOf(first.bytes);
    switch (beginning) {
      case 'mqtt':
        this.#begin('mqtt', 'tcp');
        break;
      case 'websocket': {
        const answer = this.#firstBytes(this.#client === 0 ? 1 : 0);
        const head = httpHead(answer.bytes);
        if (head === undefined) {
          if (answer.missing) this.#give('other');
        } else if (opensWebSocket(head)) this.#beginWebSocket(httpHead(first.bytes), head);
        else this.#give('other');
        break;
      }
      case 'more':
        if (first.missing) this.#give('other');
        break;
      case 'tls':
      case 'other':
        this.#give(beginning);
        break;
    }
  }

  #firstBytes(side: Side): { readonly bytes: Uint8Array; readonly missing: boolean } {
    const parts: number[] = [];
    for (const waiting of this.#waiting) {
      if (waiting.side !== side) continue;
      for (const byte of waiting.bytes) parts.push(byte);
      if (waiting.missing > 0) return { bytes: Uint8Array.from(parts), missing: true };
    }
    return { bytes: Uint8Array.from(parts), missing: false };
  }

  /** The beginning is missing: each piece must look like packets. */
  #lookWithin(): void {
    const known = this.#ends.findIndex(
      (end) => this.#world.servers.has(nameOf(end)) || end.port === MQTT_PORT,
    );
    if (known >= 0) {
      this.#client ??= known === 0 ? 1 : 0;
      this.#begin('mqtt', 'tcp');
      return;
    }
    const bare = this.#looksBare();
    if (bare === 'yes') {
      this.#client ??= this.#ends[0].port > this.#ends[1].port ? 0 : 1;
      this.#begin('mqtt', 'tcp');
      return;
    }
    const within = this.#waiting.some(({ missing }) => missing > 0)
      ? 'no'
      : webSocketWithin([this.#firstBytes(0).bytes, this.#firstBytes(1).bytes]);
    if (typeof within === 'object') {
      this.#client = within.client;
      this.#beginWebSocket(undefined, undefined);
    } else if (bare === 'no' && within === 'no') this.#give('other');
  }

  /** Whether each piece looks like packets, and there are enough of them. */
  #looksBare(): 'yes' | 'no' | 'more' {
    let packets = 0;
    for (const { side, bytes } of this.#waiting) {
      if (bytes.length === 0) continue;
      const found = packetsIn(bytes, 0, bytes.length, TO_CLIENT);
      if (found === 0) return 'no';
      packets += found;
      const sender = senderOf(bytes[0] ?? 0);
      if (sender !== undefined) this.#client ??= sender === 'client' ? side : side === 0 ? 1 : 0;
    }
    return packets < PLAUSIBLE_PACKETS || this.#waiting.length < PLAUSIBLE_PACKETS ? 'more' : 'yes';
  }

  /** It is something else, or cannot be told. What is said on the port of MQTT is shown all the same. */
  #give(beginning: 'other' | 'tls'): void {
    if (this.#server().port === MQTT_PORT && !this.startMissing) {
      this.#begin('mqtt', 'tcp');
      return;
    }
    this.#content = 'other';
    this.#world.counts[beginning] += 1;
    this.#forgetWaiting();
  }

  /** Without a request and an answer it has begun before the capture. */
  #beginWebSocket(request: HttpHead | undefined, answer: HttpHead | undefined): void {
    const client = this.#client ?? 0;
    const skip: [number, number] = [answer?.end ?? 0, answer?.end ?? 0];
    skip[client] = request?.end ?? 0;
    const compression = answer && agreedCompression(answer.text);
    const reader = (side: Side): WebSocketReader => {
      const agreed = side === client ? compression?.toServer : compression?.toClient;
      const sink = {
        payload: (bytes: Uint8Array) => {
          const first = this.#first?.[side];
          if (first !== undefined) first.push(bytes);
          else this.#world.sink.bytes(this.#world.nowMs, this.#connection, this.#way(side), bytes);
        },
        close: () => this.#end(side, 'fin'),
        unreadable: () => this.#missed(side, 0),
      };
      return new WebSocketReader(sink, agreed && { agreed, budget: this.#world.inflation });
    };
    this.#webSockets = [reader(0), reader(1)];
    this.#world.counts.webSocket += 1;
    // What precedes the frames is taken off.
    for (const [index, { side, bytes, missing }] of this.#waiting.entries()) {
      const off = Math.min(skip[side], bytes.length);
      skip[side] -= off;
      this.#waiting[index] = { side, bytes: bytes.subarray(off), missing };
    }
    // A packet in several frames can only be known as one when it comes as one.
    if (answer === undefined) this.#first = [[], []];
    this.#begin('web-socket', 'ws');
    const first = this.#first;
    this.#first = undefined;
    for (const side of [0, 1] as const) {
      const bytes = joined(first?.[side] ?? []);
      if (bytes.length > 0)
        this.#world.sink.bytes(this.#world.nowMs, this.#connection, this.#way(side), bytes);
    }
  }

  #begin(content: 'mqtt' | 'web-socket', carrier: 'tcp' | 'ws'): void {
    const { sink, nowMs, counts, servers } = this.#world;
    this.#content = content;
    const client = this.#ends[this.#client ?? 0];
    const server = this.#server();
    const note = this.#note;
    if (note === undefined) {
      counts.mqtt += 1;
      if (content === 'mqtt') servers.add(nameOf(server));
      if (this.startMissing) counts.startMissing += 1;
      this.#connection = sink.opened(nowMs, {
        server: this.#world.keyOf(server),
        tap: 'capture',
        label: nameOf(client).replace(/ (\d+)$/, ':$1'),
        endpoints: { client, server, carrier },
        ...(this.startMissing ? { startMissing: true } : {}),
      });
    } else {
      counts.mqtt += 1;
      this.#connection = sink.opened(nowMs, note.info, note.connection);
      const gather = (direction: Direction): Gather =>
        new Gather((bytes) => sink.bytes(this.#world.nowMs, this.#connection, direction, bytes));
      this.#gather = [gather(TO_SERVER), gather(TO_CLIENT)];
      note.opened(this.#connection);
    }
    const waiting = this.#waiting;
    this.#forgetWaiting();
    for (const { side, bytes, missing } of waiting) {
      this.#data(side, bytes, 0, bytes.length, missing, false);
    }
  }

  #forgetWaiting(): void {
    this.#world.waiting -= this.#waitingBytes;
    this.#waitingBytes = 0;
    this.#waiting = [];
  }

  #mqtt(side: Side, bytes: Uint8Array, start: number, end: number, missing: number, push: boolean): void {
    const gather = this.#gather?.[this.#way(side)];
    if (gather !== undefined) {
      gather.add(bytes, start, end);
      if (push || missing > 0) gather.flush();
      if (missing > 0 && !this.#closed) {
        this.#world.sink.unkept(this.#world.nowMs, this.#connection, this.#way(side), missing);
      }
      return;
    }
    if (end > start) {
      const { sink, nowMs } = this.#world;
      sink.bytes(nowMs, this.#connection, this.#way(side), bytes.subarray(start, end));
    }
    if (missing > 0) this.#missed(side, missing);
  }

  #webSocket(side: Side, bytes: Uint8Array, start: number, end: number, missing: number): void {
    this.#webSockets?.[side].push(bytes, start, end);
    if (missing === 0) return;
    // Frames cannot be found again behind a gap.
    this.#missed(side, missing);
    this.#webSockets?.[side].stop();
  }

  /** Bytes that no segment has. */
  #lost(side: Side, count: number): void {
    if (this.#content === 'unknown') this.#look(side, NO_BYTES, count);
    else if (this.#content === 'mqtt') {
      this.#gather?.[this.#way(side)].flush();
      this.#missed(side, count);
    } else if (this.#content === 'web-socket') this.#webSocket(side, NO_BYTES, 0, 0, count);
  }

  #missed(side: Side, count: number): void {
    if (this.#closed) return;
    this.#world.counts.gaps += 1;
    this.#world.sink.missed(this.#world.nowMs, this.#connection, this.#way(side), count);
  }

  #way(side: Side): Direction {
    return side === (this.#client ?? 0) ? TO_SERVER : TO_CLIENT;
  }

  /** Tells an end that has waited, once nothing is behind it any more, or is waited for. */
  settle(patient: boolean): void {
    const ending = this.#ending;
    if (ending === undefined || (patient && this.directions[ending.behind].isBehind)) return;
    this.#ending = undefined;
    this.#world.ending.delete(this);
    this.directions[ending.behind].settle();
    this.#close({ by: ending.by === (this.#client ?? 0) ? 'client' : 'server', how: 'fin' });
  }

  #end(side: Side, how: 'fin' | 'reset'): void {
    if (this.#content === 'unknown') {
      if (this.startMissing && this.#client === undefined) this.#client = 0;
      this.#give('other');
    }
    const other = side === 0 ? 1 : 0;
    if (how === 'fin' && this.#connection !== 0 && !this.#closed && this.#gather === undefined) {
      if (this.#ending === undefined && this.directions[other].isBehind) {
        // What the other side has said before may stand behind this in the capture.
        this.#ending = { by: this.directions[other].hasFin ? other : side, behind: other };
        this.#world.ending.set(this, this.#world.nowMs + REORDERED_MS);
      }
      if (this.#ending !== undefined) return;
    }
    this.#ending = undefined;
    this.#world.ending.delete(this);
    // What is missing so far is missing before the end.
    this.directions[other].settle();
    // A capture of ours says in a note how it ended; where that is gone, the packets must do.
    this.#close({ by: side === (this.#client ?? 0) ? 'client' : 'server', how });
  }

  #close(end: ConnectionEnd): void {
    this.#gather?.[0].flush();
    this.#gather?.[1].flush();
    for (const each of this.#webSockets ?? []) each.release();
    if (this.#closed || this.#connection === 0) return;
    this.#closed = true;
    this.#world.sink.closed(this.#world.nowMs, this.#connection, end);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** How a place is named among those where MQTT was found. */
function nameOf({ address, port }: Endpoint): string {
  return `${address} ${port}`;
}
