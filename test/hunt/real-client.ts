/** A Client of a random program on a real socket. */
import { connect, type Socket } from 'node:net';
import { decodePacket } from '../../src/mqtt/decode.ts';
import { encodePacket } from '../../src/mqtt/encode.ts';
import { type Packet, type ProtocolVersion, TO_CLIENT } from '../../src/mqtt/packet.ts';
import { FrameBuffer } from '../../src/net/broker/frame-buffer.ts';
import type { HuntClient } from './act.ts';

export interface RealClientEvents {
  received(packet: Packet): void;
  ended(by: 'client' | 'server'): void;
}

export class RealClient implements HuntClient {
  readonly #socket: Socket;
  readonly #events: RealClientEvents;
  readonly #frames = new FrameBuffer(1 << 20);
  #version: ProtocolVersion = 5;
  #packetId = 0;
  #over = false;
  #frozen = false;
  #held: Uint8Array[] = [];

  constructor(port: number, events: RealClientEvents) {
    this.#events = events;
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => this.#came(new Uint8Array(chunk)));
    this.#socket.on('end', () => this.#ended('server'));
    this.#socket.on('error', () => this.#ended('server'));
    this.#socket.on('close', () => this.#ended('server'));
  }

  get over(): boolean {
    return this.#over;
  }

  get version(): ProtocolVersion {
    return this.#version;
  }

  nextPacketId(): number {
    this.#packetId += 1;
    return this.#packetId;
  }

  send(packet: Packet): void {
    if (packet.type === 'connect') this.#version = packet.version;
    this.sendBytes(encodePacket(packet, this.#version));
  }

  sendBytes(bytes: Uint8Array): void {
    if (this.#over) return;
    if (this.#frozen) this.#held.push(bytes);
    else this.#socket.write(bytes);
  }

  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
    for (const bytes of this.#held.splice(0)) this.sendBytes(bytes);
  }

  fin(): void {
    if (this.#over) return;
    this.#ended('client');
    this.#socket.end();
  }

  reset(): void {
    if (this.#over) return;
    this.#ended('client');
    this.#socket.resetAndDestroy();
  }

  #ended(by: 'client' | 'server'): void {
    if (this.#over) return;
    this.#over = true;
    this.#events.ended(by);
  }

  #came(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#frames.push(bytes);
    for (;;) {
      const frame = this.#frames.next();
      if (frame?.kind !== 'packet') break;
      const copy = new Uint8Array(frame.bytes.subarray(frame.start, frame.end));
      const decoded = decodePacket(copy, 0, copy.length, this.#version, TO_CLIENT);
      if (!decoded.ok) {
        this.fin();
        return;
      }
      this.#events.received(decoded.packet);
      acknowledge(this, decoded.packet);
    }
    this.#frames.compact();
  }
}

/** Answers what a Client has to answer of a message. */
export function acknowledge(client: Pick<HuntClient, 'send'>, packet: Packet): void {
  const answer = (type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', packetId: number): void =>
    client.send({ type, packetId, reasonCode: 0, properties: [] });
  if (packet.type === 'publish' && packet.packetId !== undefined)
    answer(packet.qos === 1 ? 'puback' : 'pubrec', packet.packetId);
  else if (packet.type === 'pubrec' && packet.reasonCode < 0x80) answer('pubrel', packet.packetId);
  else if (packet.type === 'pubrel') answer('pubcomp', packet.packetId);
}
