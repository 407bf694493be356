/**
 * Tells whether a connection whose beginning was missed is a WebSocket that carries MQTT. Nothing but its content can say so: frames that begin
 * where the capture does, masked from one side alone (RFC 6455, 5.1), and packets of MQTT in them, in both directions.
 */
import { TO_CLIENT, TO_SERVER } from '../../mqtt/packet.ts';
import { packetsIn } from '../../mqtt/packet-chain.ts';

/** `client` is the side that masks. */
export type WithinWebSocket = 'no' | 'more' | { readonly client: 0 | 1 };

/** So many packets, of both sides together, are no chance. */
const PLAUSIBLE_PACKETS = 3;
const OPCODE = { continuation: 0, binary: 2 } as const;
/** Close, ping and pong. */
const CONTROL_OPCODES: readonly number[] = [8, 9, 10];
const CONTROL_LIMIT = 125;
/** A frame of MQTT is not longer. In bytes. */
const FRAME_LIMIT = 268_435_461;

/** What either side has sent so far, from the beginning of the capture on, without a gap. */
export function webSocketWithin(sides: readonly [Uint8Array, Uint8Array]): WithinWebSocket {
  const [one, other] = [contentOf(sides[0]), contentOf(sides[1])];
  if (one === undefined || other === undefined) return 'no';
  if (one.masked === undefined || other.masked === undefined) return 'more';
  if (one.masked === other.masked) return 'no';
  const client = one.masked ? 0 : 1;
  const [toServer, toClient] = client === 0 ? [one.payload, other.payload] : [other.payload, one.payload];
  const sent = packetsIn(toServer, 0, toServer.length, TO_SERVER);
  const received = packetsIn(toClient, 0, toClient.length, TO_CLIENT);
  return sent > 0 && received > 0 && sent + received >= PLAUSIBLE_PACKETS ? { client } : 'more';
}

interface Content {
  /** Undefined while no frame has begun. */
  readonly masked: boolean | undefined;
  /** Of messages, unmasked. */
  readonly payload: Uint8Array;
}

/** What is in the frames that these bytes are; undefined when they are none, or none of MQTT. */
function contentOf(bytes: Uint8Array): Content | undefined {
  const payload = new Uint8Array(bytes.length);
  let filled = 0;
  let masked: boolean | undefined;
  for (let pos = 0; pos < bytes.length; ) {
    const head = headAt(bytes, pos);
    if (head === undefined) return undefined;
    if (head === 'more') break;
    masked ??= head.masked;
    if (masked !== head.masked) return undefined;
    const end = Math.min(bytes.length, head.start + head.length);
    if (!head.isControl) {
      for (let at = head.start; at < end; at += 1) {
        const key = masked ? (bytes[head.start - 4 + ((at - head.start) & 3)] ?? 0) : 0;
        payload[filled] = (bytes[at] ?? 0) ^ key;
        filled += 1;
      }
    }
    pos = head.start + head.length;
  }
  return { masked, payload: payload.subarray(0, filled) };
}

interface Head {
  readonly masked: boolean;
  readonly isControl: boolean;
  /** Where its payload begins, and how long that is. */
  readonly start: number;
  readonly length: number;
}

function headAt(bytes: Uint8Array, at: number): Head | 'more' | undefined {
  const first = bytes[at] ?? 0;
  const opcode = first & 0x0f;
  const isControl = CONTROL_OPCODES.includes(opcode);
  const isLast = (first & 0x80) !== 0;
  // A compressed message needs what came before it.
  if ((first & 0x70) !== 0) return undefined;
  if (isControl ? !isLast : opcode !== OPCODE.binary && opcode !== OPCODE.continuation) return undefined;
  if (bytes.length < at + 2) return 'more';
  const second = bytes[at + 1] ?? 0;
  const masked = (second & 0x80) !== 0;
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const start = at + 2 + lengthBytes + (masked ? 4 : 0);
  if (isControl && short > CONTROL_LIMIT) return undefined;
  if (bytes.length < start) return 'more';
  let length = short;
  if (lengthBytes > 0) {
    length = 0;
    for (let place = at + 2; place < at + 2 + lengthBytes; place += 1)
      length = length * 256 + (bytes[place] ?? 0);
  }
  // The shortest form is the only one.
  const isShortest = lengthBytes === 0 || length >= (lengthBytes === 2 ? 126 : 65_536);
  return isShortest && length <= FRAME_LIMIT ? { masked, isControl, start, length } : undefined;
}
