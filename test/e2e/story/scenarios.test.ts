/** Scenarios in the Test Explorer: those of the samples pass, and of one that fails the step is marked, and its trace is a click away. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { projectFolder } from '../support/folders.ts';
import { pictureOfFailures, Stage } from '../support/stage.ts';

const failing = readFileSync(join(projectFolder, 'test/fixtures/scenarios/failing.mqtt.yaml'), 'utf8');
const presence = readFileSync(join(projectFolder, 'samples/presence.mqtt.yaml'), 'utf8');

/** The widget of the lens `Run` right over a line: the page has them in the order in which they were made. */
async function lensOver(page: Page, line: string): Promise<string> {
  const found = await page.waitForFunction((name) => {
    const lines = [...document.querySelectorAll('.view-line')];
    const below = lines.find((each) => each.textContent?.trim().replaceAll(/\s/g, ' ') === name);
    if (below === undefined) return undefined;
    const { top, height } = below.getBoundingClientRect();
    const lens = [...document.querySelectorAll('.codelens-decoration a')].find((each) => {
      const { bottom } = each.getBoundingClientRect();
      return each.textContent === 'Run' && Math.abs(top - bottom) < height / 2;
    });
    return lens?.closest('[widgetid]')?.getAttribute('widgetid') ?? undefined;
  }, line);
  return String(await found.jsonValue());
}

/** VS Code makes lenses anew while it resolves them: one that is gone when it is to be clicked on is looked for again. */
async function clickLensOver(page: Page, line: string): Promise<void> {
  for (;;) {
    const lens = page.locator(`[widgetid="${await lensOver(page, line)}"] a`);
    const clicked = await lens.click({ timeout: 3000 }).then(
      () => true,
      () => false,
    );
    if (clicked) return;
  }
}

describe('scenarios in the Test Explorer', () => {
  let stage: Stage;
  pictureOfFailures(() => stage);
  beforeAll(async () => {
    stage = await Stage.open({
      files: { 'failing.mqtt.yaml': failing },
      size: { width: 1500, height: 1000 },
      settings: { 'testing.automaticallyOpenPeekView': 'never' },
    });
    await stage.workbench.command('Testing: Focus on Test Explorer View');
  });
  afterAll(() => stage?.close());

  /** A row of the Test Explorer by its name, once it is in this state. */
  const row = (name: string, state: 'Not yet run' | 'Passed' | 'Failed' | 'Errored'): Locator =>
    stage.workbench.page.locator(
      `.test-explorer .monaco-list-row[aria-label^="${name} ("][aria-label*="${state}"]`,
    );
  const button = (of: Locator, name: string): Locator => of.getByRole('button', { name });

  test('the files are there, with their scenarios below', async () => {
    await row('presence.mqtt.yaml', 'Not yet run').waitFor();
    await row('will-delay.mqtt.yaml', 'Not yet run').click();
    await row('back in time', 'Not yet run').waitFor();
    await stage.workbench.screenshot('scenarios-1-found');
  });

  test('a file that changes shows its new scenarios', async () => {
    stage.write('late.mqtt.yaml', failing.replaceAll('nobody looks', 'came later'));
    await row('late.mqtt.yaml', 'Not yet run').click();
    await row('came later', 'Not yet run').waitFor();
    stage.remove('late.mqtt.yaml');
    await row('late.mqtt.yaml', 'Not yet run').waitFor({ state: 'detached' });
  });

  test('the scenarios of the samples pass', async () => {
    await stage.workbench.command('Test: Run All Tests');
    for (const file of ['bad-network', 'keep-alive', 'presence', 'will-delay']) {
      await row(`${file}.mqtt.yaml`, 'Passed').waitFor();
    }
    await row('failing.mqtt.yaml', 'Errored').waitFor();
    await row('back in time', 'Passed').waitFor();
    await stage.workbench.screenshot('scenarios-2-run');
  });

  test('the step that failed is marked in its file, expected beside observed', async () => {
    const { page } = stage.workbench;
    await row('failing.mqtt.yaml', 'Errored').click();
    await row('the will waits for its delay', 'Failed').dblclick();
    const mark = page.locator('.zone-widget', { hasText: 'subscriber received it' });
    await mark.first().waitFor();
    await mark.getByText('with payload').first().waitFor();
    await mark.getByText('Show in Timeline').first().waitFor();
    await stage.workbench.screenshot('scenarios-3-marked');
    await page.keyboard.press('Escape');
  });

  test('its trace is a click away', async () => {
    const failed = row('the will waits for its delay', 'Failed');
    await failed.hover();
    await button(failed, 'Show in Timeline').click();
    const timeline = await stage.workbench.timeline();
    await timeline.frame.locator('.packet-panel').filter({ hasText: 'offline' }).waitFor();
    await stage.workbench.screenshot('scenarios-4-timeline');
  });

  test('the lens over a scenario runs it, and only it', async () => {
    const { page } = stage.workbench;
    // A file of its own: none of its scenarios has run before.
    stage.write('lens.mqtt.yaml', presence);
    await row('lens.mqtt.yaml', 'Not yet run').click();
    await stage.workbench.openFile('lens.mqtt.yaml');
    await stage.workbench.command('View: Close Editors in Other Groups');
    // Lenses push the lines down when they come: what is clicked on before that is somewhere else then.
    await page.locator('.codelens-decoration a').first().waitFor();
    await page.locator('.view-line', { hasText: 'defaults:' }).click();
    await page.keyboard.press('Control+End');
    await clickLensOver(page, 'is lost:');
    await row('is lost', 'Passed').waitFor();
    await row('comes', 'Not yet run').waitFor();
    await stage.workbench.screenshot('scenarios-5-lens');
  });
});
