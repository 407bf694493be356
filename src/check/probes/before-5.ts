/** D61 to D70: connections of 3.1.1 and 3.1. */
import type { TableProbe } from '../table-probe.ts';
import {
  at,
  bytes,
  connect,
  disconnect,
  ending,
  fin,
  inLane,
  none,
  probe,
  reset,
  resumed,
  secondConnect,
  silence,
  until,
  v4,
} from './terms.ts';

const v4Kept = { ...v4, cleanStart: false } as const;
const v3 = { version: 3 } as const;

export const before5: readonly TableProbe[] = [
  ending('D61', 'DISCONNECT, Clean Session 1', v4, disconnect(0), none),
  ending('D61', 'DISCONNECT, Clean Session 0', v4Kept, disconnect(0), none),
  ending('D62', 'RST, Clean Session 1', v4, reset, at(0)),
  ending('D62', 'FIN, Clean Session 1', v4, fin, at(0)),
  probe(
    'D63',
    'RST, Clean Session 0, back later',
    [connect({ ...v4Kept, will: 'W1' }), { ...reset, zero: true }, until(2), connect({ ...v4, ...resumed })],
    at(0),
  ),
  inLane('free', ending('D64', 'silence, Keep Alive 5 s', { ...v4, keepAlive: 5 }, silence, at(0))),
  ending('D65', 'a second CONNECT', v4, secondConnect, at(0)),
  ending('D65', 'PUBLISH with QoS 3', v4, bytes(0x36, 5, 0, 1, 0x74, 0, 1), at(0)),
  ending('D67', 'DISCONNECT with flag bits set', v4, bytes(0xe1, 0), at(0)),
  probe('D69', 'CONNECT is refused', [connect({ ...v4, will: 'W2', answer: 'refused', zero: true })], none),
  ending('D70', '3.1: RST', v3, reset, at(0)),
  inLane('free', ending('D70', '3.1: silence, Keep Alive 5 s', { ...v3, keepAlive: 5 }, silence, at(0))),
];
