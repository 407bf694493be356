/**
 * Taps over TLS and WebSocket, as a user has them: the row that Copy Tap Address offers is copied, and a program is started in
 * the terminal with what is in the clipboard.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileGo } from '../../interop/support/clients.ts';
import { type RunningSandbox, startSandbox } from '../../interop/support/sandbox.ts';
import { projectFolder, temporaryFolder } from '../support/folders.ts';
import { type RunningMosquitto, startMosquitto } from '../support/mosquitto.ts';
import { pictureOfFailures, readableTerminal, Stage } from '../support/stage.ts';

const clients = join(projectFolder, 'samples', 'clients');
const tls = join(projectFolder, 'test', 'fixtures', 'tls');

/** A profile for each kind of broker address, whose certificate is checked, and whose tap takes any free port. */
function profiles(addresses: Readonly<Record<string, string>>): string {
  const each = Object.entries(addresses).map(
    ([name, broker]) =>
      `  ${name}:\n    broker: ${broker}\n    tls: { ca: ./authority.pem }\n    tap: { listen: 127.0.0.1:0 }\n`,
  );
  return `version: 1\nprofiles:\n${each.join('')}`.replace(/( {4}broker: ws:.*\n).*tls:.*\n/, '$1');
}

describe('taps over', () => {
  let stage: Stage;
  let sandbox: RunningSandbox;
  let mosquitto: RunningMosquitto;
  let goProgram: string;
  const built = temporaryFolder('story-transports');
  pictureOfFailures(() => stage);

  beforeAll(async () => {
    const ports = ['--tls-port', '0', '--wss-port', '0'];
    const identity = ['--cert', join(tls, 'server.pem'), '--key', join(tls, 'test-only.key')];
    sandbox = await startSandbox(...ports, ...identity);
    mosquitto = await startMosquitto();
    [goProgram = ''] = await compileGo(join(clients, 'status.go'), built.path);
    stage = await Stage.open({
      files: {
        'ways.mqtt.yaml': profiles({
          'by-mqtts': `mqtts://127.0.0.1:${sandbox.ports['mqtts']}`,
          'by-wss': `wss://127.0.0.1:${sandbox.ports['wss']}/mqtt`,
          'by-ws': `ws://127.0.0.1:${mosquitto.webSocketPort}/mqtt`,
        }),
        'authority.pem': readFileSync(join(tls, 'authority.pem'), 'utf8'),
      },
      settings: readableTerminal,
      size: { width: 1500, height: 1000 },
    });
    await stage.workbench.openFile('ways.mqtt.yaml');
  });
  afterAll(async () => {
    await stage?.close();
    await mosquitto?.stop();
    await sandbox?.stop();
    built.remove();
  });

  const statusOf = (scheme: string): Locator =>
    stage.workbench.page.locator('.statusbar-item[id$=".tap"]', { hasText: `${scheme}://127.0.0.1:` });

  /** Starts the tap of the profile for this scheme. */
  async function start(scheme: string): Promise<void> {
    await stage.workbench.choose('MQTT: Start Tap', `by-${scheme}`);
    await statusOf(scheme).waitFor();
  }

  async function stop(scheme: string): Promise<void> {
    await stage.workbench.command('MQTT: Stop Tap');
    await statusOf(scheme).waitFor({ state: 'detached' });
  }

  /** Copies the row for this library; `MQTT_URL` is for whatever reads its address from the environment. */
  async function copy(library: string): Promise<string> {
    const { workbench } = stage;
    const before = await workbench.clipboard();
    await workbench.choose('MQTT: Copy Tap Address', library);
    await expect.poll(() => workbench.clipboard()).not.toBe(before);
    return workbench.clipboard();
  }

  /** The program says what it says, and is killed: its session and its will appear, and what became of the will. */
  async function lives(client: string, command: string): Promise<void> {
    const { workbench } = stage;
    await workbench.terminal(`${command} &`);
    await stage.openTimeline();
    await stage.timeline.track(client, 'will', /armed/);
    await workbench.terminal('kill -9 $!');
    expect(await stage.timeline.track(client, 'will', /published/)).toMatch(/published, on time/);
  }

  test('TLS: its certificate is offered beside its address, and a Go program that is told of it comes through', async () => {
    await start('mqtts');
    const line = await copy('MQTT_URL');
    expect(line).toMatch(
      /^MQTT_URL=mqtts:\/\/127\.0\.0\.1:\d+ SSL_CERT_FILE=\S+\.pem NODE_EXTRA_CA_CERTS=\S+\.pem$/,
    );
    await stage.workbench.command('MQTT: Copy Tap Address');
    await stage.workbench.offers(
      'Certificate to trust',
      'paho-mqtt (Python)',
      'mosquitto_pub, mosquitto_sub',
    );
    await stage.workbench.screenshot('tap-tls-1-what-to-change');
    await stage.workbench.page.keyboard.press('Escape');
    await lives('status-go-dora', `${line} MQTT_USER=dora ${goProgram}`);
    await stage.workbench.screenshot('tap-tls-2-published');
  });

  test('TLS: the options of mosquitto_sub, as they are offered', async () => {
    const options = await copy('mosquitto_pub, mosquitto_sub');
    expect(options).toMatch(/^-h 127\.0\.0\.1 -p \d+ --cafile \S+\.pem$/);
    const will = '--will-topic user/status/emil --will-payload offline';
    await lives('emil', `mosquitto_sub ${options} -i emil -t nothing ${will}`);
    await stop('mqtts');
  });

  test('WebSocket with TLS: Node, which is told of the certificate, with MQTT.js', async () => {
    await start('wss');
    const line = await copy('MQTT_URL');
    expect(line).toMatch(/^MQTT_URL=wss:\/\/127\.0\.0\.1:\d+\/mqtt /);
    await lives(
      'status-node-fritz',
      `${line} MQTT_USER=fritz ${process.execPath} ${join(clients, 'status.mjs')}`,
    );
    await stop('wss');
  });

  test('WebSocket: the same program to Mosquitto', async () => {
    await start('ws');
    const line = await copy('MQTT_URL');
    expect(line).toMatch(/^MQTT_URL=ws:\/\/127\.0\.0\.1:\d+\/mqtt$/);
    await lives(
      'status-node-greta',
      `${line} MQTT_USER=greta ${process.execPath} ${join(clients, 'status.mjs')}`,
    );
    await stage.workbench.screenshot('tap-ws-published');
  });
});
