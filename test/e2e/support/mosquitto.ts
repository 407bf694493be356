import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { mosquittoPath } from '../../../scripts/lib/system.mjs';
import { temporaryFolder } from './folders.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  const address = server.address();
  await new Promise((settle) => server.close(settle));
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return address.port;
}

/** A Mosquitto on loopback, with a configuration of its own, until `stop`. */
export interface RunningMosquitto {
  readonly port: number;
  /** For WebSockets. */
  readonly webSocketPort: number;
  stop(): Promise<void>;
}

/** Starts Mosquitto and waits until it says that it runs. */
export async function startMosquitto(): Promise<RunningMosquitto> {
  const executable = mosquittoPath();
  if (executable === undefined)
    throw new Error('Mosquitto is not installed. On Debian: apt-get install mosquitto.');
  const port = await freePort();
  const webSocketPort = await freePort();
  const folder = temporaryFolder('mosquitto');
  const config = join(folder.path, 'mosquitto.conf');
  writeFileSync(
    config,
    `listener ${port} 127.0.0.1\nlistener ${webSocketPort} 127.0.0.1\nprotocol websockets\nallow_anonymous true\npersistence false\nlog_dest stderr\nlog_type all\n`,
  );
  const child: ChildProcess = spawn(executable, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((settle) => child.once('close', () => settle()));
  await new Promise<void>((settle, fail) => {
    let output = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (/mosquitto version \S+ running/.test(output)) settle();
    });
    child.once('error', fail);
    child.once('close', (code) => fail(new Error(`Mosquitto ended with ${code}:\n${output}`)));
  });
  return {
    port,
    webSocketPort,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      folder.remove();
    },
  };
}
