import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CannotTry } from '../check/failures.ts';
import { readReport } from '../check/read-report.ts';
import { compareReports, renderComparison } from '../check/render/compare.ts';
import { renderReportAsJUnit } from '../check/render/junit.ts';
import { deviatingRows, type Reliance, renderMarkdown } from '../check/render/markdown.ts';
import { brokenText, countsText, delayText, verdictText } from '../check/render/words.ts';
import { type CheckReport, countsOf, type ProbeReport, reportTopics } from '../check/report.ts';
import { runCheck } from '../check/run-check.ts';
import { isOnThisMachine, targetOf } from '../check/target.ts';
import { openSandboxBroker, type SandboxBroker } from '../engine/sandbox-broker.ts';
import { systemClock } from '../net/clock.ts';
import { readBrokerAddress } from '../profile/broker-address.ts';
import type { BrokerAddress, ConnectionProfile, ProfileFile } from '../profile/model.ts';
import { parseProfileFile } from '../profile/parse.ts';
import { resolveProfile } from '../profile/resolve.ts';
import { whatIfSettingsOf } from '../profile/what-if-settings.ts';
import { rowsReliedOn } from '../session/rows-relied-on.ts';
import { type CommandLine, commandUsage, readOptions } from './command-line.ts';
import { checkCommand } from './command-rows.ts';
import { environmentLookup } from './environment.ts';
import { CommandError, UsageError } from './errors.ts';
import { readProfileText, writeResult } from './profile-paths.ts';
import { settingsWithoutFile } from './sandbox-wish.ts';

/** What the command needs of its process. */
export type CheckProcess = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env' | 'cwd' | 'once' | 'off'>;

interface Subject {
  readonly broker: BrokerAddress;
  readonly file?: ProfileFile | undefined;
  /** Variables are resolved. */
  readonly profile?: ConnectionProfile | undefined;
  /** That relative paths start from. */
  readonly folder: string;
}

/** `mqtt-session check`. Resolves to the exit code. @throws UsageError | CommandError */
export async function check(args: readonly string[], process: CheckProcess): Promise<number> {
  const line = readOptions(args, checkCommand.options);
  if (line.has('--help')) {
    process.stdout.write(commandUsage(checkCommand));
    return 0;
  }
  if (line.operands.length > 0) throw new UsageError(`\`${line.operands[0]}\` is no option of \`check\`.`);
  const other = await earlier(line.get('--compare'));
  const subject = await subjectOf(line, process);
  const { broker } = subject;
  if (broker.kind === 'network' && !isOnThisMachine(broker) && !line.has('--yes')) {
    throw new CommandError(
      `${broker.host} is not on this machine, and the check opens some hundred connections to it, ends most of them by force, and publishes under its prefix. Add \`--yes\` if that is meant.`,
    );
  }
  const report = await play(subject, line, process);
  const reliances = reliancesOf(subject.file);
  await write(line, report, reliances);
  process.stdout.write(tell(report, reliances, line.has('--verbose')));
  if (other !== undefined) process.stdout.write(`\n${renderComparison(other, report)}`);
  return exitCodeOf(report, other, line.has('--strict'));
}

