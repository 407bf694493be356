import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WireClient } from '../../src/check/wire-client.ts';
import { projectFolder } from '../e2e/support/folders.ts';
import { debianPython } from './support/clients.ts';
import { connectPacket, text } from './support/observer.ts';
import { type Command, run } from './support/program.ts';
import { type RunningSandbox, startSandbox } from './support/sandbox.ts';

const certificates = join(projectFolder, 'test', 'fixtures', 'tls');
const authority = join(certificates, 'authority.pem');
const ports = ['--tls-port', '0', '--ws-port', '0', '--wss-port', '0'];
const identity = ['--cert', join(certificates, 'server.pem'), '--key', join(certificates, 'test-only.key')];

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSandbox(...ports, ...identity);
});
afterAll(async () => {
  expect(await sandbox.stop()).toBe(0);
});

/** What a subscriber over TCP gets on `topic` while `play` runs. */
async function seenOn(topic: string, play: () => Promise<unknown>): Promise<string> {
  const observer = await WireClient.open(sandbox.address);
  await observer.connect(connectPacket({ clientId: `observer of ${topic}` }));
  await observer.subscribe(topic, 2);
  await play();
  const [message] = await observer.messages(1);
  await observer.disconnect();
  return text(message?.packet.payload);
}

const portOf = (scheme: string): string => String(sandbox.ports[scheme]);

describe('the sandbox over', () => {
  it.each(['mqtt', 'mqtts', 'ws', 'wss'])('%s serves MQTT.js, QoS 2 both ways', async (scheme) => {
    const topic = `transports/${scheme}`;
    const received: string[] = [];
    const seen = await seenOn(topic, async () => {
      const client = await mqtt.connectAsync(`${scheme}://127.0.0.1:${portOf(scheme)}`, {
        protocolVersion: 5,
        ca: readFileSync(authority),
      });
      const message = new Promise<void>((settle) => {
        client.on('message', (_topic, payload) => {
          received.push(payload.toString());
          settle();
        });
      });
      await client.subscribeAsync(topic, { qos: 2 });
      await client.publishAsync(topic, `by ${scheme}`, { qos: 2 });
      await message;
      await client.endAsync();
    });
    expect(received).toEqual([`by ${scheme}`]);
    expect(seen).toBe(`by ${scheme}`);
  });

  it('TLS serves mosquitto_pub, which checks the certificate', async () => {
    const command = (authority: string): Command => [
      'mosquitto_pub',
      ...['--cafile', authority, '-h', '127.0.0.1', '-p', portOf('mqtts')],
      ...['-V', 'mqttv5', '-q', '2', '-t', 'transports/mosquitto', '-m', 'in confidence'],
    ];
    expect(await seenOn('transports/mosquitto', () => run(command(authority)))).toBe('in confidence');
    await expect(run(command(join(certificates, 'self-signed.pem')))).rejects.toThrow(/TLS|certificate/i);
  });

  it.each([
    ['ws', ''],
    ['wss', `, tls={'ca_certs': '${authority}'}`],
  ])('%s serves paho-mqtt for Python', async (scheme, tls) => {
    const topic = `transports/python-${scheme}`;
    const program =
      `from paho.mqtt import publish\n` +
      `publish.single('${topic}', 'from afar', 2, hostname='127.0.0.1', port=${portOf(scheme)}, transport='websockets'${tls})`;
    expect(await seenOn(topic, () => run([debianPython(), '-c', program]))).toBe('from afar');
  });
});
