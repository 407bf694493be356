/**
 * The tap, as a user has it: start it, run programs against it in the terminal, kill them, and see what becomes of their wills.
 * The programs are those of samples/clients, which know nothing of the extension.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileGo, debianPython } from '../../interop/support/clients.ts';
import { projectFolder, temporaryFolder } from '../support/folders.ts';
import { type RunningMosquitto, startMosquitto } from '../support/mosquitto.ts';
import { pictureOfFailures, readableTerminal, Stage } from '../support/stage.ts';

const samples = join(projectFolder, 'samples');

/** What is behind the tap: the sandbox, or a broker that is started for it and whose address the sample's line takes. */
const brokers = [
  { name: 'the sandbox', file: 'sandbox', start: async () => undefined },
  { name: 'Mosquitto', file: 'mosquitto', start: startMosquitto },
] as const;

const built = temporaryFolder('story-programs');
let goProgram: string;

beforeAll(async () => {
  [goProgram = ''] = await compileGo(join(samples, 'clients', 'status.go'), built.path);
});
afterAll(() => built.remove());

/** The sample, at a port that is free. */
function tapFile(broker: string): string {
  return readFileSync(join(samples, 'tap.mqtt.yaml'), 'utf8')
    .replace('listen: 127.0.0.1:1884', 'listen: 127.0.0.1:0')
    .replace('broker: sandbox', `broker: ${broker}`);
}

