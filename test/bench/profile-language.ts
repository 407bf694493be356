/**
 * Profile files as they are typed: from a keystroke to its diagnostics, over the protocol and its pipes, beside
 * yaml-language-server with the generated schema. That one waits a fixed time before it looks, which a file of ten lines
 * shows. And a workspace of many files, checked as it is opened.
 */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { parseDocument } from 'yaml';
import { ProfileWorkspace } from '../../src/profile/workspace.ts';
import { inTurns, median, type Report, secondsOf } from './measure.ts';
import { places, profileFile } from './profile/files.ts';
import { LanguageClient, type Server } from './profile/language-client.ts';

/** This file runs as a bundle in test-output/bench. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const SIZES = [
  { lines: 1000, bar: 16, keystrokes: 60, theirs: 10 },
  { lines: 10_000, bar: 60, keystrokes: 60, theirs: 3 },
] as const;
const WORKSPACE_FILES = 500;
const WORKSPACE_LINES = 60;

const uriOf = (name: string): string => pathToFileURL(join(root, 'test-output', `${name}.mqtt.yaml`)).href;

export async function bench(report: Report): Promise<void> {
  const servers = { ours: await ourServer(), theirs: theirServer() };
  const ours = await LanguageClient.start(servers.ours);
  const theirs = await LanguageClient.start(servers.theirs);
  const small = profileFile(10);
  await ours.keystrokes(uriOf('warm'), profileFile(1000), places(profileFile(1000), 20));
  await theirs.keystrokes(uriOf('warm'), small, places(small, 2));
  const delay = median(await theirs.keystrokes(uriOf('delay'), small, places(small, 5)));
  console.log(
    `      yaml-language-server on 10 lines: ${delay.toFixed(0)} ms, which is its fixed delay and little more`,
  );
  // As the servers: code that has run before.
  coreTimes(profileFile(1000), places(profileFile(1000), 20));
  for (const { lines, bar, keystrokes, theirs: fewer } of SIZES) {
    const text = profileFile(lines);
    const offsets = places(text, keystrokes);
    const times = await ours.keystrokes(uriOf(`ours-${lines}`), text, offsets);
    const core = coreTimes(text, offsets);
    const other = median(await theirs.keystrokes(uriOf(`theirs-${lines}`), text, offsets.slice(0, fewer)));
    const name = `profile file: keystroke to diagnostics, ${lines.toLocaleString('en')} lines`;
    const line = (what: string, value: number, met: boolean, said: string): void =>
      report({
        name: `${name}, ${what}`,
        value,
        unit: 'ms',
        yardstick: 'yaml-language-server, median',
        yardstickValue: other,
        ratio: other / value,
        bar: said,
        met,
      });
    const p95 = percentile(times, 0.95);
    line('p95', p95, p95 <= bar, `at most ${bar} ms`);
    line('median', median(times), median(times) <= bar, `at most ${bar} ms`);
    const p95Core = percentile(core, 0.95);
    line('p95 without the protocol', p95Core, p95Core <= bar, `at most ${bar} ms`);
    console.log(`      yaml-language-server without its fixed delay: ${(other - delay).toFixed(0)} ms`);
  }
  await ours.stop();
  await theirs.stop();
  benchWorkspace(report);
}

/** The same keystrokes without processes and pipes. */
function coreTimes(text: string, offsets: readonly number[]): readonly number[] {
  const workspace = new ProfileWorkspace();
  workspace.set('a', text);
  const type = (start: number, end: number, put: string): number =>
    secondsOf(() => {
      workspace.edit('a', [{ range: { start, end }, text: put }]);
      workspace.takeChanged();
      if (workspace.problems('a').length > 1) throw new Error('A keystroke broke more than its line.');
    }) * 1000;
  return offsets.flatMap((offset) => [type(offset, offset, 'x'), type(offset, offset + 1, '')]);
}

function benchWorkspace(report: Report): void {
  const files = Array.from({ length: WORKSPACE_FILES }, (_, index) => profileFile(WORKSPACE_LINES, index));
  const seconds = inTurns(
    5,
    () => {
      const workspace = new ProfileWorkspace();
      for (const [index, text] of files.entries()) workspace.set(`file:///${index}.mqtt.yaml`, text);
      for (const uri of workspace.takeChanged()) workspace.problems(uri);
    },
    () => {
      for (const text of files) parseDocument(text);
    },
  );
  report({
    name: `profile files: a workspace of ${WORKSPACE_FILES} files of ${WORKSPACE_LINES} lines checked at start`,
    value: seconds.subject * 1000,
    unit: 'ms',
    yardstick: 'the yaml package alone',
    yardstickValue: seconds.yardstick * 1000,
    ratio: seconds.yardstick / seconds.subject,
    bar: 'at most 3 times as long',
    met: seconds.subject <= 3 * seconds.yardstick,
  });
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

/** Built from the sources, as the package has it. */
async function ourServer(): Promise<Server> {
  const command = join(root, 'test-output', 'bench', 'profile-server.cjs');
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [join('src', 'server', 'main.ts')],
    outfile: command,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
  return { command, arguments: ['--stdio'], languageId: 'mqtt-profile', settings: {} };
}

function theirServer(): Server {
  const schema = pathToFileURL(join(root, 'syntaxes', 'mqtt-profile.schema.json')).href;
  const yaml = {
    validate: true,
    hover: false,
    completion: false,
    format: { enable: false },
    schemas: { [schema]: '*.mqtt.yaml' },
    schemaStore: { enable: false },
  };
  return {
    command: join(root, 'node_modules', 'yaml-language-server', 'bin', 'yaml-language-server'),
    arguments: ['--stdio'],
    languageId: 'yaml',
    settings: { yaml },
  };
}
