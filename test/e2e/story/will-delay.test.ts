/** The main story, as a user does it: connect, lose the connection, see when and why the will is published. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder, temporaryFolder } from '../support/folders.ts';
import { type RunningMosquitto, startMosquitto } from '../support/mosquitto.ts';
import type { Timeline } from '../support/timeline.ts';
import { Workbench } from '../support/workbench.ts';

const file = 'will-delay.mqtt.yaml';

describe.each(['sandbox', 'mosquitto'] as const)('the delayed will, with %s', (broker) => {
  const folder = temporaryFolder(`story-${broker}`);
  let mosquitto: RunningMosquitto | undefined;
  let workbench: Workbench;
  let timeline: Timeline;

  beforeAll(async () => {
    cpSync(join(projectFolder, 'samples'), folder.path, { recursive: true });
    if (broker === 'mosquitto') {
      mosquitto = await startMosquitto();
      const path = join(folder.path, file);
      // The one line that a user changes.
      const text = readFileSync(path, 'utf8').replace(
        /^( {2}broker:) sandbox\b.*$/m,
        `$1 mqtt://localhost:${mosquitto.port}`,
      );
      writeFileSync(path, text);
    }
    workbench = await Workbench.open({ folder: folder.path });
    await workbench.openFile(file);
  });

  afterAll(async () => {
    await workbench?.close();
    await mosquitto?.stop();
    folder.remove();
  });

  test('Connect offers the profiles of the open file, and the timeline opens by itself', async () => {
    await workbench.command('MQTT: Connect');
    await workbench.offers('subscriber', 'demo', 'demo-3.1.1');
    await workbench.pick('subscriber');
    timeline = await workbench.timeline();
    await timeline.track('subscriber', 'connection', /connected/);
    await workbench.command('MQTT: Connect');
    await workbench.pick('demo');
    await timeline.track('demo', 'connection', /connected/);
    await timeline.track('demo', 'will', /armed/);
    await workbench.screenshot(`story-${broker}-1-connected`);
  });

  test('after Drop Connection the page counts down to the will and to the end of the session', async () => {
    await workbench.command('MQTT: Drop Connection');
    await workbench.pick('demo');
    await timeline.countdown('will of demo', /due in [345]\.\d s/);
    await timeline.countdown('session of demo', /ends in (10|[5-9])\.\d s/);
    await workbench.screenshot(`story-${broker}-2-counting-down`);
  });

  test('at zero the will appears in the lane of demo, with its verdict', async () => {
    const said = await timeline.track('demo', 'will', /published/);
    expect(said).toMatch(/met|on time/);
    await timeline.track('subscriber', 'packets', /./);
    await workbench.screenshot(`story-${broker}-3-published`);
  });

  test('Why tells it in numbered facts', async () => {
    await workbench.command('MQTT: Explain Session');
    await workbench.screenshot(`story-${broker}-4-explain-choices`);
  });
});
