/**
 * Rules of a tap, as a user has them: set in the palette, seen to work on a program that knows nothing of the extension, and taken away.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pictureOfFailures, Stage } from '../support/stage.ts';

const file = `version: 1
profiles:
  program: { broker: sandbox, tap: { listen: 127.0.0.1:0 } }
`;

/** It publishes three messages on one connection, and stays connected. */
const program = (port: string): string =>
  `(echo 1; echo 2; echo 3; sleep 600) | mosquitto_pub -p ${port} -i status-bench -t demo -l &`;

const conditions = 'each connection of status-*, after the 2nd PUBLISH from the Client';

describe('a rule of a tap', () => {
  let stage: Stage;
  let port: string;
  pictureOfFailures(() => stage);

  beforeAll(async () => {
    stage = await Stage.open({
      files: { 'rules.mqtt.yaml': file },
      settings: {
        'terminal.integrated.gpuAcceleration': 'off',
        'terminal.integrated.initialHint': false,
        'terminal.integrated.suggest.enabled': false,
      },
      size: { width: 1500, height: 1000 },
    });
    const { workbench } = stage;
    await workbench.openFile('rules.mqtt.yaml');
    await workbench.command('MQTT: Start Tap');
    await workbench.pick('program');
    const item = workbench.page.locator('.statusbar-item', { hasText: 'mqtt://127.0.0.1:' });
    await item.waitFor();
    port = /:(\d+)$/.exec((await item.innerText()).trim())?.[1] ?? '';
    await workbench.page.locator('.activitybar [aria-label^="MQTT"]').first().click();
  });
  afterAll(async () => {
    await stage?.close();
  });

  const inView = (text: string) =>
    stage.workbench.page.locator('.pane-body .monaco-list-row', { hasText: text });

  test('is put together by its conditions, in words that say what it will do, and stands below its tap', async () => {
    const { workbench } = stage;
    await workbench.choose('MQTT: Fault: Add Rule…', 'Freeze');
    await workbench.pick('to the Server');
    await workbench.offers('Set This Rule', 'Client Identifier', 'Connections', 'Packet', 'Time', 'Fault');
    await workbench.pick('Client Identifier');
    await workbench.screenshot('rules-1-client');
    await workbench.answer('status-*', 'stands for any characters');
    await workbench.pick('Packet');
    await workbench.pick('PUBLISH from the Client');
    await workbench.answer('2', 'After which PUBLISH');
    await workbench.question(conditions);
    await workbench.screenshot('rules-2-list');
    await workbench.pick('Set This Rule');
    await inView(conditions).filter({ hasText: 'has not come yet' }).waitFor();
    await workbench.screenshot('rules-3-view');
  });

  test('makes its fault on the program, on whose lane it shows with the rule that it came by', async () => {
    const { workbench } = stage;
    await workbench.terminal(program(port));
    const timeline = await workbench.timeline();
    const said = await timeline.track('status-bench', 'connection', /frozen to the Server/);
    expect(said).toContain(`(rule: ${conditions})`);
    await inView(conditions).filter({ hasText: 'has come once' }).waitFor();
    const { frame } = timeline;
    await frame.locator('.packet-row:visible', { hasText: 'fault: frozen to the Server (rule: ' }).waitFor();
    // Two have passed: the third is held.
    expect(await frame.locator('.packet-row:visible', { hasText: /PUBLISH\s*demo/ }).count()).toBe(2);
    await workbench.screenshot('rules-4-bitten');
  });

  test('of what is in force on a connection, one fault and one way are thawed', async () => {
    const { workbench } = stage;
    const timeline = await workbench.timeline();
    await timeline.menu('status-bench', 'Freeze');
    await workbench.pick('both ways');
    await timeline.track('status-bench', 'connection', /; frozen$/);
    await workbench.choose(
      'MQTT: Fault: Clear',
      'frozen, to the Server',
      'frozen, both ways',
      'frozen, to the Client',
    );
    await timeline.track('status-bench', 'connection', /; frozen to the Client$/);
    await timeline.frame
      .locator('.packet-row:visible', { hasText: 'no longer frozen to the Server' })
      .waitFor();
    await workbench.screenshot('rules-5-thawed-one-way');
  });

  test('is begun on a lane with its Client, and one that stands is taken away', async () => {
    const { workbench } = stage;
    const timeline = await workbench.timeline();
    await timeline.menu('status-bench', 'Add rule for this Client…');
    await workbench.pick('Cut Connection');
    await workbench.question('each connection of status-bench');
    await workbench.pick('Connections');
    await workbench.pick('Only one of those to come…');
    await workbench.answer('2', 'Which one?');
    await workbench.pick('Time');
    await workbench.answer('soon', 'How long after');
    await workbench.question('A duration, for example 500ms or 5s');
    await workbench.answer('5s');
    await workbench.question('the 2nd new connection of status-bench, after 5 s');
    // Back leads from a condition to the list, which is as it was.
    await workbench.pick('Packet');
    await workbench.offers('No packet', 'PUBLISH from the Client', 'PUBLISH from the Server', 'CONNACK');
    await workbench.page.locator('.quick-input-widget:visible .codicon-quick-input-back').click();
    await workbench.question('the 2nd new connection of status-bench, after 5 s');
    // Who is refused sends nothing: what depends on that is offered no more.
    await workbench.pick('Fault');
    await workbench.pick('Refuse New Connections');
    await workbench.question('the 2nd new connection of status-bench');
    expect(await workbench.page.getByRole('option', { name: /Packet|Time/ }).count()).toBe(0);
    await workbench.screenshot('rules-6-refusal');
    await workbench.page.keyboard.press('Escape');
    await workbench.command('MQTT: Fault: Remove Rule');
    await inView(conditions).waitFor({ state: 'detached' });
    await workbench.screenshot('rules-7-removed');
  });
});
