/** A will's story saved as a capture and opened again: the same timeline, with the same verdict and the same Why. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pictureOfFailures, Stage } from '../support/stage.ts';

describe('captures', () => {
  let stage: Stage;
  let before: string;
  let name = '';
  pictureOfFailures(() => stage);

  beforeAll(async () => {
    stage = await Stage.open();
    await stage.workbench.openFile('will-delay.mqtt.yaml');
    await stage.connect('subscriber');
    await stage.connect('demo');
    await stage.act('Drop Connection', 'demo');
    await stage.timeline.track('demo', 'will', /published/);
    before = await stage.explain('will of demo', 'Why was the will of demo published at');
  });
  afterAll(() => stage?.close());

  test('Save Capture asks what becomes of passwords, and writes a file that begins as pcapng', async () => {
    await stage.workbench.choose('MQTT: Save Capture…', 'Replace passwords');
    const { page } = stage.workbench;
    // The dialog offers a name of its own.
    await page.waitForFunction(
      `[...document.querySelectorAll('.quick-input-widget input')].some(({ value }) => value.endsWith('.pcapng'))`,
    );
    await page.keyboard.press('Enter');
    const written = (): string | undefined =>
      readdirSync(stage.path('.')).find((each) => each.endsWith('.pcapng'));
    await expect.poll(written, { timeout: 20_000 }).toBeDefined();
    name = written() ?? '';
    expect(readFileSync(stage.path(name)).subarray(0, 4).toString('hex')).toBe('0a0d0d0a');
  });

  test('the file opens as a timeline that shows the same', async () => {
    await stage.workbench.openFile(name);
    const timeline = await stage.workbench.timeline(stage.timeline);
    await timeline.track('demo', 'will', /published/);
    await timeline.track('demo', 'connection', /cut/);
    await stage.workbench.screenshot('captures-1-opened');
    await timeline
      .lane('demo')
      .getByRole('treeitem', { name: /^will: / })
      .first()
      .click();
    await timeline.tab('Why');
    const after = await timeline.why('Why was the will of demo published at');
    expect(after).toBe(before);
    await stage.workbench.screenshot('captures-2-why');
  });

  test('a file that is no capture says so', async () => {
    stage.write('wrong.pcap', 'this is text');
    await stage.workbench.openFile('wrong.pcap');
    await stage.workbench.notification(/is no capture that can be read/);
    await stage.workbench.screenshot('captures-3-wrong');
  });
});
