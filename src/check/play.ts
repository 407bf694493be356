/** One play of one probe: from an empty stage to its part of the report. */

import type { ProtocolVersion } from '../mqtt/packet.ts';
import { statementKey } from '../mqtt/statements.ts';
import type { Fact } from '../session/model.ts';
import { timeless } from '../session/what-if-facts.ts';
import { CannotTry, Doubt, Unreachable } from './failures.ts';
import { verdictOf } from './judging.ts';
import { howToLiveWith, knownElsewhere } from './known-elsewhere.ts';
import { type CheckProbe, idOf } from './probe.ts';
import type { CheckVerdict, ControlResult, ProbeReport, ServerAbilities } from './report.ts';
import { Stage, type StageOptions } from './stage.ts';
import { WaitError } from './wire-client.ts';

const notTried: ControlResult = { seen: false, reason: 'the control was not tried' };

export interface Played {
  readonly report: ProbeReport;
  /** The Server was gone. */
  readonly unreachable: boolean;
}

/**
 * Plays a probe, with its control, and cleans up behind it. Rejects only for a fault of this program; what the Server and
 * the network do is a verdict.
 */
export async function playOnce(probe: CheckProbe, options: StageOptions): Promise<Played> {
  const stage = new Stage(options);
  let control = notTried;
  let unreachable = false;
  let verdict: CheckVerdict;
  try {
    const judge = await probe.play(stage);
    control = await stage.control(probe.version);
    judge(control.delayMs ?? 0);
    verdict = verdictOf(stage.owed, control, stage.doubt);
  } catch (error) {
    unreachable = error instanceof Unreachable;
    verdict = verdictOfFailure(error, options.signal);
  } finally {
    options.member.leave();
  }
  const report = reportOf(probe, stage, verdict, control);
  if (!unreachable) await stage.cleanUp();
  return { report, unreachable };
}

/** For a probe that is not played at all. */
export function notPlayed(probe: CheckProbe, reason: string): ProbeReport {
  return { ...blank(probe), verdict: { kind: 'not-tried', reason } };
}

/** Why the Server cannot be tried with it; undefined when it can. */
export function lacking(
  { versions, needs }: CheckProbe,
  abilities: ServerAbilities,
  refusals: ReadonlyMap<ProtocolVersion, string>,
): string | undefined {
  const missing = versions.find((version) => !abilities.versions.includes(version));
  if (missing !== undefined) {
    const name = missing === 5 ? '5.0' : missing === 4 ? '3.1.1' : '3.1';
    return `the Server does not offer MQTT ${name} (${refusals.get(missing) ?? 'refused'})`;
  }
  const { maximumQoS = 2, retainAvailable = true } = abilities;
  if (needs.includes('qos2') && maximumQoS < 2) return `the Server offers QoS ${maximumQoS} at most`;
  if (needs.includes('qos1') && maximumQoS < 1) return 'the Server offers QoS 0 only';
  if (needs.includes('retain') && !retainAvailable) return 'the Server does not offer retained messages';
  return undefined;
}

function verdictOfFailure(error: unknown, signal: AbortSignal): CheckVerdict {
  if (signal.aborted) return { kind: 'not-tried', reason: 'the check was cancelled' };
  if (error instanceof CannotTry) return { kind: 'not-tried', reason: error.message };
  if (error instanceof Doubt) return { kind: 'undecided', reason: error.message };
  if (error instanceof WaitError) return { kind: 'undecided', reason: withoutStop(error.message) };
  throw error;
}

const withoutStop = (text: string): string => text.replace(/\.$/, '');

function blank({ topic, rows, what, version, expected, statements }: CheckProbe): ProbeReport {
  return {
    id: idOf({ rows, what }),
    topic,
    rows,
    what,
    version,
    expected,
    observed: '',
    owed: [],
    verdict: { kind: 'not-tried', reason: '' },
    statements,
    why: [],
    trace: [],
    control: { seen: false },
    knownElsewhere: [],
    attempts: 1,
  };
}

function reportOf(
  probe: CheckProbe,
  stage: Stage,
  verdict: CheckVerdict,
  control: ControlResult,
): ProbeReport {
  const { zeroMs, delayMs, dueMs, owed } = stage;
  const trace = stage.lines.map((line) => ({ ...line, atMs: line.atMs - zeroMs }));
  const whole: ProbeReport = {
    ...blank(probe),
    observed: [...new Set(owed.map(({ observed }) => observed))].join('; '),
    owed: [...owed],
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(dueMs === undefined ? {} : { dueMs }),
    verdict,
    why: whyOf(stage, zeroMs),
    trace,
    control,
  };
  if (verdict.kind !== 'deviates') return whole;
  return { ...whole, knownElsewhere: knownElsewhere(whole), howToLiveWithIt: howToLiveWith(whole) };
}

/** What the rules say of the Client under test: of its will before all else. */
function whyOf(stage: Stage, zeroMs: number): readonly Fact[] {
  const told = new Map<string, Fact>();
  const nowMs = stage.clock.now();
  const mine = stage
    .expectations()
    .filter(({ clientId, kind }) => clientId.endsWith('-a') && kind !== 'session-end');
  const order = { will: 0, 'keep-alive': 1, 'session-present': 2, 'session-end': 3 } as const;
  for (const { facts } of mine.toSorted((a, b) => order[a.kind] - order[b.kind])) {
    for (const fact of facts) {
      const plain = { ...timeless(untilNow(fact, nowMs), zeroMs), seq: fact.seq };
      const key = `${plain.code} ${JSON.stringify(plain.params)} ${plain.statement && statementKey(plain.statement)}`;
      if (!told.has(key)) told.set(key, plain);
    }
  }
  return [...told.values()];
}

/** The rules were told of a later time, so that they decide; nobody has watched for so long. */
function untilNow(fact: Fact, nowMs: number): Fact {
  const { untilAtMs } = fact.params;
  if (fact.code !== 'notReceived' || typeof untilAtMs !== 'number') return fact;
  return { ...fact, params: { ...fact.params, untilAtMs: Math.min(untilAtMs, nowMs) } };
}
