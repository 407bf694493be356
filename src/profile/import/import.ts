/**
 * Connections of other programs as a profile file. What they are is told by the text itself. Passwords come out apart from the file, and what
 * could not be carried over stands at its head.
 */
import { type Draft, isMap } from './draft.ts';
import { type MosquittoCommand, mosquittoCommand, readMosquitto } from './mosquitto.ts';
import { explorerKey, readMqttExplorer } from './mqtt-explorer.ts';
import { mqttxOwn, readMqttx } from './mqttx.ts';
import { isMqttxCli, mqttxCliCommands, readMqttxCli } from './mqttx-cli.ts';
import { readText, textMax } from './read-text.ts';
import { shellCommands } from './shell-words.ts';
import { readVsmqtt, vsmqttKey } from './vsmqtt.ts';
import { type Written, writeProfiles } from './write.ts';

/** The programs whose connections can be read. */
export const importFormats = {
  mqttx: 'MQTTX',
  mqttxCli: 'MQTTX CLI',
  mqttExplorer: 'MQTT Explorer',
  mosquitto: 'mosquitto command lines',
  vsmqtt: 'VSMqtt',
} as const;
export type ImportFormat = keyof typeof importFormats;

export type Imported =
  | ({ readonly ok: true; readonly format: ImportFormat } & Written)
  | {
      readonly ok: false;
      readonly code: 'too-large' | 'unreadable' | 'unknown-format' | 'nothing-found';
      readonly message: string;
    };

/** More connections than this are not read at once. */
const connectionsMax = 1000;

/** `taken` are names of secrets that must not be used. Does bounded work and never throws, whatever the text. */
export function importConnections(text: string, taken: ReadonlySet<string> = new Set()): Imported {
  if (text.length > textMax) {
    return failed(
      'too-large',
      `The text has more than ${textMax / 1_000_000} million characters, and is not read.`,
    );
  }
  const plain = text.replace(/^\ufeff/, '');
  if (looksLikeCommands(plain)) return importCommands(plain, taken);
  const read = readText(plain);
  if (!read.ok) return failed('unreadable', `The text cannot be read: ${read.problem}.`);
  const found = draftsOf(read.value);
  if (found === undefined) {
    const all = Object.values(importFormats).join(', ');
    return failed('unknown-format', `The text is of no format that is known here: ${all}.`);
  }
  return written(found.format, found.drafts, found.general, taken);
}

function failed(code: Extract<Imported, { ok: false }>['code'], message: string): Imported {
  return { ok: false, code, message };
}

function written(
  format: ImportFormat,
  drafts: readonly Draft[],
  general: readonly string[],
  taken: ReadonlySet<string>,
): Imported {
  if (drafts.length === 0)
    return failed('nothing-found', `There is no connection of ${importFormats[format]} in the text.`);
  const told =
    drafts.length > connectionsMax
      ? [`only the first ${connectionsMax} of ${drafts.length} connections`]
      : [];
  const result = writeProfiles(
    drafts.slice(0, connectionsMax),
    importFormats[format],
    [...told, ...general],
    taken,
  );
  return { ok: true, format, ...result };
}

interface Found {
  readonly format: ImportFormat;
  readonly drafts: readonly Draft[];
  readonly general: readonly string[];
}

function draftsOf(value: unknown): Found | undefined {
  if (isMap(value)) {
    const explorer = value[explorerKey];
    if (isMap(explorer)) {
      const drafts = Object.values(explorer)
        .slice(0, connectionsMax + 1)
        .filter(isMap)
        .map(readMqttExplorer);
      const rest = Object.keys(value).filter((key) => key !== explorerKey);
      const general = rest.length === 0 ? [] : [`settings of the program itself: ${names(rest)}`];
      return { format: 'mqttExplorer', drafts, general };
    }
    const vsmqtt = value[vsmqttKey];
    if (Array.isArray(vsmqtt)) return { format: 'vsmqtt', drafts: vsmqttDrafts(vsmqtt), general: [] };
    if (isMqttxCli(value)) {
      const drafts = mqttxCliCommands.flatMap((command) => {
        const options = value[command];
        return isMap(options) ? [readMqttxCli(command, options)] : [];
      });
      return { format: 'mqttxCli', drafts, general: [] };
    }
  }
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.some(isMqttx)) {
    const maps = list.slice(0, connectionsMax + 1).filter(isMqttx);
    const general = [`what the program keeps for its own list: ${names(mqttxOwn)}`];
    return { format: 'mqttx', drafts: maps.map(readMqttx), general };
  }
  if (Array.isArray(value) && value.some(isVsmqtt)) {
    return { format: 'vsmqtt', drafts: vsmqttDrafts(value), general: [] };
  }
  return undefined;
}

function names(keys: readonly string[]): string {
  return keys
    .slice(0, 20)
    .map((key) => `\`${key.slice(0, 40)}\``)
    .join(', ');
}

function isMqttx(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    isMap(value) &&
    typeof value['host'] === 'string' &&
    'clientId' in value &&
    ('mqttVersion' in value || 'clean' in value || 'ssl' in value)
  );
}

function isVsmqtt(value: unknown): value is Readonly<Record<string, unknown>> {
  return isMap(value) && typeof value['host'] === 'string' && typeof value['name'] === 'string';
}

function vsmqttDrafts(list: readonly unknown[]): readonly Draft[] {
  return list
    .slice(0, connectionsMax + 1)
    .filter(isMap)
    .map(readVsmqtt);
}

/** A word of the first line that is a command, or lines that all begin with an option: a configuration file. */
function looksLikeCommands(text: string): boolean {
  if (/^\s*[[{]/.test(text)) return false;
  const lines = text
    .slice(0, 100_000)
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line));
  if (lines.some((line) => /(^|[\s/\\;|&])mosquitto_(pub|sub|rr)(\.exe)?\s/i.test(` ${line} `))) return true;
  return lines.length > 0 && lines.every((line) => /^\s*--?[A-Za-z]/.test(line));
}

/** Command lines are typed by people: so long they are never. */
const commandsMax = 200_000;

function importCommands(text: string, taken: ReadonlySet<string>): Imported {
  if (text.length > commandsMax)
    return failed('too-large', `Command lines of more than ${commandsMax} characters are not read.`);
  const isConfiguration = !/mosquitto_(pub|sub|rr)/.test(text);
  const drafts: Draft[] = [];
  let skipped = 0;
  if (isConfiguration) {
    drafts.push(readMosquitto('mosquitto_sub', configurationWords(text)));
  } else {
    const split = shellCommands(text);
    if (!split.ok) return failed('unreadable', `The command line cannot be read: ${split.problem}.`);
    for (const words of split.commands) {
      const at = words.findIndex((word) => mosquittoCommand(word) !== undefined);
      const command: MosquittoCommand | undefined = at === -1 ? undefined : mosquittoCommand(words[at] ?? '');
      if (command === undefined) skipped += 1;
      else drafts.push(readMosquitto(command, words.slice(at + 1)));
    }
  }
  return written('mosquitto', drafts, skipped === 0 ? [] : [`${skipped} other commands`], taken);
}

/** One option a line, its value in the rest of it. */
function configurationWords(text: string): readonly string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, option = '', value = ''] = /^\s*(-\S*)\s*(.*?)\s*$/.exec(line) ?? [];
    if (option === '') return [];
    const words =
      option === '-D' || option === '--property' ? value.split(/\s+/) : value === '' ? [] : [value];
    return [option, ...words.map((word) => word.replaceAll('${', () => '$${'))];
  });
}
