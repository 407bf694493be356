import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rabbitmqPath } from '../../../scripts/lib/system.mjs';
import { temporaryFolder } from '../../e2e/support/folders.ts';
import { freePort } from './free-port.ts';
import { type RunningBroker, untilOutput } from './sandbox.ts';

/**
 * Starts RabbitMQ with its MQTT plugin alone, on loopback and free ports, with all that it writes in a folder that is
 * removed. The port mapper that Erlang asks of a node with a name is one of its own, and ends with it.
 */
export async function startRabbitMq(): Promise<RunningBroker> {
  const executable = rabbitmqPath();
  if (executable === undefined)
    throw new Error('RabbitMQ is not installed. On Debian: apt-get install rabbitmq-server.');
  const folder = temporaryFolder('rabbitmq');
  const [port, mapperPort, nodePort] = [await freePort(), await freePort(), await freePort()];
  const path = (name: string): string => join(folder.path, name);
  writeFileSync(
    path('rabbitmq.conf'),
    `listeners.tcp = none
mqtt.listeners.tcp.1 = 127.0.0.1:${port}
mqtt.allow_anonymous = true
log.console = true
log.console.level = warning
log.file = false
`,
  );
  writeFileSync(path('enabled_plugins'), '[rabbitmq_mqtt].\n');
  const env = {
    PATH: process.env['PATH'],
    HOME: folder.path,
    ERL_EPMD_PORT: String(mapperPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `check${port}@localhost`,
    RABBITMQ_DIST_PORT: String(nodePort),
    RABBITMQ_CONFIG_FILE: path('rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: path('enabled_plugins'),
    RABBITMQ_MNESIA_BASE: path('mnesia'),
    RABBITMQ_LOG_BASE: path('log'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
  };
  const mapper = spawn('epmd', ['-port', String(mapperPort), '-address', '127.0.0.1'], {
    stdio: 'ignore',
    env,
  });
  // A group of its own: what its scripts start ends with it.
  const child: ChildProcess = spawn(executable, [], {
    cwd: folder.path,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const exited = new Promise<number | undefined>((settle) => {
    child.once('exit', (code) => settle(code ?? undefined));
  });
  let ended = false;
  void exited.then(() => {
    ended = true;
  });
  const stop = async (): Promise<number | undefined> => {
    if (child.pid !== undefined && !ended) process.kill(-child.pid, 'SIGKILL');
    const code = await exited;
    mapper.kill('SIGKILL');
    folder.remove();
    return code;
  };
  try {
    // It listens before it lets anybody in.
    await untilOutput(child, /completed with \d+ plugins/);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: { host: '127.0.0.1', port }, stop };
}
