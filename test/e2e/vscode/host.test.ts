/**
 * Runs test/vscode/ inside the extension host of a real VS Code, and reports each of its tests as one of ours.
 */
import { cpSync, existsSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ensureFolder, projectFolder, temporaryFolder } from '../support/folders.ts';
import { Workbench } from '../support/workbench.ts';

interface Report {
  readonly passed: readonly string[];
  readonly failed: readonly { readonly name: string; readonly error: string }[];
}

/** Resolves when the file is there and whole; it is renamed into place by its writer. */
async function fileWritten(folder: string, name: string, giveUpAfterMs: number): Promise<string> {
  const path = join(folder, name);
  await new Promise<void>((settle, fail) => {
    const giveUp = setTimeout(
      () => fail(new Error(`${name} was not written within ${giveUpAfterMs} ms.`)),
      giveUpAfterMs,
    );
    const watcher = watch(folder, () => check());
    const check = () => {
      if (!existsSync(path)) return;
      clearTimeout(giveUp);
      watcher.close();
      settle();
    };
    check();
  });
  return readFileSync(path, 'utf8');
}

async function runInHost(trust: boolean): Promise<Report> {
  const scratch = temporaryFolder('host-tests');
  const workspace = join(scratch.path, 'workspace');
  cpSync(join(projectFolder, 'samples'), workspace, { recursive: true });
  const reports = ensureFolder(join(scratch.path, 'reports'));
  const workbench = await Workbench.open({
    folder: workspace,
    trust,
    // In a browser, VS Code saves by itself what was changed a second ago; a test may take longer to look at it.
    settings: { 'files.autoSave': 'off' },
    tests: join(projectFolder, 'dist-test', 'vscode.js'),
    env: { MQTT_TEST_REPORT: join(reports, 'report.json') },
  });
  try {
    return JSON.parse(await fileWritten(reports, 'report.json', 240_000));
  } catch (error) {
    await workbench.screenshot('host-tests-failed');
    throw new Error(`${error}\nConsole:\n${workbench.console.slice(-40).join('\n')}`);
  } finally {
    await workbench.close();
    scratch.remove();
  }
}

const runs = [
  { name: 'in a trusted workspace', report: await runInHost(true) },
  { name: 'in Restricted Mode', report: await runInHost(false) },
];

describe.each(runs)('inside the extension host, $name', ({ report }) => {
  test('there are tests', () => {
    expect(report.passed.length + report.failed.length).toBeGreaterThan(0);
  });
  test.each(report.passed.map((name) => [name]))('%s', (name) => {
    expect(report.passed).toContain(name);
  });
  test.each(report.failed.map(({ name, error }) => [name, error]))('%s', (_name, error) => {
    expect.fail(error);
  });
});
