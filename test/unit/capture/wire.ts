/** A Client and a Server as the segments between them, each with the sequence numbers that a test gives it. */
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { parseAddress } from '../../../src/trace/capture/addresses.ts';
import { segmentHeader, TCP_FLAG } from '../../../src/trace/capture/segment-header.ts';
import { connect } from '../trace/support.ts';
import type { IpPacket } from './frames.ts';

const address = (text: string): Uint8Array => parseAddress(text) ?? new Uint8Array(4);
const client = { address: address('10.0.0.1'), port: 49_153 };
const server = { address: address('10.0.0.2'), port: 8883 };
const NO_BYTES: Uint8Array = new Uint8Array(0);
const { syn, ack } = TCP_FLAG;
const connected = Uint8Array.of(0x20, 3, 0, 0, 0);

/** Both sides of one connection after the other, between the same ports. */
export class Wire {
  readonly packets: IpPacket[] = [];
  /** The sequence numbers that `say` goes on with. */
  #said: readonly [client: number, server: number] = [1, 1];
  #atMs = Date.UTC(2026, 2, 2, 12);

  fromClient(flags: number, sequence: number, acknowledged: number, data = NO_BYTES): this {
    return this.#send(client, server, { flags, sequence, acknowledged }, data);
  }

  fromServer(flags: number, sequence: number, acknowledged: number, data = NO_BYTES): this {
    return this.#send(server, client, { flags, sequence, acknowledged }, data);
  }

  /** From one side or the other, in the order of what was said before. */
  say(from: 'client' | 'server', data: Uint8Array): this {
    const [own, its] = this.#said;
    if (from === 'client') {
      this.#said = [own + data.length, its];
      return this.fromClient(ack, own, its, data);
    }
    this.#said = [own, its + data.length];
    return this.fromServer(ack, its, own, data);
  }

  /** Opened, and greeted; with these as the first sequence numbers. */
  greeted(own: number, its: number, clientId: string): this {
    return this.fromClient(syn, own, 0).answered(own, its, clientId);
  }

  /** The same without the SYN. */
  answered(own: number, its: number, clientId: string): this {
    const hello = encodePacket(connect({ clientId }), 5);
    return this.fromServer(syn | ack, its, own + 1)
      .fromClient(ack, own + 1, its + 1, hello)
      .fromServer(ack, its + 1, own + 1 + hello.length, connected)
      .fromClient(ack, own + 1 + hello.length, its + 1 + connected.length);
  }

  #send(
    from: typeof client,
    to: typeof client,
    fields: { readonly flags: number; readonly sequence: number; readonly acknowledged: number },
    data: Uint8Array,
  ): this {
    const ends = { from: from.address, to: to.address, fromPort: from.port, toPort: to.port };
    const header = segmentHeader(ends, fields, data);
    this.#atMs += 10;
    this.packets.push({ atMs: this.#atMs, bytes: Buffer.concat([header, data]) });
    return this;
  }
}
