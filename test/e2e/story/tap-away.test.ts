/** A tap whose broker is not there, as a user has it: the view and the status bar say so, and no more when the broker comes. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../unit/net/support/peers.ts';
import { pictureOfFailures, Stage } from '../support/stage.ts';

describe('a tap whose broker is not there', () => {
  let stage: Stage;
  let port: number;
  pictureOfFailures(() => stage);

  beforeAll(async () => {
    port = await freePort();
    stage = await Stage.open({
      files: {
        'away.mqtt.yaml': `version: 1\nprofiles:\n  program: { broker: 'mqtt://127.0.0.1:${port}', tap: { listen: 127.0.0.1:0 } }\n`,
      },
      size: { width: 1200, height: 700 },
    });
  });
  afterAll(async () => {
    await stage?.close();
  });

  test('says so in the Sessions view and the status bar until it is', async () => {
    const { workbench } = stage;
    await workbench.openFile('away.mqtt.yaml');
    await workbench.command('MQTT: Start Tap');
    await workbench.pick('program');
    const item = workbench.page.locator('.statusbar-item', { hasText: 'mqtt://127.0.0.1:' });
    await item.locator('.codicon-warning').waitFor();
    await workbench.page.locator('.activitybar [aria-label^="MQTT"]').first().click();
    const row = workbench.page.locator('.pane-body .monaco-list-row', { hasText: 'Tap mqtt://127.0.0.1:' });
    await row.filter({ hasText: 'broker not reachable, connections are refused' }).waitFor();
    const { frame } = await stage.openTimeline();
    await frame.locator('.packet-row:visible', { hasText: 'nobody is at its address' }).waitFor();
    await workbench.screenshot('tap-away');
    const broker = createServer((socket) => socket.on('error', () => {}));
    await new Promise<void>((settle) => broker.listen(port, '127.0.0.1', settle));
    try {
      await item.locator('.codicon-debug-disconnect').waitFor();
      await row.filter({ hasNotText: 'not reachable' }).waitFor();
      expect(await row.innerText()).toContain('0 connections');
    } finally {
      broker.close();
    }
  });
});
