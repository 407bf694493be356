/** A Client of a random program, in memory and on a clock that the hunt moves. The network in between may take its time. */
import { decodePacket } from '../../src/mqtt/decode.ts';
import { encodePacket } from '../../src/mqtt/encode.ts';
import { type Packet, type ProtocolVersion, TO_CLIENT } from '../../src/mqtt/packet.ts';
import type { Broker } from '../../src/net/broker/broker.ts';
import { FrameBuffer } from '../../src/net/broker/frame-buffer.ts';
import type { ClientTap } from '../unit/broker/test-client.ts';
import { duplexPair, type LinkEnd } from '../unit/support/duplex-pair.ts';
import type { ManualClock } from '../unit/support/manual-clock.ts';
import type { HuntClient } from './act.ts';
import { acknowledge } from './real-client.ts';

export class VirtualClient implements HuntClient {
  readonly #link: LinkEnd;
  readonly #clock: ManualClock;
  readonly #tap: ClientTap;
  readonly #lagMs: { readonly toServer: number; readonly toClient: number };
  readonly #frames = new FrameBuffer(1 << 20);
  readonly #received: (packet: Packet) => void;
  #version: ProtocolVersion = 5;
  #packetId = 0;
  #over = false;
  #frozen = false;
  #held: Uint8Array[] = [];

  constructor(
    broker: Broker,
    clock: ManualClock,
    tap: ClientTap,
    lagMs: { readonly toServer: number; readonly toClient: number },
    received: (packet: Packet) => void,
  ) {
    const pair = duplexPair();
    this.#link = pair.client;
    this.#clock = clock;
    this.#tap = tap;
    this.#lagMs = lagMs;
    this.#received = received;
    this.#link.on('data', (chunk: Buffer) => {
      const bytes = new Uint8Array(chunk);
      this.#later(lagMs.toClient, () => this.#came(bytes));
    });
    this.#link.on('end', () => this.#later(lagMs.toClient, () => this.#ended('server', 'fin')));
    this.#link.on('error', () => this.#later(lagMs.toClient, () => this.#ended('server', 'reset')));
    broker.attach(pair.server);
  }

  /** Whether the connection is over as its Client sees it. */
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

  /** What the Client sends while it is frozen waits for the thaw, before it passes the tap. */
  sendBytes(bytes: Uint8Array): void {
    if (this.#over) return;
    if (this.#frozen) {
      this.#held.push(bytes);
      return;
    }
    this.#tap.sent(bytes);
    this.#later(this.#lagMs.toServer, () => {
      if (!this.#link.destroyed) this.#link.write(bytes);
    });
  }

  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
    const held = this.#held;
    this.#held = [];
    for (const bytes of held) this.sendBytes(bytes);
  }

  fin(): void {
    if (this.#over) return;
    this.#ended('client', 'fin');
    this.#later(this.#lagMs.toServer, () => this.#link.end());
  }

  reset(): void {
    if (this.#over) return;
    this.#ended('client', 'reset');
    this.#later(this.#lagMs.toServer, () => this.#link.reset());
  }

  #later(lagMs: number, run: () => void): void {
    if (lagMs === 0) run();
    else this.#clock.schedule(this.#clock.now() + lagMs, run);
  }

  #ended(by: 'client' | 'server', how: 'fin' | 'reset'): void {
    if (this.#over) return;
    this.#over = true;
    this.#tap.ended({ by, how });
    if (by === 'server' && !this.#link.destroyed) this.#link.destroy();
  }

  #came(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#tap.received(bytes);
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
      this.#received(decoded.packet);
      acknowledge(this, decoded.packet);
    }
    this.#frames.compact();
  }
}
