/** What stands in the trace for bytes that a capture misses. */
import type { Malformed } from '../mqtt/packet.ts';

/** The reason by which the listener knows that bytes are missing, and not wrong. */
export const MISSING_BYTES = 'missing-bytes';

/** `count` is 0 when nobody knows how many. */
export function missingBytes(count: number): Malformed {
  const many = count === 0 ? 'An unknown number of bytes' : count === 1 ? 'One byte' : `${count} bytes`;
  return {
    reason: MISSING_BYTES,
    message: `${many} of this connection passed and are not in the capture.`,
    offset: 0,
    statement: { version: 5, id: '4.2' },
    reasonCode: 0,
  };
}
