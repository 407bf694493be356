/** Who is told of every record, in the order of the trace. The session rules are one such listener; a test holds them to it. */
import type {
  ActionTarget,
  ConnectionEnd,
  ConnectionInfo,
  RecordedAction,
} from '../mqtt/network-connection.ts';
import type { Direction } from '../mqtt/packet.ts';

export interface RecordListener {
  opened(seq: number, atMs: number, connection: number, info: ConnectionInfo): void;
  /**
   * One MQTT Control Packet, header included, at `bytes[start, end)`. Of a packet that was longer than the
   * trace keeps, the end is missing and the Remaining Length says so: the header is that of a packet that
   * ends where the kept bytes end. `bytes` are not changed afterwards, but they keep a whole segment of the
   * trace from being freed: copy what is to be kept.
   */
  packet(
    seq: number,
    atMs: number,
    connection: number,
    direction: Direction,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void;
  /** From here on the bytes of this direction are not MQTT. `reason` is a key of the tables of faults. */
  unreadable(seq: number, atMs: number, connection: number, direction: Direction, reason: string): void;
  closed(seq: number, atMs: number, connection: number, end: ConnectionEnd): void;
  action(seq: number, atMs: number, action: RecordedAction, target: ActionTarget): void;
}
