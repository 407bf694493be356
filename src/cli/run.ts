import { dirname, resolve } from 'node:path';
import { type JUnitCase, type JUnitSuite, renderJUnit } from '../check/junit.ts';
import type { ScenarioReport, StepResult } from '../engine/messages.ts';
import { readBrokerAddress } from '../profile/broker-address.ts';
import type { BrokerAddress } from '../profile/model.ts';
import { type ParsedFile, parseWithScenarios } from '../profile/parse.ts';
import { resolveScenario } from '../profile/resolve-scenario.ts';
import { tellFact, tellSentence } from '../profile/scenario-words.ts';
import type { Scenario } from '../profile/scenarios.ts';
import { CommandEngine } from './command-engine.ts';
import { commandUsage, readOptions } from './command-line.ts';
import { runCommand } from './command-rows.ts';
import { environmentLookup } from './environment.ts';
import { CommandError, UsageError } from './errors.ts';
import { placeOf, profilePaths, readProfileText, writeResult } from './profile-paths.ts';

/** So many run at the same time, as far as they do not share a Client Identifier at a broker. */
const together = 8;

/** What the command needs of its process. */
export type RunProcess = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env' | 'cwd' | 'once' | 'off'>;

interface Planned {
  readonly path: string;
  readonly text: string;
  readonly parsed: ParsedFile;
  readonly scenario: Scenario;
}

/** What came of one: a report, or why it could not be run. */
interface Result extends Planned {
  readonly report?: ScenarioReport | undefined;
  readonly reason?: string | undefined;
}

/** `mqtt-session run`. Resolves to the exit code. @throws UsageError | CommandError */
export async function run(args: readonly string[], process: RunProcess): Promise<number> {
  const line = readOptions(args, runCommand.options);
  if (line.has('--help')) {
    process.stdout.write(commandUsage(runCommand));
    return 0;
  }
  if (line.operands.length === 0) throw new UsageError('`run` needs a profile file, or a folder with some.');
  const broker = brokerOf(line.get('--broker'));
  const planned = await plan(await profilePaths(line.operands), line.all('--scenario'));
  const verbose = line.has('--verbose');
  const json = line.has('--json');
  const results: Result[] = [];
  const observers = !line.has('--no-observers');
  await playAll(planned, broker, { verbose, observers }, process, (result) => {
    results.push(result);
    if (!json) process.stdout.write(tell(result, verbose));
  });
  // In the order of the files, whichever came first.
  results.sort((a, b) => indexOf(planned, a) - indexOf(planned, b));
  if (json) process.stdout.write(`${JSON.stringify(results.map(plain), undefined, 2)}\n`);
  else process.stdout.write(`${summary(results)}\n`);
  const junit = line.get('--junit');
  if (junit !== undefined) await writeResult(junit, renderJUnit(suites(results)));
  return results.every(({ report }) => report?.outcome === 'passed') ? 0 : 1;
}

function brokerOf(url: string | undefined): BrokerAddress | undefined {
  if (url === undefined) return undefined;
  const read = readBrokerAddress(url);
  if (!read.ok) throw new UsageError(`\`--broker\`: ${read.message}`);
  return read.value;
}

async function plan(paths: readonly string[], names: readonly string[]): Promise<readonly Planned[]> {
  const all: Planned[] = [];
  for (const path of paths) {
    const text = await readProfileText(path);
    const parsed = parseWithScenarios(text, path);
    for (const scenario of parsed.scenarios) all.push({ path, text, parsed, scenario });
  }
  for (const name of names) {
    if (all.some(({ scenario }) => scenario.name === name)) continue;
    const known = all.map(({ scenario }) => `\`${scenario.name}\``).join(', ');
    throw new CommandError(`There is no scenario \`${name}\`. There are: ${known === '' ? 'none' : known}.`);
  }
  const wanted = names.length === 0 ? all : all.filter(({ scenario }) => names.includes(scenario.name));
  if (wanted.length === 0) throw new CommandError(`There is no scenario in ${paths.join(', ')}.`);
  return wanted;
}

async function playAll(
  planned: readonly Planned[],
  broker: BrokerAddress | undefined,
  { verbose, observers }: { readonly verbose: boolean; readonly observers: boolean },
  process: RunProcess,
  done: (result: Result) => void,
): Promise<void> {
  const engine = new CommandEngine({
    log: (level, message) => {
      if (verbose || level === 'error') process.stderr.write(`${level}: ${message}\n`);
    },
  });
  await engine.request('observe', { on: observers });
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    for (const index of planned.keys()) void engine.request('cancelScenario', { run: String(index) });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  const left = planned.entries();
  const worker = async (): Promise<void> => {
    for (const [index, each] of left) {
      done(
        stopped
          ? { ...each, reason: 'The run was cancelled.' }
          : await play(engine, index, each, broker, process),
      );
    }
  };
  await Promise.all(Array.from({ length: together }, worker));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  await engine.request('shutdown', undefined);
}

