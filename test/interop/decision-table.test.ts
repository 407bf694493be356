import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Probe } from '../../src/check/probe.ts';
import { probes, untried } from '../../src/check/probes.ts';
import { conforms, type ProbeResult, runProbe } from '../../src/check/run-probe.ts';
import { decisionTable } from '../../src/session/decision-table.ts';
import { deviations } from './support/deviations.ts';
import { startEjabberd } from './support/ejabberd.ts';
import { type RunningBroker, startSandbox } from './support/sandbox.ts';

const servers = ['sandbox', 'ejabberd'] as const;
type Server = (typeof servers)[number];

const running: RunningBroker[] = [];
const results = new Map<Server, readonly ProbeResult[]>();

beforeAll(async () => {
  const starts: Record<Server, () => Promise<RunningBroker>> = {
    sandbox: startSandbox,
    ejabberd: startEjabberd,
  };
  for (const server of servers) {
    const broker = await starts[server]();
    running.push(broker);
    const first = await playAll(broker, 'table');
    // A busy machine may let a Client act or see too late: what is not met has a second try, and that one counts.
    const again = probes.filter((_, index) => !met(first[index]));
    const second = await playAll(broker, 'again', again);
    results.set(
      server,
      first.map((result) => (met(result) ? result : (second.find(sameAs(result)) ?? result))),
    );
  }
});
afterAll(async () => {
  for (const broker of running) await broker.stop();
});

/** All at once: each has Clients and topics of its own, and most of the time nothing happens. */
function playAll(
  { address, credentials }: RunningBroker,
  run: string,
  wanted: readonly Probe[] = probes,
): Promise<ProbeResult[]> {
  const target = { ...address, credentials, run: `${run}-${process.pid}` };
  return Promise.all(wanted.map((probe, index) => runProbe(target, probe, index)));
}

const met = (result: ProbeResult | undefined): boolean => result !== undefined && conforms(result);

const sameAs =
  ({ row, what }: ProbeResult) =>
  (other: ProbeResult): boolean =>
    other.row === row && other.what === what;

const verdicts = (result: ProbeResult | undefined): string[] =>
  result?.judged.map(({ what, verdict }) => `${what}: ${verdict}`) ?? [];

describe.each(probes.map((probe, index) => ({ ...probe, index })))('$row: $what', ({ row, what, index }) => {
  it('the sandbox does what the table says', () => {
    const { judged = [], seen } = results.get('sandbox')?.[index] ?? {};
    expect({ judged, seen }).toEqual({ judged: judged.map((each) => ({ ...each, verdict: 'met' })), seen });
    expect(judged).not.toEqual([]);
  });

  it('ejabberd does the same', () => {
    const known = deviations.find((each) => each.row === row && each.what === what);
    const ours = verdicts(results.get('sandbox')?.[index]);
    expect(verdicts(results.get('ejabberd')?.[index])).toEqual(known?.verdicts ?? ours);
  });
});

describe('the decision table', () => {
  it('has a probe for every row, or a reason for its absence', () => {
    const tried = new Set(probes.map((probe) => probe.row));
    expect(decisionTable.map(({ id }) => id).filter((id) => !tried.has(id) && !untried[id])).toEqual([]);
    expect([...tried].filter((id) => untried[id] !== undefined)).toEqual([]);
  });

  it('has no probe twice, and no deviation of a probe that is not there', () => {
    const names = probes.map(({ row, what }) => `${row} ${what}`);
    expect(new Set(names).size).toBe(names.length);
    expect(deviations.filter(({ row, what }) => !names.includes(`${row} ${what}`))).toEqual([]);
  });
});
