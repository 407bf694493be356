import { decodePacket } from '../../mqtt/decode.ts';
import { type Malformed, type Packet, type ProtocolVersion, TO_CLIENT } from '../../mqtt/packet.ts';
import { type PacketSink, type StreamFault, StreamReader } from '../../mqtt/reader.ts';

/** Of a longer packet from the Server our client takes no more: one packet is held whole in memory. In bytes. */
const packetBytesLimit = 64 * 1024 * 1024;

export interface InboundEvents {
  /** One whole, well-formed packet and its bytes, which are only valid during the call. */
  packet(packet: Packet, bytes: Uint8Array): void;
  tooLarge(length: number, limit: number): void;
  malformed(malformed: Malformed): void;
}

/**
 * Reads what the Server sends before MQTT.js does, so that MQTT.js only sees packets that are whole and well-formed: its own reader
 * may throw, or tell less of what is wrong. After the first fault nothing more is told.
 */
export class Inbound implements PacketSink {
  readonly #version: ProtocolVersion;
  readonly #limit: number;
  readonly #events: InboundEvents;
  readonly #reader: StreamReader;
  #faulty = false;

  constructor(version: ProtocolVersion, maximumPacketSize: number | undefined, events: InboundEvents) {
    this.#version = version;
    this.#limit = Math.min(maximumPacketSize ?? packetBytesLimit, packetBytesLimit);
    this.#events = events;
    this.#reader = new StreamReader(TO_CLIENT, { version }, this, { maxPacketBytes: this.#limit });
  }

  push(chunk: Uint8Array): void {
    if (!this.#faulty) this.#reader.push(chunk);
  }

  /** The connection has ended: judges what is left of a packet. */
  finish(): void {
    if (!this.#faulty) this.#reader.finish();
  }

  packet(bytes: Uint8Array, start: number, end: number, length: number): void {
    if (this.#faulty) return;
    if (length > this.#limit) {
      this.#faulty = true;
      this.#events.tooLarge(length, this.#limit);
      return;
    }
    const decoded = decodePacket(bytes, start, end, this.#version, TO_CLIENT);
    if (decoded.ok) this.#events.packet(decoded.packet, bytes.subarray(start, end));
    else this.#fault(decoded.malformed);
  }

  opaque(
    _bytes: Uint8Array,
    _start: number,
    _end: number,
    _length: number,
    fault: StreamFault | undefined,
  ): void {
    if (fault !== undefined) this.#fault(fault.malformed);
  }

  #fault(malformed: Malformed): void {
    if (this.#faulty) return;
    this.#faulty = true;
    this.#events.malformed(malformed);
  }
}
