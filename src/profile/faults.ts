/**
 * The faults that a tap can make, as data. Names are those of Toxiproxy where it has the fault. Durations are in ms.
 * A fault stands between the Client and the point where the trace is recorded, which is at the Server's side: what a
 * fault holds back, or drops, of what the Client sends, the Server never saw, and the trace does not show it as a packet.
 */
import { assertNever } from '../mqtt/assert-never.ts';
import type { FaultNote } from '../mqtt/network-connection.ts';

/** Which way it works. */
export type FaultDirection = NonNullable<FaultNote['direction']>;

export type Fault =
  /** Cuts at once: RST to both sides. */
  | { readonly kind: 'reset_peer' }
  /** Ends at once without DISCONNECT: FIN to both sides. */
  | { readonly kind: 'close' }
  /** Nothing passes any more, and after a while both sides are closed. */
  | { readonly kind: 'timeout'; readonly timeoutMs: number }
  /** Half-open: bytes and ends are held, sockets stay open. What was held passes when the fault is cleared. */
  | { readonly kind: 'freeze'; readonly direction: FaultDirection }
  /** Each piece passes so much later, give or take the jitter; never out of order. */
  | {
      readonly kind: 'latency';
      readonly direction: FaultDirection;
      readonly latencyMs: number;
      readonly jitterMs: number;
    }
  | { readonly kind: 'bandwidth'; readonly direction: FaultDirection; readonly bytesPerSecond: number }
  /** What the Client sends as DISCONNECT does not reach the Server. */
  | { readonly kind: 'drop_disconnect' }
  /** No PINGRESP reaches the Client. */
  | { readonly kind: 'drop_pingresp' }
  /** The broker is not there: new connections are refused. Connections that live stay. */
  | { readonly kind: 'down' };

export type FaultKind = FaultNote['kind'];

/** A fault that lasts until it is cleared. */
export type LastingFault = Exclude<Fault, { kind: 'reset_peer' | 'close' | 'down' }>;

/** One of the two ways that a connection has. */
export type FaultWay = Exclude<FaultDirection, 'both'>;

/** Some of the faults of a connection; without a kind those of every kind, without a direction what works either way. */
export interface FaultSelection {
  readonly kind?: FaultKind | undefined;
  /** Of a fault that works both ways, the other way stays. */
  readonly direction?: FaultDirection | undefined;
}

interface FaultRow {
  /** Ends the connection, so that it cannot be cleared. */
  readonly ends: boolean;
  /** Works on connections that live; the others on new ones only. */
  readonly onLiving: boolean;
  readonly help: string;
}

/** What there is to know of each kind; the help of the command line is made from it. */
export const faultRows: Readonly<Record<FaultKind, FaultRow>> = {
  reset_peer: { ends: true, onLiving: true, help: 'Cuts the connection: both sides get RST.' },
  close: { ends: true, onLiving: true, help: 'Ends the connection without DISCONNECT: both sides get FIN.' },
  timeout: { ends: true, onLiving: true, help: 'Lets nothing pass, and closes both sides after a while.' },
  freeze: { ends: false, onLiving: true, help: 'Holds everything, and keeps the sockets open (half-open).' },
  latency: { ends: false, onLiving: true, help: 'Delays what passes, give or take a jitter.' },
  bandwidth: { ends: false, onLiving: true, help: 'Limits how many bytes pass in a second.' },
  drop_disconnect: { ends: false, onLiving: true, help: 'Drops the DISCONNECT of the Client.' },
  drop_pingresp: { ends: false, onLiving: true, help: 'Drops each PINGRESP of the Server.' },
  down: { ends: false, onLiving: false, help: 'Refuses new connections, as if no broker were there.' },
};

/** How the trace names it. */
export function noteOf(fault: Fault): FaultNote {
  switch (fault.kind) {
    case 'timeout':
      return { kind: fault.kind, detail: `${fault.timeoutMs} ms` };
    case 'freeze':
      return { kind: fault.kind, direction: fault.direction };
    case 'latency': {
      const jitter = fault.jitterMs > 0 ? ` ± ${fault.jitterMs} ms` : '';
      return { kind: fault.kind, direction: fault.direction, detail: `${fault.latencyMs} ms${jitter}` };
    }
    case 'bandwidth':
      return { kind: fault.kind, direction: fault.direction, detail: `${fault.bytesPerSecond} bytes/s` };
    case 'reset_peer':
    case 'close':
    case 'drop_disconnect':
    case 'drop_pingresp':
    case 'down':
      return { kind: fault.kind };
    default:
      return assertNever(fault);
  }
}

/** By how much a `latency` delays. */
export type Delay = Pick<Extract<Fault, { readonly kind: 'latency' }>, 'latencyMs' | 'jitterMs'>;

/** What `noteOf` has made of a `latency`; undefined for all else. */
export function delayOf({ kind, detail }: FaultNote): Delay | undefined {
  const told = /^([\d.]+) ms(?: ± ([\d.]+) ms)?$/.exec(detail ?? '');
  if (kind !== 'latency' || told === null) return undefined;
  return { latencyMs: Number(told[1]), jitterMs: Number(told[2] ?? 0) };
}

const bothWays: readonly FaultWay[] = ['toServer', 'toClient'];

/** The ways that a direction stands for. */
export function waysOf(direction: FaultDirection | undefined): readonly FaultWay[] {
  return direction === undefined || direction === 'both' ? bothWays : [direction];
}

/** The ways on which a fault works. */
export function waysOfFault(fault: LastingFault): readonly FaultWay[] {
  switch (fault.kind) {
    case 'freeze':
    case 'latency':
    case 'bandwidth':
      return waysOf(fault.direction);
    case 'timeout':
      return bothWays;
    case 'drop_disconnect':
      return ['toServer'];
    case 'drop_pingresp':
      return ['toClient'];
    default:
      return assertNever(fault);
  }
}
