/**
 * What the benches share: the line that they print, and how they measure on a machine that others use too.
 */

export interface BenchLine {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly yardstick: string;
  readonly yardstickValue: number;
  readonly ratio: number;
  readonly bar: string;
  readonly met: boolean;
}

export type Report = (line: BenchLine) => void;

/** Of an odd or even number of values; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** How long `run` takes, in seconds. */
export function secondsOf(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}

/**
 * Runs subject and yardstick in turns, `rounds` times each after one round that does not count, so that both
 * see the same machine. Returns the median seconds of each.
 */
export function inTurns(
  rounds: number,
  subject: () => void,
  yardstick: () => void,
): { readonly subject: number; readonly yardstick: number } {
  const times = { subject: [] as number[], yardstick: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    const ours = secondsOf(subject);
    const theirs = secondsOf(yardstick);
    if (round > 0) {
      times.subject.push(ours);
      times.yardstick.push(theirs);
    }
  }
  return { subject: median(times.subject), yardstick: median(times.yardstick) };
}
