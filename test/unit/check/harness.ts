import type { CheckReport } from '../../../src/check/report.ts';
import { type CheckOptions, runCheck } from '../../../src/check/run-check.ts';
import type { CheckTarget } from '../../../src/check/target.ts';
import type { Wire } from '../../../src/check/wire-client.ts';
import { Broker } from '../../../src/net/broker/broker.ts';
import type { SandboxSettings } from '../../../src/profile/model.ts';
import { duplexPair, settled } from '../support/duplex-pair.ts';
import { ManualClock } from '../support/manual-clock.ts';

export interface InMemory {
  readonly clock: ManualClock;
  readonly broker: Broker;
  readonly target: CheckTarget;
}

/** A sandbox broker in memory and the way to it; `open` may stand in the way. */
export function inMemory(
  settings: Partial<SandboxSettings> = {},
  open?: (next: () => Wire, count: number) => Wire,
  clock = new ManualClock(),
): InMemory {
  const broker = new Broker({ deny: [], users: [], ...settings }, clock);
  let count = 0;
  const next = (): Wire => {
    const { client, server } = duplexPair();
    broker.attach(server);
    return { stream: client, reset: () => client.reset() };
  };
  const target: CheckTarget = {
    server: 'sandbox',
    clock,
    prefix: 'check',
    open: async () => {
      count += 1;
      return open === undefined ? next() : open(next, count);
    },
  };
  return { clock, broker, target };
}

/** Runs a check to its end: time goes on whenever nothing else is left to do. */
export async function checked(
  { clock, target }: Pick<InMemory, 'clock' | 'target'>,
  options: CheckOptions = {},
  each: () => void = () => {},
): Promise<CheckReport> {
  let over = false;
  const report = runCheck(target, options).finally(() => {
    over = true;
  });
  report.catch(() => {});
  while (!over) {
    await settled();
    each();
    const nextMs = clock.nextAtMs();
    if (nextMs !== undefined) clock.advanceTo(nextMs);
  }
  return report;
}
