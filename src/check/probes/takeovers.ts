/** D49 to D60: another CONNECT comes while the connection is open. */
import type { TableProbe } from '../table-probe.ts';
import { at, kept, longExpiry, none, resumed, takeover, v4 } from './terms.ts';

const noDelay = { expiry: 4 } as const;
const delayed = { delay: 3, expiry: 6 } as const;
const delayedOnly = { delay: 3 } as const;
const back = { ...resumed, ...longExpiry } as const;
const created = { ...kept, ...longExpiry } as const;
const v4Kept = { ...v4, ...kept } as const;

export const takeovers: readonly TableProbe[] = [
  takeover('D49', 'Clean Start 0, D = 0, E > 0', noDelay, back, at(0)),
  takeover('D50', 'Clean Start 1, D = 0, E > 0', noDelay, longExpiry, at(0)),
  takeover('D50', 'Clean Start 1, D = 0, E = 0', {}, longExpiry, at(0)),
  takeover('D51', 'Clean Start 0, D > 0, E > 0', delayed, back, none),
  takeover('D52', 'Clean Start 1, D > 0, E > 0', delayed, longExpiry, at(0)),
  takeover('D53', 'Clean Start 0, D > 0, E = 0', delayedOnly, created, at(0)),
  takeover('D54', 'Clean Start 1, D > 0, E = 0', delayedOnly, longExpiry, at(0)),
  takeover('D55', 'Clean Start 0, D = 0, E = 0', {}, created, at(0)),
  takeover('D56', '3.1.1, Clean Session 1 before, 0 after', v4, v4Kept, at(0)),
  takeover('D56', '3.1.1, Clean Session 1 before and after', v4, v4, at(0)),
  takeover('D57', '3.1.1, Clean Session 0 before and after', v4Kept, { ...v4, ...resumed }, at(0)),
  takeover('D58', '3.1.1, Clean Session 0 before, 1 after', v4Kept, v4, at(0)),
  takeover('D59', '3.1.1 taken over by 5.0', v4Kept, back, at(0)),
  takeover('D59', '5.0 with D > 0 taken over by 3.1.1', delayed, { ...v4, ...resumed }, none),
  takeover('D60', 'a CONNECT that is refused', delayed, { ...kept, will: 'W2', answer: 'refused' }, none),
];
