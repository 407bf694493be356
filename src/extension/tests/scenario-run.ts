import { randomUUID } from 'node:crypto';
import {
  type CancellationToken,
  Location,
  l10n,
  Range,
  type TestItem,
  TestMessage,
  type TestRun,
} from 'vscode';
import type { ScenarioReport, StepResult } from '../../engine/messages.ts';
import type { ResolvedScenario } from '../../profile/resolve-scenario.ts';
import type { Scenario } from '../../profile/scenarios.ts';
import { folderOf } from '../commands/ready-profile.ts';
import type { EngineClient } from '../engine/engine-client.ts';
import { Cancelled, UserFailure, userErrorOf } from '../errors.ts';
import type { ProfileSource } from '../profiles/profile-files.ts';
import type { Secrets } from '../profiles/secrets.ts';
import { variableLookup } from '../profiles/variables.ts';
import { sentenceText } from './scenario-words.ts';
import { type RecordPlace, stepMessage } from './step-message.ts';

export interface ScenarioRunParts {
  readonly engine: EngineClient;
  readonly secrets: Secrets;
  /** See certificate-folder.ts. */
  readonly certificateFolder: string;
}

/** One scenario that is ready to run: its file as it stands, and its questions answered. */
export interface ReadyScenario {
  readonly item: TestItem;
  readonly source: ProfileSource;
  readonly scenario: Scenario;
  readonly resolved: Extract<ResolvedScenario, { ok: true }>;
}

/** What cannot be run as it stands: told at the scenario's name. */
export class NotRunnable extends Error {}

/** Asks what variables need to be asked. @throws {NotRunnable | Cancelled} */
export async function makeReady(
  item: TestItem,
  source: ProfileSource,
  name: string,
  { secrets }: ScenarioRunParts,
): Promise<ReadyScenario> {
  const scenario = source.scenarios.find((each) => each.name === name);
  if (scenario === undefined)
    throw new NotRunnable(l10n.t('The file has no scenario of this name any more.'));
  const [error] = source.file.diagnostics.filter(({ severity }) => severity === 'error');
  const unusable = new NotRunnable(
    error === undefined
      ? l10n.t('A profile that it uses has errors.')
      : l10n.t('It cannot be run as it stands: {0}', error.message),
  );
  if (!scenario.usable || !source.file.sandboxUsable) throw unusable;
  const lookup = variableLookup(name, source.uri, secrets);
  const { resolveScenario } = await import('../later.ts');
  const resolved = await resolveScenario(scenario, source.file.profiles, lookup.answer);
  if (lookup.cancelled) throw new Cancelled();
  if (!resolved.ok) {
    const [first] = resolved.errors;
    const { message = '', hint } = first ?? {};
    throw new NotRunnable(hint === undefined ? message : `${message} ${hint}`);
  }
  const known = new Set(resolved.profiles.map((profile) => profile.name));
  if (resolved.steps.some((step) => step.do !== 'wait' && !known.has(step.client))) throw unusable;
  return { item, source, scenario, resolved };
}

export interface Played {
  readonly outcome: ScenarioReport['outcome'] | undefined;
  /** Where its trace is shown. */
  readonly place: RecordPlace | undefined;
}

/** Runs it in the engine, and tells the Test Explorer how it goes; `outcome` is undefined when it could not be run. */
export async function playScenario(
  { item, source, scenario, resolved }: ReadyScenario,
  run: TestRun,
  token: CancellationToken,
  { engine, certificateFolder }: ScenarioRunParts,
): Promise<Played> {
  const id = randomUUID();
  const places = new Places(source, scenario);
  run.started(item);
  const following = engine.onDidScenarioStep((progress) => {
    if (progress.run !== id || !('result' in progress)) return;
    const { result } = progress;
    if (result.outcome !== 'not-reached')
      say(run, item, places.line(result), places.locationOf(result.index));
  });
  const cancelling = token.onCancellationRequested(() => void engine.request('cancelScenario', { run: id }));
  try {
    const report = await engine.request('runScenario', {
      run: id,
      scenario: scenario.name,
      steps: resolved.steps,
      profiles: resolved.profiles,
      folder: folderOf(source.uri),
      sandbox: source.file.sandbox,
      certificateFolder,
    });
    return tellOutcome(run, item, places, report);
  } catch (thrown) {
    if (thrown instanceof UserFailure && thrown.error.code === 'cancelled') run.skipped(item);
    else run.errored(item, messageAt(item, userErrorText(thrown)));
    return { outcome: undefined, place: undefined };
  } finally {
    following.dispose();
    cancelling.dispose();
  }
}

