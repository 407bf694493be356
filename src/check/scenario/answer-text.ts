/** What the Server or a Client has answered, in words. */
import type { PacketType, ProtocolVersion } from '../../mqtt/packet.ts';
import { reasonCodeName } from '../../mqtt/reason-codes.ts';

/** `CONNACK 0x87 (Not authorized)`. */
export function answerText(type: PacketType, version: ProtocolVersion, reasonCode: number): string {
  return `${type.toUpperCase()} ${hexadecimal(reasonCode)} (${reasonCodeName(type, version, reasonCode)})`;
}

/** `0x0E`. */
export function hexadecimal(reasonCode: number): string {
  return `0x${reasonCode.toString(16).toUpperCase().padStart(2, '0')}`;
}
