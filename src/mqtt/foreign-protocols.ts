/**
 * What other protocols send first on a connection that should speak MQTT. Recognised so that the message can
 * name the mistake: a wrong port, TLS without a TLS listener, a web server. None of these beginnings is a
 * packet that MQTT allows there.
 */
import { type Direction, TO_CLIENT, TO_SERVER } from './packet.ts';

export interface ForeignProtocol {
  /** A key of the table of framing faults. */
  readonly reason: 'tls-bytes' | 'http-answer' | 'http-request' | 'amqp-bytes' | 'ssh-bytes';
  readonly from: readonly Direction[];
  /** Each place of the beginning: one value, or a range of values with both ends. */
  readonly beginning: readonly (number | readonly [number, number])[];
}

const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));
const eitherSide: readonly Direction[] = [TO_SERVER, TO_CLIENT];

const foreignProtocols: readonly ForeignProtocol[] = [
  // A record of TLS: change cipher spec, alert, handshake or data; then version 3.0 to 3.4 (RFC 8446, 5.1).
  { reason: 'tls-bytes', from: eitherSide, beginning: [[0x14, 0x17], 0x03, [0x00, 0x04]] },
  { reason: 'http-answer', from: [TO_CLIENT], beginning: ascii('HTTP/') },
  ...['GET ', 'POST ', 'PUT ', 'HEAD ', 'OPTIONS ', 'CONNECT ', 'DELETE ', 'PATCH '].map(
    (method): ForeignProtocol => ({ reason: 'http-request', from: [TO_SERVER], beginning: ascii(method) }),
  ),
  { reason: 'amqp-bytes', from: eitherSide, beginning: ascii('AMQP') },
  { reason: 'ssh-bytes', from: eitherSide, beginning: ascii('SSH-') },
];

/**
 * Looks at the first bytes of one direction, `bytes[start, end)`. `undecided` means that more bytes are
 * needed to tell; it is answered for at most eight bytes.
 */
export function foreignProtocol(
  bytes: Uint8Array,
  start: number,
  end: number,
  direction: Direction,
): ForeignProtocol | 'undecided' | undefined {
  let undecided = false;
  for (const protocol of foreignProtocols) {
    if (!protocol.from.includes(direction)) continue;
    const matched = matchedPlaces(protocol, bytes, start, end);
    if (matched === protocol.beginning.length) return protocol;
    if (matched === end - start) undecided = true;
  }
  return undecided ? 'undecided' : undefined;
}

function matchedPlaces(protocol: ForeignProtocol, bytes: Uint8Array, start: number, end: number): number {
  const places = Math.min(protocol.beginning.length, end - start);
  for (let place = 0; place < places; place += 1) {
    const expected = protocol.beginning[place] ?? -1;
    const [lowest, highest] = typeof expected === 'number' ? [expected, expected] : expected;
    const value = bytes[start + place] ?? -1;
    if (value < lowest || value > highest) return place;
  }
  return places;
}
