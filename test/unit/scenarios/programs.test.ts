/** Scenarios about a program that somebody else starts: it connects to the tap of its profile, whenever it comes. */
import { createServer, type Server } from 'node:net';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { ScenarioReport } from '../../../src/engine/messages.ts';
import { linesOf, Scenes } from './support/scenes.ts';

const scenes = new Scenes();
const programs: MqttClient[] = [];
afterEach(() => {
  for (const program of programs.splice(0)) program.end(true);
});
afterAll(() => scenes.stop());

const file = (port: number, steps: string): string => `version: 1
profiles:
  watcher:
    broker: sandbox
    clientId: watcher
    subscriptions: [ { topicFilter: gone, qos: 1 }, { topicFilter: news, qos: 1 } ]
  device:
    broker: sandbox
    clientId: device
    tap: { listen: 127.0.0.1:${port} }
scenarios:
  s:
    steps:${steps}
`;

async function listening(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer();
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return { server, port: address.port };
}

const close = (server: Server): Promise<unknown> => new Promise((settle) => server.close(settle));

async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** Different ones. */
async function freePorts(count: number): Promise<readonly number[]> {
  const all = await Promise.all(Array.from({ length: count }, listening));
  await Promise.all(all.map(({ server }) => close(server)));
  return all.map(({ port }) => port);
}

/** A program that tries until it is connected, again and again. */
function start(port: number, clientId = 'device'): MqttClient {
  const program = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
    clientId,
    protocolVersion: 5,
    clean: false,
    keepalive: 1,
    reconnectPeriod: 20,
    properties: { sessionExpiryInterval: 60 },
    will: { topic: 'gone', payload: Buffer.from('bye'), qos: 1, retain: false },
  });
  program.on('error', () => {});
  programs.push(program);
  return program;
}

const told = ({ outcome, steps }: ScenarioReport): string => `${outcome}\n${steps.map(linesOf).join('\n')}\n`;

describe('a program', () => {
  test('is awaited, cut, comes back to its session, and is found out when it is held', async () => {
    const port = await freePort();
    start(port);
    const report = await scenes.run(
      file(
        port,
        `
      - connect: watcher
      - expectConnect: device
      - expectSession: { of: device, present: false }
      - cut: device
      - expectWill: { of: device, payload: bye }
      - expectConnect: device
      - expectSession: { of: device, present: true }
      - freeze: { of: device, direction: toServer }
      - expectClosed: { of: device, within: 5s }
      - expectWill: device
      - clear: device
      - expectConnect: device`.replace('expectWill: device', 'expectWill: { of: device }'),
      ),
      's',
    );
    expect(told(report)).toMatch(/^passed\n/);
  });

  test('that publishes through the tap is heard, until its DISCONNECT is dropped', async () => {
    const port = await freePort();
    const program = start(port);
    program.on('connect', () => program.publish('news', 'here', { qos: 1 }, () => program.end()));
    const report = await scenes.run(
      file(
        port,
        `
      - connect: watcher
      - dropDisconnect: device
      - expectConnect: { of: device, within: 10s }
      - expectMessage: { by: watcher, topic: news, payload: here }
      - expectWill: { of: device }`,
      ),
      's',
    );
    expect(told(report)).toMatch(/^passed\n/);
  });

  test('that does not come is told', async () => {
    const report = await scenes.run(
      file(await freePort(), '\n      - expectConnect: { of: device, within: 100ms }\n      - cut: device'),
      's',
    );
    await expect(told(report)).toMatchFileSnapshot('golden/programs/that-does-not-come.txt');
  });

  test('that is gone cannot be cut', async () => {
    const port = await freePort();
    const program = start(port);
    program.on('connect', () => program.end());
    const report = await scenes.run(
      file(
        port,
        `
      - connect: watcher
      - expectConnect: device
      - expectNoWill: { of: device, for: 300ms }
      - cut: device`,
      ),
      's',
    );
    await expect(told(report).replace(/was accepted .*|had been .*/, '(was accepted)')).toMatchFileSnapshot(
      'golden/programs/that-is-gone.txt',
    );
  });

  test('that is refused finds nobody at the address, until the fault is taken away', async () => {
    const [port = 0, bellPort = 0] = await freePorts(2);
    const program = start(port);
    // Before it was connected nobody listened either.
    program.once('connect', () => {
      program.on('error', (error) => {
        if (Reflect.get(error, 'code') === 'ECONNREFUSED' && programs.length === 1) start(bellPort, 'bell');
      });
    });
    const report = await scenes.run(
      file(
        port,
        `
      - connect: watcher
      - expectConnect: { of: device, within: 20s }
      - refuse: device
      - cut: device
      - expectWill: { of: device, within: 20s }
      - expectConnect: { of: bell, within: 20s } # so the device has been refused
      - clear: device
      - expectConnect: { of: device, within: 20s }
      - expectSession: { of: device, present: true }`,
      ).replace(
        'scenarios:',
        `  bell: { broker: sandbox, clientId: bell, tap: { listen: 127.0.0.1:${bellPort} } }\nscenarios:`,
      ),
      's',
    );
    expect(told(report)).toMatch(/^passed\n/);
  });

  test('whose broker is not there is refused, and that is told', async () => {
    const nobody = file(await freePort(), '\n      - expectConnect: { of: device, within: 200ms }');
    const report = await scenes.run(nobody.replaceAll('broker: sandbox', 'broker: mqtt://127.0.0.1:1'), 's');
    expect(report.steps[0]).toMatchObject({ outcome: 'failed', observed: { code: 'programHadNoBroker' } });
    expect(report.steps[0]?.seqs).toHaveLength(1);
  });

  test('has no tap to connect to where another program listens', async () => {
    const { server, port } = await listening();
    const report = await scenes.run(
      file(port, '\n      - connect: watcher\n      - expectConnect: device'),
      's',
    );
    await close(server);
    expect(report.outcome).toBe('failed');
    expect(report.steps[0]?.observed).toMatchObject({ code: 'notListening', params: { client: 'device' } });
    expect(report.steps[0]?.observed?.params['message']).toContain(String(port));
    expect(report.steps[1]?.outcome).toBe('not-reached');
  });
});
