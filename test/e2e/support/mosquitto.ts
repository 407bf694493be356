import { type ChildProcess, spawn } from 'node:child_process';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
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

/** Who may connect, and the rest of what a Mosquitto lets them do. */
export interface MosquittoUsers {
  readonly passwords: Readonly<Record<string, string>>;
  /** Lines of its `acl_file`. */
  readonly acl: readonly string[];
}

/** Starts Mosquitto and waits until it says that it runs. Without `users` anybody may do anything. */
export async function startMosquitto(users?: MosquittoUsers): Promise<RunningMosquitto> {
  const executable = mosquittoPath();
  if (executable === undefined)
    throw new Error('Mosquitto is not installed. On Debian: apt-get install mosquitto.');
  const port = await freePort();
  const webSocketPort = await freePort();
  const folder = temporaryFolder('mosquitto');
  const config = join(folder.path, 'mosquitto.conf');
  writeFileSync(
    config,
    `listener ${port} 127.0.0.1\nlistener ${webSocketPort} 127.0.0.1\nprotocol websockets\n${accessOf(folder.path, users)}persistence false\nlog_dest stderr\nlog_type all\n`,
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
      // One that has only just said that it runs forgets the first.
      const again = setInterval(() => child.kill('SIGTERM'), 500);
      await ended;
      clearInterval(again);
      folder.remove();
    },
  };
}

/** Writes the files that say who may do what. Returns the lines of the configuration for them. */
function accessOf(folder: string, users: MosquittoUsers | undefined): string {
  if (users === undefined) return 'allow_anonymous true\n';
  const [passwords, acl] = [join(folder, 'passwords'), join(folder, 'acl')];
  const lines = Object.entries(users.passwords).map(([name, password]) => `${name}:${hashed(password)}\n`);
  writeFileSync(passwords, lines.join(''), { mode: 0o600 });
  writeFileSync(acl, `${users.acl.join('\n')}\n`, { mode: 0o600 });
  // Started by root it would become another user, who may not read these files.
  return `user root\nallow_anonymous false\npassword_file ${passwords}\nacl_file ${acl}\n`;
}

/** As mosquitto_passwd writes it: PBKDF2 with SHA-512. */
function hashed(password: string): string {
  const salt = randomBytes(12);
  const iterations = 101;
  const hash = pbkdf2Sync(password, salt, iterations, 64, 'sha512');
  return `$7$${iterations}$${salt.toString('base64')}$${hash.toString('base64')}`;
}
