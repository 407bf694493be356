/** Words of which the probes are made. */
import type { RowId } from '../../session/model.ts';
import type { Lane } from '../probe.ts';
import type { ConnectStep, EndStep, ExpectedWill, Step, TableProbe } from '../table-probe.ts';

export type ConnectWish = Partial<Omit<ConnectStep, 'step'>>;

/** A CONNECT of 5.0 with Clean Start 1 that is accepted, except where `wish` differs. */
export function connect(wish: ConnectWish): ConnectStep {
  return { step: 'connect', version: 5, cleanStart: true, answer: 'accepted', ...wish };
}

export const v4 = { version: 4 } as const;
export const kept = { cleanStart: false } as const;
export const resumed = { cleanStart: false, answer: 'resumed' } as const;
/** The Client is back with a Session that would outlive the probe. */
export const longExpiry = { expiry: 60 } as const;
export const neverExpires = 0xffff_ffff;

export const fin: EndStep = { step: 'end', how: 'fin' };
export const reset: EndStep = { step: 'end', how: 'reset' };
export const silence: EndStep = { step: 'end', how: 'silence' };
export const secondConnect: EndStep = { step: 'end', how: 'second-connect' };
export function disconnect(reasonCode: number, expiry?: number): EndStep {
  return { step: 'end', how: 'disconnect', reasonCode, expiry };
}
export function bytes(...sent: number[]): EndStep {
  return { step: 'end', how: 'bytes', bytes: sent };
}
export function until(seconds: number): Step {
  return { step: 'until', seconds };
}

/** The will of the connection under test, so many seconds after the zero. */
export function at(seconds: number, will = 'W1'): readonly ExpectedWill[] {
  return [{ will, seconds }];
}
export const none: readonly ExpectedWill[] = [];

/** Delays above are not waited for. */
const longestDelay = 6;

/** The latest second at which a will could come, by any reading of what was sent. */
function lastSecond(steps: readonly Step[], wills: readonly ExpectedWill[]): number {
  let last = 0;
  for (const { seconds } of wills) last = Math.max(last, seconds);
  for (const step of steps) {
    if (step.step === 'until') last = Math.max(last, step.seconds);
    else if (step.step === 'connect' && step.will !== undefined && step.delay !== undefined) {
      const { delay, expiry = 0 } = step;
      last = Math.max(last, delay <= longestDelay ? delay : expiry);
    }
  }
  return last;
}

export function probe(
  row: RowId,
  what: string,
  steps: readonly Step[],
  wills: readonly ExpectedWill[],
): TableProbe {
  return { row, what, steps, wills, watch: lastSecond(steps, wills) };
}

export function inLane(lane: Lane, each: TableProbe): TableProbe {
  return { ...each, lane };
}

/** Connects with a will, and ends: that is the zero. */
export function ending(
  row: RowId,
  what: string,
  wish: ConnectWish,
  end: EndStep,
  wills: readonly ExpectedWill[],
): TableProbe {
  return probe(row, what, [connect({ will: 'W1', ...wish }), { ...end, zero: true }], wills);
}

/** As `ending` by RST, and what follows. */
export function returning(
  row: RowId,
  what: string,
  wish: ConnectWish,
  after: readonly Step[],
  wills: readonly ExpectedWill[],
): TableProbe {
  return probe(row, what, [connect({ will: 'W1', ...wish }), { ...reset, zero: true }, ...after], wills);
}

/** Connects with a will, and another CONNECT of the same Client comes: that is the zero. */
export function takeover(
  row: RowId,
  what: string,
  wish: ConnectWish,
  next: ConnectWish,
  wills: readonly ExpectedWill[],
): TableProbe {
  return probe(row, what, [connect({ will: 'W1', ...wish }), connect({ ...next, zero: true })], wills);
}
