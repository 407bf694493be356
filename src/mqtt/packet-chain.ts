/** Whether bytes from the middle of a connection are packets: all that helps where its beginning, or a part, was not seen. */
import { decodePacket } from './decode.ts';
import type { Direction, ProtocolVersion } from './packet.ts';
import { type ConnectionState, FAULT, INCOMPLETE, PacketBorder } from './packet-border.ts';

/** As which a packet is tried where the CONNECT was not seen. */
const VERSIONS: readonly ProtocolVersion[] = [4, 5, 3];

/**
 * How many whole packets `bytes[start, end)` hold, when they are packets with at most the beginning of one behind them; else 0. Each has to
 * make sense in every field: of any bytes, such as those of a payload, a few in a hundred have the borders of a packet.
 */
export function packetsIn(
  bytes: Uint8Array,
  start: number,
  end: number,
  direction: Direction,
  state: ConnectionState = { version: undefined },
): number {
  const border = new PacketBorder(direction, state);
  border.begun = true;
  const versions = state.version === undefined ? VERSIONS : [state.version];
  let packets = 0;
  for (let pos = start; pos < end; ) {
    const total = border.totalLength(bytes, pos, end);
    if (total === FAULT) return 0;
    if (total === INCOMPLETE || total > end - pos) break;
    const [from, to] = [pos, pos + total];
    const makesSense = versions.some((version) => decodePacket(bytes, from, to, version, direction).ok);
    if (!makesSense && !isBlank(bytes, from, to)) return 0;
    packets += 1;
    pos += total;
  }
  return packets;
}

/** Whether the packet's body is zeros alone: so a saved trace has one in which there may be a secret. */
function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  let body = start + 1;
  while ((bytes[body] ?? 0) > 0x7f) body += 1;
  for (body += 1; body < end; body += 1) if (bytes[body] !== 0) return false;
  return true;
}

/** Whether a chunk begins with a packet and goes on with packets. */
export function looksLikePackets(chunk: Uint8Array, direction: Direction, state: ConnectionState): boolean {
  return packetsIn(chunk, 0, chunk.length, direction, state) > 0;
}
