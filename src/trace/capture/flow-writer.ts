/** One connection of the trace as a TCP connection in a capture: addresses, handshake, sequence numbers. */

import type { ConnectionInfo, Endpoint } from '../../mqtt/network-connection.ts';
import { type Direction, TO_CLIENT, TO_SERVER } from '../../mqtt/packet.ts';
import { mappedToV6, parseAddress } from './addresses.ts';
import { writePacket } from './block-writer.ts';
import type { ByteSink } from './byte-sink.ts';
import { SEGMENT_DATA_LIMIT, type SegmentAddresses, segmentHeader, TCP_FLAG } from './segment-header.ts';

/** The port by which other programs know MQTT. */
const MQTT_PORT = 1883;
const FIRST_DYNAMIC_PORT = 49_152;
const DYNAMIC_PORTS = 16_384;
const NO_BYTES = new Uint8Array(0);
const SEQUENCE_NUMBERS = 4_294_967_296;
const LOOPBACK = Uint8Array.of(127, 0, 0, 1);
/** For names whose addresses nobody knows: addresses that are kept for examples (RFC 5737). */
const UNKNOWN_CLIENT = Uint8Array.of(192, 0, 2, 1);
const UNKNOWN_SERVER = Uint8Array.of(198, 51, 100, 1);

/** Both ends of a connection as a capture shows them. */
export interface FlowEnds {
  readonly client: { readonly address: Uint8Array; readonly port: number };
  readonly server: { readonly address: Uint8Array; readonly port: number };
}

/**
 * The ends of a connection: as they were where that is known, else made up. What TLS or a WebSocket carried is shown bare,
 * on the port by which other programs know it as MQTT.
 */
export function endsOf(connection: number, info: ConnectionInfo | undefined): FlowEnds {
  const { endpoints } = info ?? {};
  const client = endpoints && addressOf(endpoints.client);
  const server = endpoints && addressOf(endpoints.server);
  if (endpoints !== undefined && client !== undefined && server !== undefined) {
    const wide = client.length !== server.length;
    return {
      client: { address: wide ? mappedToV6(client) : client, port: endpoints.client.port },
      server: {
        address: wide ? mappedToV6(server) : server,
        port: endpoints.carrier === 'tcp' ? endpoints.server.port : MQTT_PORT,
      },
    };
  }
  return madeUp(connection, info?.server ?? '');
}

function addressOf({ address }: Endpoint): Uint8Array | undefined {
  return parseAddress(address);
}

function madeUp(connection: number, serverKey: string): FlowEnds {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(serverKey) ?? [];
  const known = host === 'localhost' ? LOOPBACK : parseAddress(host);
  const server = known ?? UNKNOWN_SERVER;
  const client = isLoopback(server) ? server : UNKNOWN_CLIENT;
  return {
    client: {
      address: client.length === server.length ? client : mappedToV6(client),
      port: FIRST_DYNAMIC_PORT + (connection % DYNAMIC_PORTS),
    },
    server: { address: server, port: Number(port) > 0 && Number(port) < 65_536 ? Number(port) : MQTT_PORT },
  };
}

function isLoopback(address: Uint8Array): boolean {
  return address.length === 4
    ? address[0] === 127
    : address.every((byte, place) => byte === (place === 15 ? 1 : 0));
}

export class FlowWriter {
  readonly #sink: ByteSink;
  readonly #addresses: readonly [toServer: SegmentAddresses, toClient: SegmentAddresses];
  /** By direction: the sequence number that SYN has, or would have had, and the next one. */
  readonly #first: readonly [number, number];
  readonly #next: [number, number];
  /** By direction, in bytes: all that there was of the connection so far. */
  readonly passed: [toServer: number, toClient: number] = [0, 0];
  /** By direction: whether a packet has been written. */
  readonly begun: [boolean, boolean] = [false, false];

  constructor(sink: ByteSink, connection: number, ends: FlowEnds) {
    const { client, server } = ends;
    this.#sink = sink;
    const toServer = {
      from: client.address,
      to: server.address,
      fromPort: client.port,
      toPort: server.port,
    };
    const toClient = {
      from: server.address,
      to: client.address,
      fromPort: server.port,
      toPort: client.port,
    };
    this.#addresses = [toServer, toClient];
    // Differs from connection to connection, so that the same ports used again are not taken for a repetition.
    const first = Math.imul(connection, 0x9e3779b1) >>> 0;
    this.#first = [first, (first ^ 0x55555555) >>> 0];
    this.#next = [...this.#first];
  }

  /** The connection was opened, and so many bytes had passed on it, before anything is written of it. */
  goOnAfter(passed: readonly [toServer: number, toClient: number]): void {
    for (const direction of [TO_SERVER, TO_CLIENT] as const) {
      this.passed[direction] = passed[direction];
      this.#next[direction] = this.#first[direction];
      this.#advance(direction, 1 + (passed[direction] % SEQUENCE_NUMBERS));
    }
  }

  /** The Client asks for a connection. */
  syn(atMs: number, comments: readonly string[]): void {
    this.#control(atMs, TO_SERVER, TCP_FLAG.syn, comments);
  }

  /** The Server has it, and the Client knows. */
  accepted(atMs: number): void {
    this.#control(atMs, TO_CLIENT, TCP_FLAG.syn | TCP_FLAG.ack, []);
    this.#control(atMs, TO_SERVER, TCP_FLAG.ack, []);
  }

  end(atMs: number, from: Direction, how: 'fin' | 'reset', comments: readonly string[]): void {
    const flag = how === 'fin' ? TCP_FLAG.fin : TCP_FLAG.rst;
    this.#control(atMs, from, flag | TCP_FLAG.ack, comments);
  }

  /** The bytes of one record, in as many segments as they need; `length` is what they had on the wire. */
  data(
    atMs: number,
    direction: Direction,
    bytes: Uint8Array,
    length: number,
    comments: readonly string[],
  ): void {
    for (let at = 0; at < length; at += SEGMENT_DATA_LIMIT) {
      const end = Math.min(length, at + SEGMENT_DATA_LIMIT);
      const data = bytes.subarray(at, Math.min(end, bytes.length));
      const flags = end === length ? TCP_FLAG.ack | TCP_FLAG.psh : TCP_FLAG.ack;
      this.#segment(atMs, direction, flags, data, end - at, at === 0 ? comments : []);
    }
  }

  #control(atMs: number, direction: Direction, flags: number, comments: readonly string[]): void {
    this.#segment(atMs, direction, flags, NO_BYTES, 0, comments);
    if ((flags & (TCP_FLAG.syn | TCP_FLAG.fin)) !== 0) this.#advance(direction, 1);
  }

  #segment(
    atMs: number,
    direction: Direction,
    flags: number,
    data: Uint8Array,
    dataLength: number,
    comments: readonly string[],
  ): void {
    const fields = {
      sequence: this.#next[direction],
      acknowledged:
        (flags & TCP_FLAG.ack) === 0 ? 0 : this.#next[direction === TO_SERVER ? TO_CLIENT : TO_SERVER],
      flags,
    };
    const header = segmentHeader(this.#addresses[direction], fields, data, dataLength);
    writePacket(this.#sink, atMs, header.length + dataLength, header, data, comments);
    this.#advance(direction, dataLength);
    this.passed[direction] += dataLength;
  }

  #advance(direction: Direction, by: number): void {
    this.#next[direction] = (this.#next[direction] + by) >>> 0;
  }
}
