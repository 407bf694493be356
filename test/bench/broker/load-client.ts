/**
 * A Client of 3.1.1 that does as little as can be for each packet, so that what is measured is the broker: packets to send
 * are made beforehand, packets that come are only cut, and their answers leave in one write for each chunk.
 */
import { connect, type Socket } from 'node:net';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import type { Packet } from '../../../src/mqtt/packet.ts';

const CONNACK = 2;
const PUBLISH = 3;
const PUBACK = 4;
const PUBREC = 5;
const PUBREL = 6;
const PUBCOMP = 7;
const SUBACK = 9;

const readBytes = 256 * 1024;
/** All sockets read into the same bytes: what is read is used up before the next is. */
const shared = Buffer.allocUnsafe(readBytes);

export function encoded(packet: Packet): Buffer {
  return Buffer.from(encodePacket(packet, 4));
}

export class LoadClient {
  /** PUBLISH packets that came. */
  received = 0;
  /** Of those it sent: how many exchanges of QoS 1 and 2 have ended. */
  completed = 0;
  /** Called after each chunk. */
  progressed: () => void = () => {};
  readonly socket: Socket;
  #held = Buffer.alloc(0);
  readonly #answers = Buffer.allocUnsafe(readBytes);
  #answersLength = 0;
  #greeted: () => void = () => {};
  #subscribed: () => void = () => {};

  private constructor(port: number) {
    this.socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (length, buffer) => {
          this.#chunk(buffer as Buffer, length);
          return true;
        },
      },
    });
    this.socket.on('error', () => {});
  }

  /** Resolves when CONNACK has come; rejects when the connection ends before. */
  static open(port: number, clientId: string): Promise<LoadClient> {
    const client = new LoadClient(port);
    client.socket.write(
      encoded({
        type: 'connect',
        protocolName: 'MQTT',
        version: 4,
        cleanStart: true,
        keepAliveSeconds: 0,
        clientId,
        properties: [],
      }),
    );
    return new Promise((resolve, reject) => {
      client.#greeted = () => resolve(client);
      client.socket.once('close', () => reject(new Error(`The broker refused ${clientId}.`)));
    });
  }

  subscribe(topicFilter: string, qos: 0 | 1 | 2): Promise<void> {
    const options = { noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
    const subscriptions = [{ ...options, topicFilter, qos }];
    this.socket.write(encoded({ type: 'subscribe', packetId: 1, properties: [], subscriptions }));
    return new Promise((resolve) => {
      this.#subscribed = resolve;
    });
  }

  close(): void {
    this.socket.resetAndDestroy();
  }

  #chunk(chunk: Buffer, length: number): void {
    let bytes = chunk;
    let end = length;
    if (this.#held.length > 0) {
      bytes = Buffer.concat([this.#held, chunk.subarray(0, length)]);
      end = bytes.length;
    }
    let at = 0;
    for (;;) {
      if (end - at < 2) break;
      let body = at + 1;
      let remaining = 0;
      let scale = 1;
      let byte = 0x80;
      while (byte >= 0x80 && body < end) {
        byte = bytes[body] ?? 0;
        remaining += (byte & 0x7f) * scale;
        scale *= 128;
        body += 1;
      }
      const next = body + remaining;
      if (byte >= 0x80 || next > end) break;
      this.#packet(bytes, at, body);
      at = next;
    }
    this.#held = at === end ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at, end));
    if (this.#answersLength > 0) {
      this.socket.write(Buffer.from(this.#answers.subarray(0, this.#answersLength)));
      this.#answersLength = 0;
    }
    this.progressed();
  }

  #packet(bytes: Buffer, at: number, body: number): void {
    const first = bytes[at] ?? 0;
    switch (first >> 4) {
      case PUBLISH: {
        this.received += 1;
        const qos = (first >> 1) & 3;
        if (qos === 0) return;
        const idAt = body + 2 + bytes.readUInt16BE(body);
        this.#answer(qos === 1 ? PUBACK << 4 : PUBREC << 4, bytes, idAt);
        return;
      }
      case PUBREC:
        this.#answer((PUBREL << 4) | 2, bytes, body);
        return;
      case PUBREL:
        this.#answer(PUBCOMP << 4, bytes, body);
        return;
      case PUBACK:
      case PUBCOMP:
        this.completed += 1;
        return;
      case CONNACK:
        this.#greeted();
        return;
      case SUBACK:
        this.#subscribed();
        return;
      default:
    }
  }

  #answer(first: number, bytes: Buffer, idAt: number): void {
    const answers = this.#answers;
    const at = this.#answersLength;
    answers[at] = first;
    answers[at + 1] = 2;
    answers[at + 2] = bytes[idAt] ?? 0;
    answers[at + 3] = bytes[idAt + 1] ?? 0;
    this.#answersLength = at + 4;
  }
}
