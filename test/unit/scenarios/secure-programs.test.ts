/** Programs under test whose broker speaks TLS: they speak it to the tap, too, and trust a certificate that is made on the spot. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Broker } from '../../../src/net/broker/broker.ts';
import { type Listener, listen } from '../../../src/net/broker/listener.ts';
import { systemClock } from '../../../src/net/clock.ts';
import { plainSandbox } from '../engine/support/test-host.ts';
import { fixture, freePort } from '../net/support/peers.ts';
import { linesOf, Scenes } from './support/scenes.ts';

const broker = new Broker(plainSandbox, systemClock, () => {});
const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
const scenes = new Scenes(systemClock, true);
scenes.certificateFolder = folder;
const listeners = new Map<'mqtts' | 'wss', Listener>();
beforeAll(async () => {
  const identity = { cert: readFileSync(fixture('server.pem')), key: readFileSync(fixture('test-only.key')) };
  for (const scheme of ['mqtts', 'wss'] as const) {
    listeners.set(scheme, await listen(broker, { scheme, host: '127.0.0.1', port: 0, identity }));
  }
});
afterAll(async () => {
  await scenes.stop();
  broker.close();
  await Promise.all([...listeners.values()].map((listener) => listener.close()));
  rmSync(folder, { recursive: true });
});

const file = (scheme: 'mqtts' | 'wss', port: number, bellPort = 0): string => `version: 1
profiles:
  device:
    broker: ${scheme}://localhost:${listeners.get(scheme)?.port}${scheme === 'wss' ? '/mqtt' : ''}
    tls: { ca: ${fixture('authority.pem')} }
    clientId: device-${scheme}
    tap: { listen: 127.0.0.1:${port} }
  bell: { extends: device, clientId: bell-${scheme}, tap: { listen: 127.0.0.1:${bellPort} } }
scenarios:
  lives:
    steps:
      - expectConnect: { of: device, within: 30s }
      - cut: device
      - expectWill: { of: device, payload: bye, within: 30s }
      - expectConnect: { of: device, within: 30s }
  fails:
    steps:
      - expectConnect: { of: bell, within: 1m } # so the device has tried
      - expectConnect: { of: device, within: 0 }
`;

/** The file of the certificate, once a tap listens and says so. */
async function certificateTold(running: Promise<unknown>, scheme: string, port: number): Promise<string> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  running.then(end, end);
  while (!over) {
    for (const line of scenes.logs) {
      const named = new RegExp(
        `${scheme}://127.0.0.1:${port}\\S*, and has to trust the certificate in (.*)`,
      ).exec(line);
      if (named?.[1] !== undefined) return named[1];
    }
    await setImmediate();
  }
  throw new Error(`No tap was told of: ${scenes.logs.join('\n')}`);
}

describe.each(['mqtts', 'wss'] as const)('a program that speaks %s', (scheme) => {
  const start = (port: number, ca: string | undefined, failed: () => void = () => {}): mqtt.MqttClient => {
    const program = mqtt.connect(`${scheme}://127.0.0.1:${port}/mqtt`, {
      clientId: `program-${scheme}`,
      protocolVersion: 5,
      reconnectPeriod: 20,
      ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
      will: { topic: 'gone', payload: Buffer.from('bye'), qos: 1, retain: false },
    });
    program.on('error', failed);
    return program;
  };

  test('is awaited, cut, and comes back', async () => {
    const port = await freePort();
    const running = scenes.run(file(scheme, port), 'lives', undefined, `lives ${scheme}`);
    const program = start(port, await certificateTold(running, scheme, port));
    const { outcome, steps } = await running;
    program.end(true);
    expect(outcome, steps.map(linesOf).join('\n')).toBe('passed');
  });

  test('and does not trust the certificate: that is told', async () => {
    const port = await freePort();
    const bellPort = await freePort();
    const running = scenes.run(file(scheme, port, bellPort), 'fails', undefined, `fails ${scheme}`);
    const certificate = await certificateTold(running, scheme, bellPort);
    const programs: mqtt.MqttClient[] = [];
    // Its second failure: the tap knows of the first.
    let failures = 0;
    const failed = (): void => {
      failures += 1;
      if (failures === 2) programs.push(start(bellPort, certificate));
    };
    programs.push(start(port, undefined, failed));
    const { outcome, steps } = await running;
    for (const program of programs) program.end(true);
    expect(outcome).toBe('failed');
    expect(steps[1]?.observed?.code).toBe('programLeft');
  });
});
