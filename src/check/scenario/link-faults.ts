/**
 * What the records tell of the faults between a Client and its Server: when a message that the Server has sent can have reached the
 * Client. The trace has it when it came from the Server.
 */
import type { FaultNote } from '../../mqtt/network-connection.ts';
import { type Delay, delayOf, waysOf } from '../../profile/faults.ts';

/** When it arrived, or will if nothing changes; `Infinity` while that is not known. */
export interface Arrival {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** What was in force on the way to the Client from a time on. */
interface Stretch {
  readonly fromMs: number;
  readonly frozen: boolean;
  readonly limited: boolean;
  readonly delay: Delay | undefined;
}

/** More changes than steps can bring about on one connection; beyond, nothing is said of when things arrive. */
const limit = 1000;

export class LinkFaults {
  readonly #stretches: Stretch[] = [];
  #frozenToServer = false;

  /** A fault was made on the connection, or taken away. */
  note(set: boolean, fault: FaultNote, atMs: number): void {
    const ways = waysOf(fault.direction);
    if (fault.kind === 'freeze' && ways.includes('toServer')) this.#frozenToServer = set;
    if (!ways.includes('toClient')) return;
    const last = this.#last;
    switch (fault.kind) {
      case 'freeze':
        this.#add({ ...last, fromMs: atMs, frozen: set });
        break;
      case 'bandwidth':
        this.#add({ ...last, fromMs: atMs, limited: set });
        break;
      case 'latency':
        this.#add({ ...last, fromMs: atMs, delay: set ? delayOf(fault) : undefined });
        break;
      default:
    }
  }

  /** Whether what the Server has to send may not be seen in time, since it is held back. */
  get holds(): boolean {
    return this.#frozenToServer || this.#last.frozen || this.#last.limited;
  }

  /** Of what came from the Server then. */
  arrival(atMs: number): Arrival {
    if (this.#stretches.length > limit) return { earliestMs: atMs, latestMs: Number.POSITIVE_INFINITY };
    let earliestMs = atMs;
    let latestMs = atMs;
    let came = false;
    for (const [index, stretch] of this.#stretches.entries()) {
      const untilMs = this.#stretches[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
      if (untilMs <= atMs) continue;
      if (!came) {
        came = true;
        if (stretch.fromMs <= atMs && stretch.delay !== undefined) {
          earliestMs = atMs + Math.max(0, stretch.delay.latencyMs - stretch.delay.jitterMs);
          latestMs = atMs + stretch.delay.latencyMs + stretch.delay.jitterMs;
        }
      }
      // What waits is let go when there is no delay any more.
      if (stretch.delay === undefined && stretch.fromMs > atMs) {
        earliestMs = Math.min(earliestMs, Math.max(stretch.fromMs, atMs));
        latestMs = Math.min(latestMs, stretch.fromMs);
      }
      if (stretch.frozen) {
        // What came at the very time of the fault may have passed before it.
        if (earliestMs > stretch.fromMs && earliestMs < untilMs) earliestMs = untilMs;
        if (latestMs >= stretch.fromMs && latestMs < untilMs) latestMs = untilMs;
      }
      if (stretch.limited && latestMs >= stretch.fromMs && latestMs < untilMs) latestMs = untilMs;
    }
    return { earliestMs, latestMs: Math.max(earliestMs, latestMs) };
  }

  get #last(): Stretch {
    return this.#stretches.at(-1) ?? none;
  }

  #add(stretch: Stretch): void {
    if (this.#stretches.length <= limit) this.#stretches.push(stretch);
  }
}

const none: Stretch = { fromMs: Number.NEGATIVE_INFINITY, frozen: false, limited: false, delay: undefined };
