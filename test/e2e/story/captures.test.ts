/** A will's story saved as a capture and opened again: the same timeline, with the same verdict and the same Why. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pictureOfFailures, Stage } from '../support/stage.ts';

/** Why, without the other expectations of the client: what was pending then may be over, or open when the file ends. */
const withoutOthers = (why: string): string => why.replace(/Expectations of .*/s, '');

describe('captures', () => {
  let stage: Stage;
  let before: string;
  let name = '';
  pictureOfFailures(() => stage);

  beforeAll(async () => {
    stage = await Stage.open({ files: { 'wrong.pcap': 'this is text' } });
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
    expect(withoutOthers(after)).toBe(withoutOthers(before));
    await stage.workbench.screenshot('captures-2-why');
  });

  test('a file that is no capture says so', async () => {
    await stage.workbench.openFile('wrong.pcap');
    await stage.workbench.notification(/is no capture that can be read/);
    await stage.workbench.screenshot('captures-3-wrong');
  });
});

describe('what was recorded when VS Code died', () => {
  let stage: Stage;
  pictureOfFailures(() => stage);

  beforeAll(async () => {
    stage = await Stage.open();
    await stage.workbench.openFile('will-delay.mqtt.yaml');
    await stage.connect('subscriber');
    await stage.connect('demo');
    await stage.act('Drop Connection', 'demo');
    await stage.timeline.track('demo', 'will', /published/);
  });
  afterAll(() => stage?.close());

  test('is offered at the next start, and opens as a timeline', async () => {
    const { workbench } = stage;
    const recordings = readdirSync(workbench.dataFolder, { recursive: true, encoding: 'utf8' }).filter(
      (path) => /recordings\/\d+-\d+\.pcapng$/.test(path),
    );
    expect(recordings).toHaveLength(1);
    // It is named after the process that writes it: the one in which extensions run.
    process.kill(Number.parseInt(basename(recordings[0] ?? ''), 10), 'SIGKILL');
    await workbench.reload();
    const offer = await workbench.notification(/did not end as it should/);
    await workbench.screenshot('captures-4-offered');
    await offer.getByRole('button', { name: 'Open' }).click();
    const timeline = await workbench.timeline(undefined, 'demo');
    await timeline.track('demo', 'will', /published/);
    await timeline.track('demo', 'connection', /cut/);
    await workbench.screenshot('captures-5-recorded');
  });
});
