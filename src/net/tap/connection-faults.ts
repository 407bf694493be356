/** The faults of one tapped connection that last, on its two lanes and gates. */
import { packetTypeNumber } from '../../mqtt/packet-types.ts';
import { type Fault, type FaultKind, works } from '../../profile/faults.ts';
import type { Lane } from './lane.ts';
import type { PacketGate } from './packet-gate.ts';

const DISCONNECT = packetTypeNumber('disconnect');
const PINGRESP = packetTypeNumber('pingresp');

/** A fault that lasts until it is cleared. */
export type LastingFault = Exclude<Fault, { kind: 'reset_peer' | 'close' | 'down' }>;

export interface FaultedWays {
  readonly toServer: { readonly lane: Lane; readonly gate: PacketGate };
  readonly toClient: { readonly lane: Lane; readonly gate: PacketGate };
}

/** At most one of each kind: a second one takes the place of the first. */
export class ConnectionFaults {
  readonly #ways: FaultedWays;
  readonly #faults = new Map<FaultKind, LastingFault>();

  constructor(ways: FaultedWays) {
    this.#ways = ways;
  }

  all(): readonly LastingFault[] {
    return [...this.#faults.values()];
  }

  set(fault: LastingFault): void {
    this.#faults.set(fault.kind, fault);
    this.#carryOut();
  }

  /** Returns what there was, for all kinds or for one. */
  clear(kind?: FaultKind): readonly LastingFault[] {
    const cleared = this.all().filter((fault) => kind === undefined || fault.kind === kind);
    for (const fault of cleared) this.#faults.delete(fault.kind);
    if (cleared.length > 0) this.#carryOut();
    return cleared;
  }

  #carryOut(): void {
    for (const way of ['toServer', 'toClient'] as const) {
      const { lane, gate } = this.#ways[way];
      const faults = [...this.#faults.values()].filter(
        (fault) => !('direction' in fault) || works(fault.direction, way),
      );
      const drop = way === 'toServer' ? 'drop_disconnect' : 'drop_pingresp';
      gate.dropping = this.#faults.has(drop) ? (way === 'toServer' ? DISCONNECT : PINGRESP) : 0;
      lane.delay(faults.find((fault) => fault.kind === 'latency'));
      lane.limit(faults.find((fault) => fault.kind === 'bandwidth')?.bytesPerSecond);
      lane.freeze(faults.some(({ kind }) => kind === 'freeze' || kind === 'timeout'));
    }
  }
}
