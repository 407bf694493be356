import { parseArgs } from 'node:util';
import { Broker } from '../net/broker/broker.ts';
import { listenTcp } from '../net/broker/listener.ts';
import { systemClock } from '../net/clock.ts';
import { UsageError } from './usage.ts';

/** What the command needs of its process: where it writes, and the signals that end it. */
export type SandboxProcess = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'once'>;

const host = '127.0.0.1';

/**
 * `mqtt-session sandbox`: prints one line when the broker listens, and resolves to the exit code once SIGINT or SIGTERM
 * has ended it.
 *
 * @throws UsageError for a command line it does not understand; an Error that names the port when that is taken.
 */
export async function sandbox(args: readonly string[], process: SandboxProcess): Promise<number> {
  const { port, verbose } = readOptions(args);
  const broker = new Broker({ deny: [], users: [] }, systemClock, (level, message) => {
    if (verbose) process.stderr.write(`${level} ${message}\n`);
  });
  const listener = await listenTcp(broker, host, port);
  process.stdout.write(`listening on mqtt://${host}:${listener.port}\n`);
  await new Promise<void>((settle) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => settle());
  });
  broker.close();
  await listener.close();
  return 0;
}

function readOptions(args: readonly string[]): { readonly port: number; readonly verbose: boolean } {
  let values: { port?: string; verbose?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: { port: { type: 'string' }, verbose: { type: 'boolean' } },
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const port = Number(values.port ?? '1883');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`\`--port ${values.port}\` is not a port: give a whole number from 0 to 65535.`);
  }
  return { port, verbose: values.verbose ?? false };
}
