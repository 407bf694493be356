/** The pure form of the hunt: sandbox broker and rules on one clock that jumps from event to event. */

import { type DeviationName, deviationRows } from '../../src/profile/keys/deviation-rows.ts';
import type { SandboxSettings } from '../../src/profile/model.ts';
import type { ExpectationView } from '../../src/session/model.ts';
import { Random } from '../unit/broker-fuzz/random.ts';
import { inOrder, plain, reopen, save } from '../unit/capture/support.ts';
import { type Find, judge, told } from './judge.ts';
import { deniedTopic, type Program, randomProgram } from './program.ts';
import { type Lag, playVirtually, type Run } from './virtual-run.ts';

const tolerantOf = Number(process.env['HUNT_SHOW'] ?? '3');

export async function virtualHunt(rounds: number, firstSeed: number): Promise<void> {
  const startedAt = performance.now();
  const finds = new Map<string, number>();
  const verdicts = new Map<string, number>();
  const reasons = new Map<string, number>();
  for (let round = 0; round < rounds; round += 1) {
    const seed = firstSeed + round;
    const random = new Random(seed * 7919);
    const program = randomProgram(seed);
    const deviations = deviationsOf(random);
    const settings = settingsOf(random);
    const lag = lagOf(random, seed);
    const standard = await playVirtually(program, settings, lag);
    const run =
      deviations.length === 0 ? standard : await playVirtually(program, { ...settings, deviations }, lag);
    const judged = judge(run, standard);
    for (const { kind, verdict } of run.expectations.values()) add(verdicts, `${kind} ${verdict}`);
    for (const { kind, verdict, facts } of judged.open)
      add(reasons, `${kind} ${verdict}: ${facts.at(-1)?.code}`);
    for (const fault of run.faults) {
      console.log(`\n== seed ${seed}: fault: ${fault}`);
    }
    for (const find of judged.finds) {
      const key = `${find.what} [${deviations.join()}]`;
      add(finds, find.what);
      if ((finds.get(find.what) ?? 0) <= tolerantOf && find === judged.finds[0])
        show(seed, key, find, run, settings);
    }
    if (round % 5 === 0) compareReopened(seed, run, finds);
    if (round % 500 === 499) {
      const seconds = (performance.now() - startedAt) / 1000;
      console.log(`${round + 1} rounds, ${seconds.toFixed(0)} s`);
    }
  }
  print('Finds', finds);
  print('Verdicts', verdicts);
  print('Why nothing is said', reasons);
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

function compareReopened(seed: number, run: Run, finds: Map<string, number>): void {
  const records = run.recording.records();
  const { recording } = reopen(save(records, run.untilMs, { mask: false }));
  const again = recording.entitiesAt(run.untilMs).expectations;
  const before = plain(records);
  const after = plain(recording.records());
  const differs = before.findIndex((each, index) => each !== after[index]);
  const sameRecords = differs < 0 && before.length === after.length;
  if (!sameRecords)
    console.log(
      `${before.slice(differs - 1, differs + 2).join('\n')}\n---\n${after.slice(differs - 1, differs + 2).join('\n')}`,
    );
  if (sameRecords && inOrder([...again]) === inOrder([...run.expectations.values()])) return;
  add(finds, 'reopened differs');
  console.log(`\n== seed ${seed}: reopened differs ${sameRecords ? '' : 'in its records'}`);
  for (const each of again) {
    const live = run.expectations.get(each.id);
    if (live === undefined || inOrder(live) === inOrder(each)) continue;
    console.log(`live:\n${told(live)}\nreopened:\n${told(each)}`);
    break;
  }
}

function show(seed: number, key: string, { expectation }: Find, run: Run, settings: SandboxSettings): void {
  console.log(`\n== seed ${seed}: ${key} ${JSON.stringify(settings)}`);
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
