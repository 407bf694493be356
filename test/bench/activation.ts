/**
 * How long VS Code's extension host takes to load and activate the extension, as VS Code itself tells it by
 * `Developer: Show Running Extensions`: of the bundles as they are packaged, in a workspace that has profile files.
 */
import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectFolder, temporaryFolder } from '../e2e/support/folders.ts';
import { Workbench } from '../e2e/support/workbench.ts';
import { median, type Report } from './measure.ts';

const run = promisify(execFile);
const windows = 5;
const mostMs = 50;
const us = 'mqtt-session-debugger';

export async function bench(report: Report): Promise<void> {
  await run('npm', ['run', 'build', '--', '--production'], { cwd: projectFolder });
  const folder = temporaryFolder('activation');
  cpSync(join(projectFolder, 'samples'), folder.path, { recursive: true });
  const workbench = await Workbench.open({ folder: folder.path });
  const ours: number[] = [];
  const others: number[] = [];
  try {
    for (let window = 1; window <= windows; window += 1) {
      if (window > 1) await workbench.reload();
      for (const [name, ms] of await activations(workbench)) (name.includes(us) ? ours : others).push(ms);
    }
  } finally {
    await workbench.close();
    folder.remove();
  }
  const [value, yardstickValue] = [median(ours), median(others)];
  report({
    name: `activation, median of ${ours.length} windows`,
    value,
    unit: 'ms',
    yardstick: 'the extensions that come with VS Code, in the same windows',
    yardstickValue,
    ratio: value / yardstickValue,
    bar: `at most ${mostMs} ms`,
    met: value <= mostMs,
  });
}

/** What VS Code's list of running extensions tells: names, and milliseconds. */
async function activations(workbench: Workbench): Promise<readonly (readonly [string, number])[]> {
  await workbench.command('Developer: Show Running Extensions');
  const rows = workbench.page.locator('.runtime-extensions-editor .monaco-list-row');
  await rows.filter({ hasText: us }).first().waitFor();
  const texts = await rows.allInnerTexts();
  return texts.flatMap((text) => {
    const name = text.trim().split('\n')[0] ?? '';
    const ms = /Activation: (\d+)ms/.exec(text)?.[1];
    return ms === undefined ? [] : [[name, Number(ms)] as const];
  });
}