describe.each(brokers)('programs through the tap to $name', ({ file, start }) => {
  let stage: Stage;
  let broker: RunningMosquitto | undefined;
  let address: string;
  pictureOfFailures(() => stage);
  const picture = (name: string): Promise<void> => stage.workbench.screenshot(`tap-${file}-${name}`);

  beforeAll(async () => {
    broker = await start();
    stage = await Stage.open({
      files: {
        'tap.mqtt.yaml': tapFile(broker === undefined ? 'sandbox' : `mqtt://127.0.0.1:${broker.port}`),
      },
      settings: readableTerminal,
      size: { width: 1500, height: 1000 },
    });
    await stage.workbench.openFile('tap.mqtt.yaml');
  });
  afterAll(async () => {
    await stage?.close();
    await broker?.stop();
  });

  test('Start Tap shows the address in the status bar, and Copy Tap Address what to change in a program', async () => {
    const { workbench } = stage;
    await workbench.command('MQTT: Start Tap');
    await workbench.pick('program');
    const item = workbench.page.locator('.statusbar-item', { hasText: 'mqtt://127.0.0.1:' });
    await item.waitFor();
    address = (await item.innerText()).trim();
    expect(address).toMatch(/^mqtt:\/\/127\.0\.0\.1:\d+$/);
    // Nothing has come yet: the page says where to, and leads to what to change.
    const { frame } = await stage.openTimeline();
    await frame.locator('.empty-taps', { hasText: address }).waitFor();
    await picture('0-waiting');
    await frame.getByRole('button', { name: 'What to change…' }).click();
    await workbench.offers(address, 'MQTT_URL', 'paho-mqtt (Python)', 'paho.mqtt.golang', 'MQTT.js');
    await picture('1-what-to-change');
    await workbench.page.keyboard.press('Escape');
    await stage.connect('watcher');
  });

  test('the Go program, started in the terminal with this address, appears with its session and its will', async () => {
    await stage.workbench.terminal(`MQTT_URL=${address} MQTT_KEEP_ALIVE=5 ${goProgram} &`);
    await stage.timeline.track('status-go-alice', 'will', /armed/);
    await picture('2-go-connected');
  });

  test('a fault shows on its lane for as long as it lasts, made by the palette and by the lane itself', async () => {
    await stage.workbench.command('MQTT: Fault: Delay');
    await stage.workbench.question('By how many milliseconds?');
    await stage.workbench.answer('20');
    await stage.workbench.question('Give or take how many milliseconds?');
    await stage.workbench.answer('5');
    await stage.workbench.pick('to the Client');
    await stage.timeline.track('status-go-alice', 'connection', /; delayed to the Client: 20 ms ± 5 ms/);
    await stage.workbench.command('MQTT: Fault: Clear');
    await stage.timeline.track('status-go-alice', 'connection', /connected since [^;]*$/);
  });

  test('killed, its will is published at once, and Why tells it by what passed the tap', async () => {
    await stage.workbench.terminal('kill -9 $!');
    const said = await stage.timeline.track('status-go-alice', 'will', /published/);
    expect(said).toMatch(/published, on time/);
    await stage.explain(
      'will of status-go-alice',
      'Why was the will of status-go-alice published at',
      'without DISCONNECT',
      // The engine's own observer, or `watcher`: whose copy came first.
      /(The observer|watcher) received it/,
    );
    await picture('3-go-published');
  });

  test('without power, as the Server sees it: frozen and killed, its will counts down by the Keep Alive', async () => {
    const { timeline, workbench } = stage;
    await workbench.terminal(`MQTT_URL=${address} MQTT_USER=carol MQTT_KEEP_ALIVE=5 ${goProgram} &`);
    await timeline.track('status-go-carol', 'will', /armed/);
    await timeline.menu('status-go-carol', 'Freeze');
    await workbench.pick('both ways');
    await timeline.track('status-go-carol', 'connection', /; frozen/);
    await workbench.terminal('kill -9 $!');
    await timeline.countdown(
      'will of status-go-carol',
      /due in/,
      'if nothing comes within 1.5 × Keep Alive 5 s',
    );
    await timeline.track('status-go-carol', 'will', /armed, due .* if nothing comes/);
    await picture('4-go-silent');
    // The program is gone, and its connection stands: nothing of its end has reached the Server.
    await timeline.track('status-go-carol', 'connection', /connected since .*; frozen/);
    const said = await timeline.track('status-go-carol', 'will', /published/);
    expect(said).toMatch(/published, on time/);
    await timeline.track('status-go-carol', 'connection', /keep alive ran out at/);
    await stage.explain(
      'will of status-go-carol',
      /The tap held back what the Client sent from .* on: nothing reached the Server/,
      /The Server ended the connection at .*, when nothing had come from the Client for .*; its Keep Alive is 5 s/,
      'the Server must disconnect as if the network had failed',
      /(The observer|watcher) received it/,
    );
    await picture('5-go-keep-alive');
  });

  test('a program of 5.0 that is killed has a countdown to its will', async () => {
    const program = join(samples, 'clients', 'status.py');
    await stage.workbench.terminal(`MQTT_URL=${address} MQTT_USER=bob ${debianPython()} ${program} &`);
    await stage.timeline.track('status-python-bob', 'will', /armed/);
    await stage.workbench.terminal('kill -9 $!');
    await stage.timeline.countdown('will of status-python-bob', /due in/, 'delay 2 s < session 30 s');
    await picture('6-python-counting-down');
    await stage.timeline.track('status-python-bob', 'will', /published/);
    await picture('7-python-published');
  });

  test('saved as a capture and opened again, it is the same picture and the same Why', async () => {
    const { workbench } = stage;
    const saidLive = await stage.explain('will of status-go-carol', 'published at');
    await workbench.choose('MQTT: Save Capture…', 'Replace passwords');
    await workbench.question('Save Capture');
    // The dialog proposes a name once it knows the folder.
    const name = workbench.page.locator('.quick-input-widget:visible input[type="text"]');
    await expect.poll(() => name.inputValue(), { timeout: 20_000 }).toMatch(/\.pcapng$/);
    await name.press('Enter');
    await workbench.notification(/The trace was saved as/);
    await workbench.page
      .locator('.explorer-folders-view .monaco-list-row', { hasText: '.pcapng' })
      .dblclick();
    const capture = await workbench.timeline(stage.timeline);
    for (const client of ['status-go-alice', 'status-go-carol', 'status-python-bob']) {
      for (const track of ['connection', 'will'] as const) {
        const live = await stage.timeline.track(client, track, /./);
        expect(await capture.track(client, track, /./)).toBe(live);
      }
    }
    await capture
      .lane('status-go-carol')
      .getByRole('treeitem', { name: /^will: / })
      .first()
      .click();
    await capture.tab('Why');
    expect(await capture.why('published at')).toBe(saidLive);
    await picture('8-capture');
  });

  test('Stop Tap takes it out of the status bar', async () => {
    await stage.workbench.command('MQTT: Stop Tap');
    await stage.workbench.page
      .locator('.statusbar-item', { hasText: 'mqtt://127.0.0.1:' })
      .waitFor({ state: 'detached' });
  });
});
