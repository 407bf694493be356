import type { RecordListener } from '../trace/listener.ts';

/**
 * Keeps a fault of the rules from ending the recording: it goes to `failed`, and the next record is told as ever. What the rules say of that
 * connection may then be wrong, which the log tells; what the trace holds is not.
 */
export function guarded(listener: RecordListener, failed: (error: unknown) => void): RecordListener {
  const attempt = (tell: () => void): void => {
    try {
      tell();
    } catch (error) {
      failed(error);
    }
  };
  return {
    opened: (...args) => attempt(() => listener.opened(...args)),
    // The one that is called for every packet makes no closure.
    packet: (seq, atMs, connection, direction, bytes, start, end) => {
      try {
        listener.packet(seq, atMs, connection, direction, bytes, start, end);
      } catch (error) {
        failed(error);
      }
    },
    unreadable: (...args) => attempt(() => listener.unreadable(...args)),
    closed: (...args) => attempt(() => listener.closed(...args)),
    action: (...args) => attempt(() => listener.action(...args)),
  };
}
