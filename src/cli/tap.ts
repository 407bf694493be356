import { resolve } from 'node:path';
import type { TapScheme, TapView } from '../engine/messages.ts';
import { readBrokerAddress, readListenAddress } from '../profile/broker-address.ts';
import { tellRule } from '../profile/fault-words.ts';
import type { ConnectionProfile } from '../profile/model.ts';
import { CommandEngine } from './command-engine.ts';
import { commandUsage, readOptions } from './command-line.ts';
import { tapCommand } from './command-rows.ts';
import { UsageError } from './errors.ts';
import { readFault } from './fault-option.ts';
import { printable } from './printable.ts';
import { TapWords } from './tap-words.ts';

/** What the command needs of its process: where it writes, and the signals that end it. */
export type TapProcess = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'once' | 'cwd'>;

type CommandLine = ReturnType<typeof readOptions>;

const usualListen = '127.0.0.1:1884';
const usualBudget = 268_435_456;
/** A file of a terminal is not parted. In bytes. */
const saveLimit = Number.MAX_SAFE_INTEGER;
const schemes: readonly TapScheme[] = ['mqtt', 'mqtts', 'ws', 'wss'];

/**
 * `mqtt-session tap`: says where it listens, then a line for whatever happens to a session, until SIGINT or SIGTERM. Resolves to
 * the exit code.
 * @throws UsageError | CommandError
 */
export async function tap(args: readonly string[], process: TapProcess): Promise<number> {
  const line = readOptions(args, tapCommand.options);
  if (line.has('--help')) {
    process.stdout.write(commandUsage(tapCommand));
    return 0;
  }
  const wish = readWish(line);
  const words = new TapWords(line.has('--why'));
  const quiet = line.has('--quiet');
  let introduced = false;
  const engine = new CommandEngine({
    changes: ({ entities, taps = [] }) => {
      const ofTaps = introduced ? taps.flatMap((each) => words.tellTap(each)) : [];
      const lines = [...ofTaps, ...words.tell(entities)];
      if (!quiet && lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
    },
    log: (level, message) => {
      if (line.has('--verbose') || level === 'error')
        process.stderr.write(`${level} ${printable(message)}\n`);
    },
  });
  const ended = new Promise<void>((settle) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => settle());
  });
  const save = line.get('--save');
  const path = save === undefined ? undefined : resolve(process.cwd(), save);
  const mask = !line.has('--unmasked');
  await engine.request('start', { byteBudget: usualBudget, observers: !line.has('--no-observers') });
  try {
    // As it comes, so that a command that is killed leaves what it has seen.
    if (path !== undefined) await engine.request('record', { path, mask, limitBytes: saveLimit });
    const view = await engine.request('startTap', {
      ...wish,
      file: '',
      folder: process.cwd(),
      sandbox: { deny: [], users: [] },
    });
    process.stdout.write([introduction(view), ...words.tellTap(view).map((each) => `${each}\n`)].join(''));
    introduced = true;
    await ended;
  } finally {
    await engine.request('shutdown', undefined);
  }
  if (path !== undefined) await saveWhole(engine, path, mask, process);
  return 0;
}

/** Writes the capture anew, with comments on verdicts, unless the memory of the trace has not held all of it. */
async function saveWhole(
  engine: CommandEngine,
  path: string,
  mask: boolean,
  { stdout }: TapProcess,
): Promise<void> {
  const { stats } = await engine.request('start', { byteBudget: usualBudget });
  if (stats.dropped === 0) await engine.request('saveCapture', { path, mask });
  stdout.write(`saved ${stats.endSeq - 1} records in ${path}\n`);
}

function introduction({ address, to, caFile, rules }: TapView): string {
  const trust =
    caFile === undefined
      ? ''
      : `programs have to trust its certificate, which is in ${caFile}: name that file as their authority\n`;
  const faults = rules.map(({ rule }) => `fault by rule: ${printable(tellRule(rule))}\n`).join('');
  return `listening on ${address} for ${to}\n${trust}${faults}`;
}

function readWish(line: CommandLine): {
  readonly profile: ConnectionProfile;
  readonly listen: { readonly host: string; readonly port: number };
  readonly scheme: TapScheme | undefined;
  readonly allowRemote: boolean;
} {
  const [operand] = line.operands;
  if (operand !== undefined) throw new UsageError(`\`${operand}\` is not understood: it is no option.`);
  const to = line.get('--to');
  if (to === undefined)
    throw new UsageError('`--to` is missing: the broker to forward to, for example mqtt://localhost:1883.');
  const broker = readBrokerAddress(to);
  if (!broker.ok) throw new UsageError(`\`--to\`: ${broker.message}`);
  const listen = readListenAddress(line.get('--listen') ?? usualListen);
  if (!listen.ok) throw new UsageError(`\`--listen\`: ${listen.message}`);
  const scheme = line.get('--scheme');
  const known = schemes.find((each) => each === scheme);
  if (scheme !== undefined && known === undefined) {
    throw new UsageError(`\`--scheme ${scheme}\` is not understood: it takes ${schemes.join(', ')}.`);
  }
  return {
    profile: {
      name: 'tap',
      broker: broker.value,
      tls: {
        ca: line.get('--ca'),
        cert: line.get('--cert'),
        key: line.get('--key'),
        rejectUnauthorized: !line.has('--insecure'),
      },
      protocolVersion: 5,
      clientId: '',
      cleanStart: true,
      keepAliveSeconds: 60,
      connectTimeoutMs: 30_000,
      userProperties: [],
      subscriptions: [],
      afterConnect: [],
      beforeDisconnect: [],
      tap: { listen: listen.value, faults: line.all('--fault').map(readFault) },
    },
    listen: listen.value,
    scheme: known,
    allowRemote: line.has('--allow-remote'),
  };
}
