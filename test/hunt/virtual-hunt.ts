/** The pure form of the hunt: sandbox broker and rules on one clock that jumps from event to event. */

import { type DeviationName, deviationRows } from '../../src/profile/keys/deviation-rows.ts';
import type { SandboxSettings } from '../../src/profile/model.ts';
import type { ExpectationView } from '../../src/session/model.ts';
import { Random } from '../unit/broker-fuzz/random.ts';
import { inOrder, plain, reopen, save } from '../unit/capture/support.ts';
import { type Find, judge, told } from './judge.ts';
import { deniedTopic, type Program, randomProgram } from './program.ts';
import { type Lag, playVirtually, type Run } from './virtual-run.ts';

/** Finds of one kind of which the whole story is printed. */
const shownOfKind = Number(process.env['HUNT_SHOW'] ?? '2');

/** What one program came to: played against the broker as the standard has it, and maybe against one that deviates. */
export interface Hunted {
  readonly run: Run;
  readonly settings: SandboxSettings;
  readonly finds: readonly Find[];
  readonly open: readonly ExpectationView[];
  /** What a capture of it, read again, has otherwise. */
  readonly differences: string | undefined;
  readonly faults: readonly string[];
}

export async function huntOnce(seed: number): Promise<Hunted> {
  const random = new Random(seed * 7919);
  const program = randomProgram(seed);
  const deviations = deviationsOf(random);
  const settings = settingsOf(random);
  const lag = lagOf(random, seed);
  const standard = await playVirtually(program, settings, lag);
  const deviating = { ...settings, deviations };
  const run = deviations.length === 0 ? standard : await playVirtually(program, deviating, lag);
  const { finds, open } = judge(run, standard);
  return { run, settings: deviating, finds, open, differences: reopened(run), faults: run.faults };
}

/** Plays so many programs, and prints what was found. Answers how many finds there were. */
export async function virtualHunt(rounds: number, firstSeed: number): Promise<number> {
  const startedAt = performance.now();
  const finds = new Map<string, number>();
  const verdicts = new Map<string, number>();
  const reasons = new Map<string, number>();
  for (let round = 0; round < rounds; round += 1) {
    const seed = firstSeed + round;
    const hunted = await huntOnce(seed);
    const { run } = hunted;
    for (const { kind, verdict } of run.expectations.values()) add(verdicts, `${kind} ${verdict}`);
    for (const { kind, verdict, facts, row } of hunted.open) {
      add(reasons, `${kind} ${verdict}: ${facts.at(-1)?.code}${verdict === 'undecided' ? ` ${row}` : ''}`);
    }
    for (const [index, find] of hunted.finds.entries()) {
      add(finds, find.what);
      if (index === 0 && (finds.get(find.what) ?? 0) <= shownOfKind) show(seed, find, hunted);
    }
    for (const fault of [
      ...hunted.faults,
      ...(hunted.differences === undefined ? [] : [hunted.differences]),
    ]) {
      add(finds, 'a fault');
      console.log(`\n== seed ${seed}: ${fault}`);
    }
    if (round % 500 === 499) {
      const seconds = (performance.now() - startedAt) / 1000;
      console.log(`${round + 1} programs, ${seconds.toFixed(0)} s`);
    }
  }
  print('Finds', finds);
  print('Verdicts', verdicts);
  print('Why nothing is said', reasons);
  return [...finds.values()].reduce((sum, count) => sum + count, 0);
}

function deviationsOf(random: Random): DeviationName[] {
  if (random.below(100) < 40) return [];
  const names: DeviationName[] = [random.pick(deviationRows).name];
  if (random.below(100) < 25) names.push(random.pick(deviationRows).name);
  return [...new Set(names)];
}

function settingsOf(random: Random): SandboxSettings {
  const hasUsers = random.below(100) < 25;
  const then =
    hasUsers && random.below(2) === 0 ? 'ignore' : random.pick(['notAuthorized', 'disconnect'] as const);
  return {
    deny: [{ publish: deniedTopic, then }],
    users: hasUsers ? [{ username: 'demo', password: 'right' }] : [],
    ...(random.below(100) < 15 ? { sessionExpiryMaximum: 2 } : {}),
    ...(random.below(100) < 10 ? { serverKeepAlive: 2 } : {}),
  };
}

function lagOf(random: Random, seed: number): Lag {
  const most = random.pick([0, 0, 5, 120]);
  return (which) => {
    if (most === 0) return { toServer: 0, toClient: 0 };
    const each = new Random(seed * 1000 + which);
    return { toServer: 1 + each.below(most), toClient: 1 + each.below(most) };
  };
}

/** What the trace is after it was saved and opened again, where it is not the same. */
function reopened(run: Run): string | undefined {
  const records = run.recording.records();
  const { recording } = reopen(save(records, run.untilMs, { mask: false }));
  const before = plain(records);
  const after = plain(recording.records());
  const differs = before.findIndex((each, index) => each !== after[index]);
  if (differs >= 0 || before.length !== after.length)
    return `reopened, a record differs:\n${before[differs]}\n${after[differs]}`;
  for (const each of recording.entitiesAt(run.untilMs).expectations) {
    const live = run.expectations.get(each.id);
    if (live === undefined || inOrder(live) !== inOrder(each))
      return `reopened, a verdict differs:\n${live && told(live)}\n${told(each)}`;
  }
  return undefined;
}

function show(seed: number, { what, expectation }: Find, { run, settings }: Hunted): void {
  console.log(`\n== seed ${seed}: ${what} ${JSON.stringify(settings)}`);
  console.log(told(expectation));
  console.log(script(run.program, run, expectation));
}

/** What was done to the Client, and all that has to do with the topic of its will. */
function script(program: Program, run: Run, { clientId, connection }: ExpectationView): string {
  const topic = run.played.find((each) => each.connection === connection)?.step.will?.topic;
  const lines: string[] = [];
  for (const { atMs, which, ...rest } of program.steps) {
    const one = run.played.find((each) => each.which === which);
    if (one === undefined) continue;
    const matters =
      one.step.clientId === clientId ||
      one.step.will?.topic === topic ||
      one.received.some((each) => each.topic === topic) ||
      (rest.do === 'publish' && rest.topic === topic);
    if (!matters) continue;
    lines.push(`  ${atMs} @${which} ${JSON.stringify(rest).replaceAll('"', '')}`);
    if (rest.do !== 'connect') continue;
    lines.push(
      `      -> connection ${one.connection}: accepted ${one.acceptedAtMs} code ${one.reasonCode} present ${one.present}` +
        ` ended ${one.endedAtMs} by ${one.endedBy} will published at ${one.published.join() || 'never'}`,
      ...one.received
        .filter((each) => each.topic === topic)
        .map((each) => `         got ${each.atMs} ${each.topic}=${each.payload} ${each.retain ? 'R' : ''}`),
    );
  }
  return lines.join('\n');
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function print(title: string, counts: ReadonlyMap<string, number>): void {
  console.log(`\n${title}:`);
  for (const [key, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`  ${count} ${key}`);
}
