/** What a command line of `mqtt-session sandbox` asks for. */
import { isLoopback, type ListenerScheme } from '../net/broker/listener.ts';
import { deviationRows, isDeviationName } from '../profile/keys/deviation-rows.ts';
import type { SandboxSettings } from '../profile/model.ts';
import { nearest } from '../profile/nearest.ts';
import { type GivenServerSettings, readServerSettings } from '../profile/sandbox-limits.ts';
import { UsageError } from './errors.ts';
import { readOption } from './option-values.ts';
import { type CommandOption, type GivenOptions, limitOptions, portType } from './sandbox-options.ts';

export interface SandboxWish {
  readonly host: string;
  readonly allowRemote: boolean;
  readonly listeners: readonly { readonly scheme: ListenerScheme; readonly port: number }[];
  /** Paths of PEM files, where a listener uses TLS. */
  readonly identity: { readonly cert: string; readonly key: string } | undefined;
  readonly config: string | undefined;
  readonly verbose: boolean;
  /** What the options say, which goes before the profile file. */
  readonly settings: GivenServerSettings & Pick<SandboxSettings, 'deviations'>;
}

const usualPort = 1883;

const portOptions = [
  ['--port', 'mqtt'],
  ['--tls-port', 'mqtts'],
  ['--ws-port', 'ws'],
  ['--wss-port', 'wss'],
] as const satisfies readonly (readonly [CommandOption, ListenerScheme])[];

/** What holds without a profile file: a refused subscription can be tried. */
export const settingsWithoutFile: SandboxSettings = {
  // biome-ignore lint/suspicious/noThenProperty: the key of the profile file, and a word, not a function
  deny: [{ subscribe: 'test/nosubscribe', then: 'unspecifiedError' }],
  users: [],
};

/** @throws UsageError that names the option and what it takes */
export function readWish(given: GivenOptions): SandboxWish {
  const get = (option: CommandOption): string | undefined => given.get(option);
  const host = get('--host') ?? '127.0.0.1';
  const allowRemote = get('--allow-remote') !== undefined;
  if (!allowRemote && !isLoopback(host)) {
    throw new UsageError(
      `\`--host ${host}\` lets other machines connect. Add \`--allow-remote\` if that is meant, or leave \`--host\` out.`,
    );
  }
  const listeners = readListeners(get);
  return {
    host,
    allowRemote,
    listeners,
    identity: readIdentity(get, listeners),
    config: get('--config'),
    verbose: get('--verbose') !== undefined,
    settings: { ...readLimits(given), ...readDeviations(get('--deviation')) },
  };
}

function readListeners(get: (option: CommandOption) => string | undefined): SandboxWish['listeners'] {
  const listeners = portOptions.flatMap(([option, scheme]) => {
    const text = get(option);
    return text === undefined ? [] : [{ scheme, port: Number(readOption(option, text, portType)) }];
  });
  const ports = listeners.map(({ port }) => port).filter((port) => port !== 0);
  const twice = ports.find((port, index) => ports.indexOf(port) !== index);
  if (twice !== undefined) throw new UsageError(`Port ${twice} is given for two listeners. Choose another.`);
  return listeners.length > 0 ? listeners : [{ scheme: 'mqtt', port: usualPort }];
}

function readIdentity(
  get: (option: CommandOption) => string | undefined,
  listeners: SandboxWish['listeners'],
): SandboxWish['identity'] {
  const cert = get('--cert');
  const key = get('--key');
  const secure = listeners.some(({ scheme }) => scheme === 'mqtts' || scheme === 'wss');
  if (!secure) {
    if (cert === undefined && key === undefined) return undefined;
    throw new UsageError('`--cert` and `--key` are for `--tls-port` and `--wss-port`. Add one of these.');
  }
  if (cert === undefined || key === undefined) {
    throw new UsageError('`--tls-port` and `--wss-port` need `--cert FILE` and `--key FILE`.');
  }
  return { cert, key };
}

function readDeviations(text: string | undefined): Pick<SandboxSettings, 'deviations'> {
  if (text === undefined) return {};
  const deviations = text.split(',').map((name) => {
    if (isDeviationName(name)) return name;
    const near = nearest(
      name,
      deviationRows.map((row) => row.name),
    );
    const next = near === undefined ? '`--help` names them all.' : `Did you mean \`${near}\`?`;
    throw new UsageError(`There is no deviation \`${name}\`. ${next}`);
  });
  return { deviations };
}

function readLimits(given: GivenOptions): GivenServerSettings {
  const byKey = new Map([...limitOptions].map(([option, { key }]) => [key as string, option]));
  return readServerSettings(({ key, type }) => {
    const option = byKey.get(key) ?? '';
    const text = given.get(option);
    return text === undefined ? undefined : readOption(option, text, type);
  });
}
