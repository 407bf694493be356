import { Broker } from '../net/broker/broker.ts';
import { type Listener, listen } from '../net/broker/listener.ts';
import type { BrokerLog } from '../net/broker/log.ts';
import { readTlsIdentity } from '../net/broker/tls-identity.ts';
import { systemClock } from '../net/clock.ts';
import type { SandboxSettings } from '../profile/model.ts';
import { resolveServerSettings } from '../profile/sandbox-limits.ts';
import { printable } from './printable.ts';
import { readCommandLine } from './sandbox-options.ts';
import { readWish, type SandboxWish, settingsWithoutFile } from './sandbox-wish.ts';
import { sandboxUsage } from './usage.ts';

/** What the command needs of its process: where it writes, and the signals that end it. */
export type SandboxProcess = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'once'>;

/**
 * `mqtt-session sandbox`: prints one line for each listener when all are ready, and resolves to the exit code once SIGINT
 * or SIGTERM has ended it.
 *
 * @throws UsageError for a command line it does not understand; a CommandError or ListenError for what stands in the way.
 */
export async function sandbox(args: readonly string[], process: SandboxProcess): Promise<number> {
  const given = readCommandLine(args);
  if (given.has('--help')) {
    process.stdout.write(sandboxUsage());
    return 0;
  }
  const wish = readWish(given);
  const settings = await settingsOf(wish);
  const log = wish.verbose ? logTo(process.stderr) : () => {};
  const broker = new Broker(settings, systemClock, log);
  const listeners = await listenAll(broker, wish, settings, log);
  const ended = new Promise<void>((settle) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => settle());
  });
  const { deviations = [] } = settings;
  if (deviations.length > 0 && !wish.verbose) {
    process.stderr.write(`Against the standard, as asked: ${deviations.join(', ')}.\n`);
  }
  process.stdout.write(listeners.map(({ address }) => `listening on ${address}\n`).join(''));
  await ended;
  broker.close();
  await Promise.all(listeners.map((listener) => listener.close()));
  return 0;
}

async function settingsOf({ config, settings }: SandboxWish): Promise<SandboxSettings> {
  if (config === undefined) return { ...settingsWithoutFile, ...settings };
  // Reading YAML is what takes longest to load, and is rarely needed.
  const { readConfig } = await import('./config-file.ts');
  return { ...(await readConfig(config)), ...settings };
}

/** All of them, or none. */
async function listenAll(
  broker: Broker,
  { host, allowRemote, listeners, identity: paths }: SandboxWish,
  settings: SandboxSettings,
  log: BrokerLog,
): Promise<readonly Listener[]> {
  const identity = paths && (await readTlsIdentity(paths.cert, paths.key));
  const options = { ...resolveServerSettings(settings), clock: systemClock, log, allowRemote };
  const running: Listener[] = [];
  try {
    for (const { scheme, port } of listeners) {
      running.push(await listen(broker, { scheme, host, port, identity }, options));
    }
  } catch (error) {
    broker.close();
    await Promise.all(running.map((listener) => listener.close()));
    throw error;
  }
  return running;
}

/** One line each. */
function logTo(stream: Pick<NodeJS.WriteStream, 'write'>): BrokerLog {
  return (level, message) => {
    stream.write(`${new Date(systemClock.now()).toISOString()} ${level} ${printable(message)}\n`);
  };
}
