/** D01 to D31: a connection of 5.0 ends, and the Client does not come back before the will is due. */
import type { TableProbe } from '../table-probe.ts';
import {
  at,
  bytes,
  connect,
  disconnect,
  ending,
  fin,
  inLane,
  longExpiry,
  neverExpires,
  none,
  probe,
  reset,
  resumed,
  secondConnect,
  silence,
  until,
} from './terms.ts';

const shortDelay = { delay: 2, expiry: 4 } as const;
const longDelay = { delay: 4, expiry: 2 } as const;

/** What a Client may say in a DISCONNECT beside 0x00 and 0x04 (v5 3.14.2.1). */
const clientErrors = [0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99];

const hex = (code: number): string => `0x${code.toString(16).toUpperCase().padStart(2, '0')}`;

export const ends: readonly TableProbe[] = [
  probe(
    'D01',
    'RST without a will, back before the Session expires',
    [connect({ expiry: 4 }), { ...reset, zero: true }, until(1), connect({ ...resumed, ...longExpiry })],
    none,
  ),
  ending('D02', 'DISCONNECT 0x00, E = 0', { delay: 2 }, disconnect(0), none),
  ending('D03', 'DISCONNECT 0x00, E > 0', shortDelay, disconnect(0), none),
  ending('D04', 'DISCONNECT 0x00, E never', { delay: 2, expiry: neverExpires }, disconnect(0), none),
  ending('D05', 'DISCONNECT 0x00 with another E', shortDelay, disconnect(0, 3), none),
  ending('D06', 'DISCONNECT 0x00 with E = 0', shortDelay, disconnect(0, 0), none),
  ending('D07', 'DISCONNECT 0x00 with E > 0 where CONNECT had none', { delay: 2 }, disconnect(0, 3), at(0)),
  ending('D08', 'DISCONNECT with reserved bits', shortDelay, bytes(0xe1, 0), at(2)),
  ending('D08', 'DISCONNECT with an unknown property', shortDelay, bytes(0xe0, 4, 0, 2, 0x7e, 0), at(2)),
  ending(
    'D08',
    'DISCONNECT with a property twice',
    shortDelay,
    bytes(0xe0, 12, 0, 10, 0x11, 0, 0, 0, 3, 0x11, 0, 0, 0, 3),
    at(2),
  ),
  ending('D08', 'DISCONNECT with a wrong Property Length', { expiry: 4 }, bytes(0xe0, 2, 0, 5), at(0)),
  ending('D09', 'DISCONNECT 0x04, D = 0, E = 0', {}, disconnect(4), at(0)),
  ending('D10', 'DISCONNECT 0x04, D = 0, E > 0', { expiry: 4 }, disconnect(4), at(0)),
  ending('D11', 'DISCONNECT 0x04, D < E', shortDelay, disconnect(4), at(2)),
  ending('D12', 'DISCONNECT 0x04, D > E', longDelay, disconnect(4), at(2)),
  ending('D13', 'DISCONNECT 0x04, D > 0, E = 0', { delay: 3 }, disconnect(4), at(0)),
  ending('D14', 'DISCONNECT 0x04 with E = 0', shortDelay, disconnect(4, 0), at(0)),
  ending('D15', 'DISCONNECT 0x04 with E < D', { delay: 4, expiry: 5 }, disconnect(4, 2), at(2)),
  ...clientErrors.map((code) =>
    ending('D16', `DISCONNECT ${hex(code)}`, shortDelay, disconnect(code), at(2)),
  ),
  ending('D17', 'DISCONNECT 0x8E, which is the Server’s', shortDelay, disconnect(0x8e), at(2)),
  ending('D17', 'DISCONNECT 0xFF, which is nobody’s', shortDelay, disconnect(0xff), at(2)),
  ending('D18', 'FIN, D = 0, E = 0', {}, fin, at(0)),
  ending('D19', 'RST, D = 0, E > 0', { expiry: 4 }, reset, at(0)),
  ending('D20', 'RST, D < E', shortDelay, reset, at(2)),
  ending('D20', 'FIN, D < E', shortDelay, fin, at(2)),
  inLane(
    'second',
    probe(
      'D20',
      'RST long after CONNECT, D < E',
      [
        connect({ will: 'W1', delay: 1, expiry: 4 }),
        { step: 'pause', seconds: 1.5 },
        { ...reset, zero: true },
      ],
      at(1),
    ),
  ),
  ending('D21', 'RST, D = E', { delay: 2, expiry: 2 }, reset, at(2)),
  ending('D22', 'RST, D > E', longDelay, reset, at(2)),
  ending('D23', 'RST, D > 0, E absent', { delay: 3 }, reset, at(0)),
  ending('D23', 'RST, D > 0, E = 0, Clean Start 0', { delay: 3, expiry: 0, cleanStart: false }, reset, at(0)),
  ending('D24', 'RST, D = 0xFFFFFFFF, E > 0', { delay: neverExpires, expiry: 2 }, reset, at(2)),
  ending('D25', 'RST, D > 0, E never', { delay: 2, expiry: neverExpires }, reset, at(2)),
  inLane(
    'free',
    ending('D27', 'silence, Keep Alive 5 s, D = 0', { keepAlive: 5, expiry: 20 }, silence, at(0)),
  ),
  inLane(
    'third',
    ending('D27', 'silence, Keep Alive 1 s, D < E', { delay: 1, expiry: 3, keepAlive: 1 }, silence, at(1)),
  ),
  ending(
    'D29',
    'the Server ends it: PUBLISH with a Topic Alias above its maximum',
    shortDelay,
    bytes(0x30, 7, 0, 1, 0x74, 3, 0x23, 0xff, 0xff),
    at(2),
  ),
  ending('D31', 'a second CONNECT', shortDelay, secondConnect, at(2)),
  ending('D31', 'PUBLISH with QoS 3', { expiry: 4 }, bytes(0x36, 6, 0, 1, 0x74, 0, 1, 0), at(0)),
  ending('D31', 'SUBSCRIBE without a Topic Filter', shortDelay, bytes(0x82, 3, 0, 1, 0), at(2)),
];
