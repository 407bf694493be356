/** D35 to D48: the Client comes back after its connection has ended. */
import type { TableProbe } from '../table-probe.ts';
import {
  at,
  type ConnectWish,
  connect,
  inLane,
  kept,
  longExpiry,
  none,
  probe,
  reset,
  resumed,
  returning,
  until,
  v4,
} from './terms.ts';

const shortDelay = { delay: 2, expiry: 4 } as const;
const refused: ConnectWish = { cleanStart: false, will: 'W2', answer: 'refused' };
const back: ConnectWish = { ...resumed, ...longExpiry };

export const returns: readonly TableProbe[] = [
  probe('D35', 'CONNECT is refused', [connect({ ...refused, ...shortDelay, zero: true })], none),
  returning('D37', 'resumed before D', shortDelay, [until(1), connect(back)], none),
  returning('D38', 'a CONNECT before D is refused', shortDelay, [until(1), connect(refused)], at(2)),
  returning('D39', 'Clean Start 1 before D', { delay: 3, expiry: 6 }, [until(1), connect(longExpiry)], at(1)),
  returning('D40', 'resumed after D, before E', { delay: 1, expiry: 6 }, [until(3), connect(back)], at(1)),
  returning(
    'D41',
    'Clean Start 0 after E, D > E',
    { delay: 4, expiry: 1 },
    [until(3), connect({ ...kept, ...longExpiry })],
    at(1),
  ),
  returning(
    'D42',
    'Clean Start 0 after E = 0',
    { delay: 3 },
    [until(1), connect({ ...kept, ...longExpiry })],
    at(0),
  ),
  returning('D43', 'resumed at once, D = 0', { expiry: 4 }, [connect(back)], at(0)),
  returning(
    'D44',
    'resumed before D with E = 0',
    shortDelay,
    [until(1), connect({ ...resumed, expiry: 0 })],
    none,
  ),
  returning(
    'D45',
    'resumed before D without a will, then dropped',
    shortDelay,
    [until(1), connect(back), reset, until(4)],
    none,
  ),
  inLane(
    'second',
    returning(
      'D46',
      'resumed before D with another will, then dropped',
      shortDelay,
      [until(1), connect({ ...back, will: 'W2', delay: 2 }), reset],
      at(3, 'W2'),
    ),
  ),
  returning('D47', 'resumed before D by 3.1.1', shortDelay, [until(1), connect({ ...resumed, ...v4 })], none),
  returning(
    'D48',
    'Clean Session 1 before D by 3.1.1',
    { delay: 3, expiry: 6 },
    [until(1), connect(v4)],
    at(1),
  ),
];
