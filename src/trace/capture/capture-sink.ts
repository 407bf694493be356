/** Takes what a capture shows of connections that carry MQTT. A recorder is one. */

import type {
  ActionTarget,
  ConnectionEnd,
  ConnectionInfo,
  RecordedAction,
} from '../../mqtt/network-connection.ts';
import type { Direction } from '../../mqtt/packet.ts';

export interface CaptureSink {
  /** Returns the id of the connection: `wanted`, if that is free. */
  opened(atMs: number, info: ConnectionInfo, wanted?: number): number;
  bytes(atMs: number, connection: number, direction: Direction, chunk: Uint8Array): void;
  /**
   * Bytes that passed and are not in the capture; 0 when nobody knows how many. `within`: they are of a packet of which the rest was there, and
   * that follows.
   */
  missed(atMs: number, connection: number, direction: Direction, count: number, within?: boolean): void;
  /** The rest of a record that was longer than what was kept of it when it was recorded. */
  unkept(atMs: number, connection: number, direction: Direction, count: number): void;
  closed(atMs: number, connection: number, end: ConnectionEnd): void;
  action(atMs: number, action: RecordedAction, target: ActionTarget): void;
}
