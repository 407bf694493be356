/** The size of the package, as a user downloads it. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Report } from './measure.ts';

const run = promisify(execFile);
const mostBytes = 1_500_000;

export async function bench(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-session-package-'));
  try {
    const file = join(folder, 'mqtt-session-debugger.vsix');
    await run('npm', ['run', 'package', '--', '--out', file]);
    const { size } = await stat(file);
    report({
      name: 'package',
      value: size,
      unit: 'bytes',
      yardstick: 'the most it may be',
      yardstickValue: mostBytes,
      ratio: size / mostBytes,
      bar: 'at most 1.5 MB',
      met: size <= mostBytes,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
