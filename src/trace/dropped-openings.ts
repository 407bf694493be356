/** Connections whose opening has left the trace while they go on in it: what they were, and how much of them went with it. */

import type { ConnectionInfo } from '../mqtt/network-connection.ts';
import { TO_CLIENT, TO_SERVER } from '../mqtt/packet.ts';
import { RECORD } from './model.ts';
import type { SegmentView } from './segment.ts';

export interface DroppedOpening {
  readonly info: ConnectionInfo;
  /** By direction: how many bytes of it are in records that have left, in the trace or before it began. */
  readonly bytes: readonly [toServer: number, toClient: number];
}

export class DroppedOpenings {
  /** Of connections whose end has not left, too: as many as were open at a time. */
  readonly #openings = new Map<number, { readonly info: ConnectionInfo; readonly bytes: [number, number] }>();

  of(connection: number): DroppedOpening | undefined {
    return this.#openings.get(connection);
  }

  /** The oldest segment has left. */
  dropped(segment: SegmentView): void {
    const { connection, kind, direction, length } = segment.columns;
    for (let index = 0; index < segment.count; index += 1) {
      const id = connection[index] ?? 0;
      switch (kind[index]) {
        case RECORD.packet:
        case RECORD.opaque: {
          const opening = this.#openings.get(id);
          if (opening === undefined) break;
          const way = direction[index] === TO_SERVER ? TO_SERVER : TO_CLIENT;
          opening.bytes[way] += length[index] ?? 0;
          break;
        }
        case RECORD.opened: {
          const side = segment.side(index);
          if (side?.kind === RECORD.opened) this.#openings.set(id, { info: side.info, bytes: [0, 0] });
          break;
        }
        case RECORD.closed:
          this.#openings.delete(id);
          break;
        default:
          break;
      }
    }
  }
}
