import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type JUnitSuite, renderJUnit } from '../check/junit.ts';
import type { Problem } from '../profile/problem.ts';
import { ProfileWorkspace } from '../profile/workspace.ts';
import { commandUsage, readOptions } from './command-line.ts';
import { lintCommand } from './command-rows.ts';
import { UsageError } from './errors.ts';
import { positionOf, profilePaths, readProfileText, writeResult } from './profile-paths.ts';

interface Finding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: Problem['severity'];
  readonly code: string;
  readonly message: string;
}

/** `mqtt-session lint`. Resolves to the exit code. @throws UsageError | CommandError */
export async function lint(
  args: readonly string[],
  { stdout, cwd }: Pick<NodeJS.Process, 'stdout' | 'cwd'>,
): Promise<number> {
  const line = readOptions(args, lintCommand.options);
  if (line.has('--help')) {
    stdout.write(commandUsage(lintCommand));
    return 0;
  }
  if (line.operands.length === 0) throw new UsageError('`lint` needs a profile file, or a folder with some.');
  const paths = await profilePaths(line.operands);
  const findings = await check(paths, cwd());
  if (line.has('--json')) stdout.write(`${JSON.stringify(findings, undefined, 2)}\n`);
  else stdout.write(`${[...findings.map(tell), summary(paths.length, findings)].join('\n')}\n`);
  const junit = line.get('--junit');
  const counted = new Set<Problem['severity']>(line.has('--strict') ? ['error', 'warning'] : ['error']);
  if (junit !== undefined) await writeResult(junit, renderJUnit([suite(paths, findings, counted)]));
  return findings.some(({ severity }) => counted.has(severity)) ? 1 : 0;
}

async function check(paths: readonly string[], folder: string): Promise<readonly Finding[]> {
  const workspace = new ProfileWorkspace({
    fileExists: (uri, path) =>
      path.includes('${') ? undefined : existsSync(resolve(dirname(fileURLToPath(uri)), path)),
  });
  const files = paths.map((file) => ({ file, uri: pathToFileURL(resolve(folder, file)).href }));
  for (const { file, uri } of files) workspace.set(uri, await readProfileText(file));
  return files.flatMap(({ file, uri }) => {
    const text = workspace.text(uri) ?? '';
    return workspace.problems(uri).map(({ range, severity, code, message }): Finding => {
      return { file, ...positionOf(text, range.start), severity, code, message };
    });
  });
}

function tell({ file, line, column, severity, code, message }: Finding): string {
  return `${file}:${line}:${column}: ${severity}: ${message} [${code}]`;
}

function summary(files: number, findings: readonly Finding[]): string {
  const count = (severity: 'error' | 'warning'): string =>
    plural(findings.filter((each) => each.severity === severity).length, severity);
  return `${plural(files, 'file')}: ${count('error')}, ${count('warning')}`;
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

function suite(
  paths: readonly string[],
  findings: readonly Finding[],
  counted: ReadonlySet<Problem['severity']>,
): JUnitSuite {
  return {
    name: 'mqtt-session lint',
    durationMs: 0,
    cases: paths.map((path) => {
      const own = findings.filter(({ file, severity }) => file === path && counted.has(severity));
      const [first] = own;
      const base = { name: path, className: 'lint', durationMs: 0 };
      if (first === undefined) return base;
      const text = own.map(tell).join('\n');
      return { ...base, problem: { kind: 'failure', message: tell(first), text } as const };
    }),
  };
}
