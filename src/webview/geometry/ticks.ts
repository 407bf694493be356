/** Where the time axis is marked, and how. */
import type { TimeScale } from './time-scale.ts';

/** What of a time a label shows. */
export type TickUnit = 'millisecond' | 'second' | 'minute' | 'day';

export interface TickStep {
  readonly stepMs: number;
  readonly unit: TickUnit;
  /** Unlabelled ticks between two labelled ones, plus one. */
  readonly parts: number;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** The distances that labelled ticks may have, ascending. */
export const tickSteps: readonly TickStep[] = [
  { stepMs: 1, unit: 'millisecond', parts: 1 },
  { stepMs: 2, unit: 'millisecond', parts: 2 },
  { stepMs: 5, unit: 'millisecond', parts: 5 },
  { stepMs: 10, unit: 'millisecond', parts: 5 },
  { stepMs: 20, unit: 'millisecond', parts: 4 },
  { stepMs: 50, unit: 'millisecond', parts: 5 },
  { stepMs: 100, unit: 'millisecond', parts: 5 },
  { stepMs: 200, unit: 'millisecond', parts: 4 },
  { stepMs: 500, unit: 'millisecond', parts: 5 },
  { stepMs: second, unit: 'second', parts: 5 },
  { stepMs: 2 * second, unit: 'second', parts: 4 },
  { stepMs: 5 * second, unit: 'second', parts: 5 },
  { stepMs: 10 * second, unit: 'second', parts: 5 },
  { stepMs: 15 * second, unit: 'second', parts: 3 },
  { stepMs: 30 * second, unit: 'second', parts: 3 },
  { stepMs: minute, unit: 'minute', parts: 6 },
  { stepMs: 2 * minute, unit: 'minute', parts: 4 },
  { stepMs: 5 * minute, unit: 'minute', parts: 5 },
  { stepMs: 10 * minute, unit: 'minute', parts: 5 },
  { stepMs: 15 * minute, unit: 'minute', parts: 3 },
  { stepMs: 30 * minute, unit: 'minute', parts: 3 },
  { stepMs: hour, unit: 'minute', parts: 4 },
  { stepMs: 3 * hour, unit: 'minute', parts: 3 },
  { stepMs: 6 * hour, unit: 'minute', parts: 6 },
  { stepMs: 12 * hour, unit: 'minute', parts: 4 },
  { stepMs: day, unit: 'day', parts: 4 },
  { stepMs: 2 * day, unit: 'day', parts: 2 },
  { stepMs: 7 * day, unit: 'day', parts: 7 },
  { stepMs: 30 * day, unit: 'day', parts: 3 },
  { stepMs: 90 * day, unit: 'day', parts: 3 },
  { stepMs: 365 * day, unit: 'day', parts: 4 },
  { stepMs: 5 * 365 * day, unit: 'day', parts: 5 },
];

export interface Tick {
  readonly atMs: number;
  readonly x: number;
  readonly labelled: boolean;
}

export interface Ticks {
  readonly unit: TickUnit;
  readonly stepMs: number;
  readonly ticks: readonly Tick[];
}

/**
 * The ticks of what the scale shows. `labelGapPx` is the room that a label needs; `utcOffsetMs` is what to add to UTC
 * for the viewer's time of day, so that ticks stand on whole hours and days.
 */
export function ticksOf(scale: TimeScale, labelGapPx: number, utcOffsetMs: number): Ticks {
  const step = tickSteps.find(({ stepMs }) => stepMs / scale.msPerPx >= labelGapPx) ?? lastStep;
  const partMs = step.stepMs / step.parts;
  const first = Math.ceil((scale.startMs + utcOffsetMs) / partMs);
  const last = Math.floor((scale.endMs + utcOffsetMs) / partMs);
  const ticks: Tick[] = [];
  for (let index = first; index <= last; index += 1) {
    const atMs = index * partMs - utcOffsetMs;
    ticks.push({ atMs, x: scale.xOf(atMs), labelled: index % step.parts === 0 });
  }
  return { unit: step.unit, stepMs: step.stepMs, ticks };
}

const lastStep: TickStep = { stepMs: 10 * 365 * day, unit: 'day', parts: 5 };