async function play(
  engine: CommandEngine,
  index: number,
  planned: Planned,
  broker: BrokerAddress | undefined,
  process: RunProcess,
): Promise<Result> {
  const { path, text, parsed, scenario } = planned;
  const { file } = parsed;
  if (!scenario.usable || !file.sandboxUsable) return { ...planned, reason: whyUnusable(planned) };
  const profiles =
    broker === undefined ? file.profiles : file.profiles.map((profile) => ({ ...profile, broker }));
  try {
    const resolved = await resolveScenario(scenario, profiles, environmentLookup(process.env, process.cwd()));
    if (!resolved.ok) return { ...planned, reason: sentences(resolved.errors) };
    const { steps } = resolved;
    const missing = steps.find((step) => step.do !== 'wait' && !has(resolved.profiles, step.client));
    if (missing !== undefined) return { ...planned, reason: whyUnusable(planned) };
    const report = await engine.request('runScenario', {
      run: String(index),
      scenario: scenario.name,
      steps,
      profiles: resolved.profiles,
      folder: dirname(resolve(process.cwd(), path)),
      sandbox: file.sandbox,
    });
    return { path, text, parsed, scenario, report };
  } catch (error) {
    if (error instanceof CommandError) return { ...planned, reason: error.message };
    throw error;
  }
}

const has = (profiles: readonly { readonly name: string }[], client: string): boolean =>
  profiles.some(({ name }) => name === client);

const sentences = (
  errors: readonly { readonly message: string; readonly hint?: string | undefined }[],
): string =>
  errors.map(({ message, hint }) => (hint === undefined ? message : `${message} ${hint}`)).join(' ');

function whyUnusable({ path, text, parsed }: Planned): string {
  const errors = parsed.file.diagnostics.filter(({ severity }) => severity === 'error');
  const told = errors.map(({ message, range }) => `${path}:${placeOf(text, range.start)}: ${message}`);
  return ['It cannot be run as it stands.', ...told].join('\n');
}

const indexOf = (planned: readonly Planned[], { path, scenario }: Planned): number =>
  planned.findIndex((each) => each.path === path && each.scenario === scenario);

const words = { passed: 'ok', failed: 'FAILED', undecided: 'UNDECIDED', cancelled: 'CANCELLED' } as const;

function tell(result: Result, verbose: boolean): string {
  const { path, scenario, report, reason } = result;
  if (report === undefined) {
    return `NOT RUN    ${path} › ${scenario.name}\n${indent(reason ?? '', 11)}\n`;
  }
  const head = `${words[report.outcome].padEnd(10)} ${path} › ${scenario.name} (${seconds(report.durationMs)})`;
  const steps = report.steps.filter(
    ({ outcome }) => verbose || outcome === 'failed' || outcome === 'undecided',
  );
  return [head, ...steps.map((step) => indent(tellStep(result, step), 11)), ''].join('\n');
}

function tellStep({ path, text, scenario }: Planned, step: StepResult): string {
  const placed = scenario.steps[step.index];
  const place = placed === undefined ? path : `${path}:${placeOf(text, placed.range.start)}`;
  const { outcome, expected, observed, facts } = step;
  const because = outcome === 'passed' ? [] : facts.map((fact) => `  - ${tellFact(fact)}`);
  return [
    `${place}: ${placed?.step.do ?? ''}: ${outcome === 'not-reached' ? 'not reached' : outcome}`,
    `  expected: ${tellSentence(expected)}`,
    ...(observed === undefined ? [] : [`  observed: ${tellSentence(observed)}`]),
    ...because,
  ].join('\n');
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const indent = (text: string, by: number): string =>
  text
    .split('\n')
    .map((each) => `${' '.repeat(by)}${each}`)
    .join('\n');

function summary(results: readonly Result[]): string {
  const counts = new Map<string, number>();
  for (const { report } of results) {
    const outcome = report?.outcome ?? 'not run';
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}

function plain({ path, scenario, report, reason }: Result) {
  if (report === undefined) return { file: path, scenario: scenario.name, outcome: 'not run', reason };
  return {
    file: path,
    scenario: scenario.name,
    outcome: report.outcome,
    startedAt: new Date(report.startedAtMs).toISOString(),
    durationMs: Math.round(report.durationMs),
    steps: report.steps.map(({ index, outcome, durationMs, expected, observed, facts }) => ({
      step: scenario.steps[index]?.step.do,
      outcome,
      durationMs: Math.round(durationMs),
      expected: tellSentence(expected),
      ...(observed === undefined ? {} : { observed: tellSentence(observed) }),
      ...(facts.length === 0 ? {} : { facts: facts.map((fact) => tellFact(fact)) }),
    })),
  };
}

function suites(results: readonly Result[]): readonly JUnitSuite[] {
  return [...new Set(results.map(({ path }) => path))].map((path): JUnitSuite => {
    const own = results.filter((each) => each.path === path);
    const starts = own.flatMap(({ report }) => (report === undefined ? [] : [report.startedAtMs]));
    const ends = own.flatMap(({ report }) =>
      report === undefined ? [] : [report.startedAtMs + report.durationMs],
    );
    return {
      name: path,
      startedAtMs: starts.length === 0 ? undefined : Math.min(...starts),
      durationMs: starts.length === 0 ? 0 : Math.max(...ends) - Math.min(...starts),
      cases: own.map(junitCase),
    };
  });
}

function junitCase(result: Result): JUnitCase {
  const { path, scenario, report, reason = '' } = result;
  const base = { name: scenario.name, className: path, durationMs: report?.durationMs ?? 0 };
  if (report === undefined) return { ...base, problem: { kind: 'error', message: 'not run', text: reason } };
  if (report.outcome === 'passed') return base;
  const step = report.steps.find(({ outcome }) => outcome === 'failed' || outcome === 'undecided');
  const observed = step?.observed === undefined ? report.outcome : tellSentence(step.observed);
  const text = step === undefined ? report.outcome : tellStep(result, step);
  const kind = report.outcome === 'failed' ? 'failure' : 'error';
  return { ...base, problem: { kind, message: observed, text } };
}
