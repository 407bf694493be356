import type { Direction, Packet, ProtocolVersion } from '../../../../src/mqtt/packet.ts';

/** One packet beside its bytes. A row gives the tests of reading, writing, round trip and byte ranges. */
export interface PacketRow {
  readonly name: string;
  readonly version: ProtocolVersion;
  readonly direction: Direction;
  readonly bytes: Uint8Array;
  readonly packet: Packet;
  /** Set where the standard allows a shorter form, which is the one we write. */
  readonly shorter?: Uint8Array;
}
