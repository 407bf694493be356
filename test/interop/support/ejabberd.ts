import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from '../../e2e/support/folders.ts';
import { freePort } from './free-port.ts';
import type { RunningBroker } from './sandbox.ts';

/**
 * Starts ejabberd with mod_mqtt alone, on loopback and a free port, with all that it writes in a folder that is removed.
 * Erlang itself is started, and not ejabberdctl: as a node without a name it needs no port mapper that would stay behind.
 */
export async function startEjabberd(): Promise<RunningBroker> {
  const folder = temporaryFolder('ejabberd');
  const port = await freePort();
  const config = join(folder.path, 'ejabberd.yml');
  writeFileSync(
    config,
    `hosts: [localhost]
loglevel: warning
auth_method: [anonymous]
anonymous_protocol: login_anon
allow_multiple_connections: true
listen:
  - port: ${port}
    ip: "127.0.0.1"
    module: mod_mqtt
    backlog: 1000
modules:
  mod_mqtt:
    session_expiry: 86400
`,
  );
  const logFile = join(folder.path, 'ejabberd.log');
  const mnesia = ['-mnesia', 'dir', `"${join(folder.path, 'spool')}"`];
  const child = spawn('erl', ['+K', 'true', ...mnesia, '-noinput', '-s', 'ejabberd'], {
    cwd: folder.path,
    env: {
      PATH: process.env['PATH'],
      HOME: folder.path,
      ERL_LIBS: libraries(),
      ERL_CRASH_DUMP: join(folder.path, 'crash.dump'),
      EJABBERD_CONFIG_PATH: config,
      EJABBERD_LOG_PATH: logFile,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-10_000);
    });
  }
  let ended = false;
  const exited = new Promise<number | undefined>((settle, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => {
      ended = true;
      settle(code ?? undefined);
    });
  });
  while (!(await answers(port))) {
    if (ended) {
      const log = existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
      folder.remove();
      throw new Error(`ejabberd ended with ${await exited}:\n${output}${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    address: { host: '127.0.0.1', port },
    // Whoever gives any is let in, and nobody else.
    credentials: { userName: 'anybody', password: 'anything' },
    stop: async () => {
      child.kill('SIGKILL');
      const code = await exited;
      folder.remove();
      return code;
    },
  };
}

/** Where Debian keeps the libraries of Erlang that are no part of it: by architecture. */
function libraries(): string {
  for (const folder of readdirSync('/usr/lib')) {
    const path = join('/usr/lib', folder);
    if (!folder.includes('-linux-') || !existsSync(path)) continue;
    if (readdirSync(path).some((each) => each.startsWith('ejabberd-'))) return path;
  }
  throw new Error('ejabberd is not installed. On Debian: apt-get install ejabberd.');
}

function answers(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  return new Promise((settle) => {
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  }).then((answered) => {
    socket.destroy();
    return answered === true;
  });
}
