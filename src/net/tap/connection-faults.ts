/** The faults of one tapped connection that last, on its two lanes and gates. */
import { packetTypeNumber } from '../../mqtt/packet-types.ts';
import {
  type Fault,
  type FaultSelection,
  type FaultWay,
  type LastingFault,
  waysOf,
  waysOfFault,
} from '../../profile/faults.ts';
import type { Lane } from './lane.ts';
import type { PacketGate } from './packet-gate.ts';

const DISCONNECT = packetTypeNumber('disconnect');
const PINGRESP = packetTypeNumber('pingresp');

export interface FaultedWays {
  readonly toServer: { readonly lane: Lane; readonly gate: PacketGate };
  readonly toClient: { readonly lane: Lane; readonly gate: PacketGate };
}

/** A fault that was made, and the ways on which it still works. */
interface InForce {
  readonly made: LastingFault;
  readonly ways: readonly FaultWay[];
}

/** At most one of each kind on each way: a second one takes the place of the first there. */
export class ConnectionFaults {
  readonly #ways: FaultedWays;
  #inForce: readonly InForce[] = [];

  constructor(ways: FaultedWays) {
    this.#ways = ways;
  }

  /** In the order in which they were made, each with the direction that is left of it. */
  all(): readonly LastingFault[] {
    return this.#inForce.map(({ made, ways }) => onWays(made, ways));
  }

  /** Whether this very fault is in force. */
  has(fault: Fault): boolean {
    return this.#inForce.some(({ made }) => made === fault);
  }

  set(fault: LastingFault): void {
    const ways = waysOfFault(fault);
    this.#take((made) => (made.kind === fault.kind ? ways : []));
    this.#inForce = [...this.#inForce, { made: fault, ways }];
    this.#carryOut();
  }

  /**
   * Takes away the selected faults, or, with `made`, what is left of this very one. What works both ways as a whole is only taken
   * away as a whole. `cleared` is told what there was of them before anything passes that they held.
   */
  clear(
    { kind, direction }: FaultSelection,
    made: Fault | undefined,
    cleared: (fault: LastingFault) => void,
  ): void {
    const ways = waysOf(direction);
    const taken = this.#take((each) => {
      const selected = (kind === undefined || each.kind === kind) && (made === undefined || each === made);
      return selected && (each.kind !== 'timeout' || ways.length === 2) ? ways : [];
    });
    if (taken.length === 0) return;
    for (const each of taken) cleared(each);
    this.#carryOut();
  }

  /** Takes ways from faults. Returns what was taken. */
  #take(waysFrom: (made: LastingFault) => readonly FaultWay[]): readonly LastingFault[] {
    const taken: LastingFault[] = [];
    const stay: InForce[] = [];
    for (const { made, ways } of this.#inForce) {
      const from = waysFrom(made);
      const away = ways.filter((way) => from.includes(way));
      const left = ways.filter((way) => !from.includes(way));
      if (away.length > 0) taken.push(onWays(made, away));
      if (left.length > 0) stay.push({ made, ways: left });
    }
    this.#inForce = stay;
    return taken;
  }

  #carryOut(): void {
    for (const way of ['toServer', 'toClient'] as const) {
      const { lane, gate } = this.#ways[way];
      const faults = this.#inForce.filter(({ ways }) => ways.includes(way)).map(({ made }) => made);
      const drop = way === 'toServer' ? 'drop_disconnect' : 'drop_pingresp';
      const type = way === 'toServer' ? DISCONNECT : PINGRESP;
      gate.dropping = faults.some(({ kind }) => kind === drop) ? type : 0;
      lane.delay(faults.find((fault) => fault.kind === 'latency'));
      lane.limit(faults.find((fault) => fault.kind === 'bandwidth')?.bytesPerSecond);
      lane.freeze(faults.some(({ kind }) => kind === 'freeze' || kind === 'timeout'));
    }
  }
}

function onWays(fault: LastingFault, ways: readonly FaultWay[]): LastingFault {
  const [way, other] = ways;
  if (!('direction' in fault) || way === undefined || other !== undefined) return fault;
  return fault.direction === way ? fault : { ...fault, direction: way };
}
