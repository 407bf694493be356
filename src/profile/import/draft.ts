/** A profile that is being put together from what another program stores: settings, what did not fit, and secrets. */
import { formatDuration } from '../durations.ts';
import { NEVER_SECONDS } from '../keys/value-types.ts';

export type DraftValue = string | number | boolean | readonly DraftValue[] | DraftMap;
export interface DraftMap {
  [key: string]: DraftValue;
}

/** A password that was found: it goes to secret storage under this name, and never into the file. */
export interface ImportedSecret {
  readonly name: string;
  readonly value: string;
}

/** More than this about one profile is told by a number only. */
const notesMax = 100;

export class Draft {
  readonly name: string;
  /** Keys in the order of writing. */
  readonly settings: DraftMap = {};
  readonly #notes: string[] = [];
  #untold = 0;
  password: string | undefined = undefined;

  constructor(name: string) {
    this.name = name;
  }

  get notes(): readonly string[] {
    return this.#untold === 0 ? this.#notes : [...this.#notes, `and ${this.#untold} more`];
  }

  /** Says what could not be carried over. Never give it the value of a setting that may be secret. */
  note(text: string): void {
    if (this.#notes.length < notesMax) this.#notes.push(text);
    else this.#untold += 1;
  }

  set(key: string, value: DraftValue | undefined): void {
    if (value !== undefined) this.settings[key] = value;
  }

  /** A setting that only MQTT 5.0 has. */
  set5(key: string, value: DraftValue | undefined): void {
    if (value === undefined) return;
    if (this.is5) this.settings[key] = value;
    else this.note(`\`${key}\`: only MQTT 5.0 has it`);
  }

  get is5(): boolean {
    return this.settings['protocolVersion'] === undefined || this.settings['protocolVersion'] === 5;
  }
}

/** A text as it must stand in the file, where a dollar sign and a brace begin a variable. */
export function literal(text: string): string {
  return text.replaceAll('${', () => '$${');
}

/** A number of seconds, or `never`. */
export function secondsText(seconds: number): string {
  return seconds === NEVER_SECONDS ? 'never' : formatDuration(seconds, 's');
}

export function millisecondsText(ms: number): string {
  return formatDuration(ms, 'ms');
}

/** The address of a broker as the file writes it. */
export function brokerText(scheme: string, host: string, port: number | undefined, path = ''): string {
  const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const colon = port === undefined ? '' : `:${port}`;
  const rooted = path === '' || path.startsWith('/') ? path : `/${path}`;
  const webSocket = scheme === 'ws' || scheme === 'wss';
  return `${scheme}://${bracketed}${colon}${webSocket ? literal(rooted) : ''}`;
}

/** A map where each name stands once, else a list of pairs. Undefined when there are none. */
export function userProperties(pairs: readonly (readonly [string, string])[]): DraftValue | undefined {
  if (pairs.length === 0) return undefined;
  const names = new Set(pairs.map(([name]) => name));
  const plain = names.size === pairs.length && !names.has('__proto__');
  if (!plain) return pairs.map(([name, value]) => [literal(name), literal(value)]);
  return Object.fromEntries(pairs.map(([name, value]) => [literal(name), literal(value)]));
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