function tellOutcome(run: TestRun, item: TestItem, places: Places, report: ScenarioReport): Played {
  const { outcome, steps, durationMs } = report;
  const telling = steps.filter((step) => step.outcome === 'failed' || step.outcome === 'undecided');
  const last = steps.findLast(({ seqs }) => seqs.length > 0);
  const messages = telling.flatMap((result) => {
    const placed = places.steps[result.index];
    const location = places.locationOf(result.index);
    if (placed === undefined || location === undefined) return [];
    const place = placeOf(result, places, report);
    return [stepMessage(placed, result, location.uri, location.range, place)];
  });
  switch (outcome) {
    case 'passed':
      run.passed(item, durationMs);
      break;
    case 'failed':
      run.failed(item, messages, durationMs);
      break;
    case 'undecided':
      run.errored(item, messages, durationMs);
      break;
    case 'cancelled':
      run.skipped(item);
      break;
  }
  const shown = telling[0] ?? last;
  return { outcome, place: shown && placeOf(shown, places, report) };
}

/** The telling record of a step, and the lane of its Client. */
function placeOf(
  { index, seqs, decidedAtMs }: StepResult,
  places: Places,
  { clients, startedAtMs }: ScenarioReport,
): RecordPlace | undefined {
  const step = places.steps[index]?.step;
  const seq = seqs.at(-1);
  if (seq === undefined || step === undefined) return undefined;
  const client = clients.findLast(({ profile }) => step.do === 'wait' || profile === step.client);
  if (client === undefined) return undefined;
  const { server, clientId } = client;
  return { seq, atMs: decidedAtMs ?? startedAtMs, server, clientId };
}

/** Where the steps of a scenario stand in its file, as it was when the run began. */
class Places {
  readonly steps: Scenario['steps'];
  readonly #source: ProfileSource;
  /** Offsets at which lines begin. */
  readonly #lines: readonly number[];

  constructor(source: ProfileSource, scenario: Scenario) {
    this.#source = source;
    this.steps = scenario.steps;
    this.#lines = lineStarts(source.text);
  }

  locationOf(index: number): Location | undefined {
    const range = this.steps[index]?.range;
    return range && new Location(this.#source.uri, rangeIn(this.#lines, range));
  }

  line({ index, outcome, expected, observed, durationMs }: StepResult): string {
    const action = this.steps[index]?.step.do ?? '';
    const mark = outcome === 'passed' ? '✓' : outcome === 'failed' ? '✗' : '?';
    const seconds = (durationMs / 1000).toFixed(1);
    if (outcome === 'passed') return `${mark} ${action} (${seconds} s)`;
    const seen = observed === undefined ? '' : sentenceText(observed);
    return [
      `${mark} ${action} (${seconds} s)`,
      `    ${l10n.t('expected: {0}', sentenceText(expected))}`,
      `    ${l10n.t('observed: {0}', seen)}`,
    ].join('\n');
  }
}

/** The offsets at which the lines of a text begin. */
export function lineStarts(text: string): readonly number[] {
  return [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((each) => each.index + each[0].length)];
}

/** A range of offsets in a text whose lines begin at these offsets. */
export function rangeIn(
  lines: readonly number[],
  { start, end }: { readonly start: number; readonly end: number },
): Range {
  const position = (offset: number): readonly [number, number] => {
    const line = Math.max(
      0,
      lines.findLastIndex((begin) => begin <= offset),
    );
    return [line, offset - (lines[line] ?? 0)];
  };
  return new Range(...position(start), ...position(end));
}

export function messageAt(item: TestItem, text: string): TestMessage {
  const message = new TestMessage(text);
  if (item.uri !== undefined && item.range !== undefined)
    message.location = new Location(item.uri, item.range);
  return message;
}

export function userErrorText(thrown: unknown): string {
  const { message, hint } = userErrorOf(thrown);
  return hint === undefined ? message : `${message} ${hint}`;
}

function say(run: TestRun, item: TestItem, text: string, location?: Location): void {
  const lines = text.split('\n').map((each) => `${item.label}: ${each}\r\n`);
  run.appendOutput(lines.join(''), location, item);
}