async function earlier(path: string | undefined): Promise<CheckReport | undefined> {
  if (path === undefined) return undefined;
  try {
    return readReport(await readFile(path, 'utf8'));
  } catch (error) {
    throw new CommandError(`"${path}": ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @throws UsageError | CommandError */
async function subjectOf(line: CommandLine, { env, cwd }: CheckProcess): Promise<Subject> {
  const url = line.get('--broker');
  const place = line.get('--profile');
  const address = url === undefined ? undefined : addressOf(url);
  if (place === undefined) {
    if (address === undefined) throw new UsageError('`check` needs `--broker URL` or `--profile FILE#NAME`.');
    return { broker: address, folder: cwd() };
  }
  const hash = place.lastIndexOf('#');
  const path = hash < 0 ? place : place.slice(0, hash);
  const file = parseProfileFile(await readProfileText(path), path);
  const name = hash < 0 ? undefined : place.slice(hash + 1);
  const profile = name === undefined ? file.profiles[0] : file.profiles.find((each) => each.name === name);
  if (profile === undefined) {
    const names = file.profiles.map((each) => `\`${each.name}\``).join(', ');
    throw new CommandError(`${path} has no usable profile \`${name ?? ''}\`. There are: ${names || 'none'}.`);
  }
  const resolved = await resolveProfile(profile, environmentLookup(env, cwd()));
  if (!resolved.ok) throw new CommandError(resolved.errors.map(({ message }) => message).join('\n'));
  return { broker: address ?? profile.broker, file, profile: resolved.profile, folder: dirname(path) };
}

function addressOf(url: string): BrokerAddress {
  const read = readBrokerAddress(url);
  if (!read.ok) throw new UsageError(`\`--broker\`: ${read.message}`);
  return read.value;
}

async function play(
  { broker, file, profile, folder }: Subject,
  line: CommandLine,
  process: CheckProcess,
): Promise<CheckReport> {
  const abort = new AbortController();
  const stop = (): void => abort.abort(new Error('the check was cancelled'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  let sandbox: SandboxBroker | undefined;
  try {
    if (broker.kind === 'sandbox') {
      const settings = file?.sandbox ?? settingsWithoutFile;
      sandbox = await openSandboxBroker('sandbox', settings, 0, { clock: systemClock, log: () => {} });
    }
    const address =
      broker.kind === 'network'
        ? broker
        : ({ scheme: 'mqtt', host: '127.0.0.1', port: sandbox?.listener.port ?? 0, path: '' } as const);
    const credentials = profile && { userName: profile.username, password: profile.password };
    const target = await targetOf({
      address,
      tls: profile?.tls,
      folder,
      credentials,
      prefix: line.get('--prefix'),
    });
    const progress = progressTo(process.stderr);
    return await runCheck(target, { signal: abort.signal, progress });
  } catch (error) {
    if (error instanceof CannotTry) throw new CommandError(`The check could not begin: ${error.message}.`);
    throw error;
  } finally {
    await sandbox?.close();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  }
}

/** A line that is written over on a terminal; elsewhere a line for each stage. */
function progressTo(
  stream: CheckProcess['stderr'],
): (progress: { done: number; total: number; stage: string }) => void {
  let told = '';
  return ({ done, total, stage }) => {
    if (stream.isTTY) stream.write(`\r\u001b[K${done === total ? '' : `${done} of ${total}: ${stage}`}`);
    else if (stage !== told) stream.write(`${done} of ${total}: ${stage}\n`);
    told = stage;
  };
}

async function write(line: CommandLine, report: CheckReport, reliances: readonly Reliance[]): Promise<void> {
  const forms = [
    ['--markdown', () => renderMarkdown(report, reliances)],
    ['--json', () => `${JSON.stringify(report, undefined, 1)}\n`],
    ['--junit', () => renderReportAsJUnit(report)],
  ] as const;
  for (const [option, render] of forms) {
    const path = line.get(option);
    if (path !== undefined) await writeResult(path, render());
  }
}

function reliancesOf(file: ProfileFile | undefined): readonly Reliance[] {
  return (file?.profiles ?? []).map((profile) => ({
    profile: profile.name,
    rows: rowsReliedOn(whatIfSettingsOf(profile, file?.sandbox ?? settingsWithoutFile)),
  }));
}

function tell(report: CheckReport, reliances: readonly Reliance[], verbose: boolean): string {
  const lines = [`${report.server}: ${countsText(countsOf(report.probes))}`];
  if (report.endedEarly !== undefined) lines.push(`The check ended early: ${report.endedEarly}.`);
  for (const [topic, title] of Object.entries(reportTopics)) {
    const probes = report.probes.filter(
      (probe) => probe.topic === topic && (verbose || probe.verdict.kind !== 'conforms'),
    );
    if (probes.length > 0) lines.push('', title, ...probes.flatMap(tellProbe));
  }
  const rows = deviatingRows(report);
  for (const { profile, rows: needed } of reliances) {
    const hit = rows.filter((row) => needed.includes(row));
    if (hit.length > 0) lines.push('', `Profile ${profile} relies on ${hit.join(', ')}.`);
  }
  return `${lines.join('\n')}\n`;
}

function tellProbe(probe: ProbeReport): string[] {
  const { id, expected, observed, verdict } = probe;
  if (verdict.kind === 'conforms') return [`  ok  ${id}: ${observed}`];
  const delay = delayText(probe);
  if (verdict.kind !== 'deviates') return [`  --  ${id}: ${verdictText(verdict)}`];
  return [
    `  !!  ${id}: ${verdictText(verdict)} ${brokenText(verdict)}`,
    `      expected ${expected}; observed ${observed}${delay === '' ? '' : ` [${delay}]`}`,
  ];
}

/** With another report, only what is worse than there counts. */
function exitCodeOf(report: CheckReport, other: CheckReport | undefined, strict: boolean): number {
  if (report.endedEarly !== undefined) return 1;
  if (other !== undefined)
    return compareReports(other, report).some(({ change }) => change === 'worse') ? 1 : 0;
  const { must, derivable, should, undecided, notTried } = countsOf(report.probes);
  const counted = must + derivable + should + (strict ? undecided + notTried : 0);
  return counted > 0 ? 1 : 0;
}
