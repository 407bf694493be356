/**
 * When the recording stood still: the machine slept, or was too busy to read. What came meanwhile was seen only afterwards, so a time
 * in the trace may be later than it was for the Server, and a copy that is not there may only have been late to be read.
 */
import { fact } from './facts.ts';
import type { Fact } from './model.ts';

interface Standstill {
  readonly fromMs: number;
  readonly untilMs: number;
  /** What was sent meanwhile may come until then. */
  readonly settledMs: number;
  readonly seq: number;
}

/** So many are told apart; before that, the two oldest count as one long one. */
const limit = 32;
/** What was sent meanwhile comes within so many ms at least. */
const settleMs = 1000;

export class Standstills {
  /** In their order in time. */
  readonly #all: Standstill[] = [];

  /** From `fromMs` until `untilMs` nothing was read, as record `seq` says. */
  note(fromMs: number, untilMs: number, seq: number): void {
    // TCP waits longer each time that it sends again, at most as long as it has waited in all.
    const settledMs = untilMs + Math.max(settleMs, untilMs - fromMs);
    this.#all.push({ fromMs, untilMs, settledMs, seq });
    if (this.#all.length <= limit) return;
    const [oldest, next] = this.#all;
    if (oldest !== undefined && next !== undefined)
      this.#all.splice(0, 2, { ...next, fromMs: oldest.fromMs });
  }

  /** Since when what was seen at `atMs` may have happened; `atMs` itself where nothing stood still. */
  earliest(atMs: number): number {
    return this.#overlapping(atMs, atMs)?.fromMs ?? atMs;
  }

  /** What leaves open a judgement on what was seen, or not seen, in this time; undefined when the recording went on in all of it. */
  disturbing(fromMs: number, untilMs: number): Fact | undefined {
    const found = this.#overlapping(fromMs, untilMs);
    return (
      found && fact('stoodStill', { fromAtMs: found.fromMs, untilAtMs: found.untilMs }, { seq: found.seq })
    );
  }

  #overlapping(fromMs: number, untilMs: number): Standstill | undefined {
    return this.#all.find((each) => each.fromMs <= untilMs && each.settledMs >= fromMs);
  }
}
