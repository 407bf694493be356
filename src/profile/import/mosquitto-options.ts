/** The options of mosquitto's clients, as a table: their names, and what follows each. */
import type { Draft } from './draft.ts';
import type { MosquittoCommand } from './mosquitto.ts';

interface OptionRow {
  /** The name that it is asked for by comes first. */
  readonly names: readonly string[];
  /** How many words follow. */
  readonly takes: 0 | 1;
  /** Why it has no place in a profile; undefined when it has one. */
  readonly leftOut?: string;
  /** Where it means something else, or nothing. */
  readonly only?: readonly MosquittoCommand[];
}

const shown = 'how messages are shown is no setting of the connection';
const ending = 'when the program ends is no setting of the connection';

const rows: readonly OptionRow[] = [
  { names: ['-h', '--host'], takes: 1 },
  { names: ['-p', '--port'], takes: 1 },
  { names: ['-u', '--username'], takes: 1 },
  { names: ['-P', '--pw'], takes: 1 },
  { names: ['-L', '--url'], takes: 1 },
  { names: ['-i', '--id'], takes: 1 },
  { names: ['-I', '--id-prefix'], takes: 1 },
  { names: ['-k', '--keepalive'], takes: 1 },
  { names: ['-c', '--disable-clean-session'], takes: 0 },
  { names: ['-x', '--session-expiry-interval'], takes: 1 },
  { names: ['-V', '--protocol-version'], takes: 1 },
  { names: ['-t', '--topic'], takes: 1 },
  { names: ['-q', '--qos'], takes: 1 },
  { names: ['-m', '--message'], takes: 1 },
  { names: ['-f', '--file'], takes: 1 },
  { names: ['-n', '--null-message'], takes: 0 },
  { names: ['-r', '--retain'], takes: 0, only: ['mosquitto_pub', 'mosquitto_rr'] },
  { names: ['-l', '--stdin-line'], takes: 0 },
  { names: ['-s', '--stdin-file'], takes: 0 },
  { names: ['-e', '--response-topic'], takes: 1, only: ['mosquitto_rr'] },
  { names: ['--will-topic'], takes: 1 },
  { names: ['--will-payload'], takes: 1 },
  { names: ['--will-qos'], takes: 1 },
  { names: ['--will-retain'], takes: 0 },
  { names: ['--cafile'], takes: 1 },
  { names: ['--cert'], takes: 1 },
  { names: ['--key'], takes: 1 },
  { names: ['--tls-alpn'], takes: 1 },
  { names: ['--insecure'], takes: 0 },
  { names: ['--no-tls'], takes: 0 },
  { names: ['--ws'], takes: 0 },
  { names: ['--retain-as-published'], takes: 0 },
  { names: ['--retain-handling'], takes: 1 },
  { names: ['--tls-use-os-certs'], takes: 0 },
  { names: ['--capath'], takes: 1, leftOut: 'a profile names one file of certificates' },
  { names: ['--keyform'], takes: 1, leftOut: 'a key is a PEM file here' },
  { names: ['--tls-engine', '--tls-engine-kpass-sha1'], takes: 1, leftOut: 'a key is a PEM file here' },
  { names: ['--tls-version'], takes: 1, leftOut: 'the version of TLS is agreed on' },
  { names: ['--ciphers'], takes: 1, leftOut: 'the ciphers are agreed on' },
  { names: ['--psk'], takes: 1, leftOut: 'profiles have no pre-shared keys' },
  { names: ['--psk-identity'], takes: 1, leftOut: 'profiles have no pre-shared keys' },
  { names: ['-A'], takes: 1, leftOut: 'the local address is chosen by the system' },
  { names: ['--unix'], takes: 1, leftOut: 'a profile connects over TCP' },
  { names: ['--proxy'], takes: 1, leftOut: 'profiles have no proxy' },
  { names: ['--nodelay'], takes: 0, leftOut: 'it is always so here' },
  { names: ['-o'], takes: 1, leftOut: 'that file was not read; import it by itself' },
  { names: ['-d', '--debug'], takes: 0, leftOut: 'the timeline shows every packet' },
  { names: ['-v', '--verbose'], takes: 0, leftOut: shown },
  { names: ['-F'], takes: 1, leftOut: shown },
  { names: ['-N'], takes: 0, leftOut: shown },
  { names: ['--pretty'], takes: 0, leftOut: shown },
  { names: ['--quiet'], takes: 0, leftOut: shown },
  { names: ['-C'], takes: 1, leftOut: ending },
  { names: ['-W'], takes: 1, leftOut: ending },
  { names: ['-E'], takes: 0, leftOut: ending },
  {
    names: ['-R'],
    takes: 0,
    leftOut: 'set `retainHandling` on the subscription to keep retained messages away',
  },
  { names: ['--retained-only'], takes: 0, leftOut: shown },
  { names: ['--remove-retained'], takes: 0, leftOut: 'profiles do not delete retained messages' },
  { names: ['-T', '--filter-out'], takes: 1, leftOut: shown },
  { names: ['-U', '--unsubscribe'], takes: 1, leftOut: 'profiles do not unsubscribe' },
  { names: ['--random-filter'], takes: 1, leftOut: shown },
  { names: ['-S'], takes: 0, leftOut: 'addresses are looked up by the system' },
  { names: ['-M'], takes: 1, leftOut: 'messages of a profile go out at once' },
  { names: ['--repeat'], takes: 1, leftOut: 'messages of a profile are published once' },
  { names: ['--repeat-delay'], takes: 1, leftOut: 'messages of a profile are published once' },
];

const rowOf: ReadonlyMap<string, OptionRow> = new Map(
  rows.flatMap((row) => row.names.map((name) => [name, row])),
);

export interface MosquittoProperty {
  readonly packet: string;
  readonly name: string;
  readonly value: string;
  /** Of a User Property. */
  readonly second?: string | undefined;
}

export interface MosquittoUrl {
  readonly scheme: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly topic: string | undefined;
}

/** The options of one command, and what of them has no place in a profile. */
export class MosquittoOptions {
  readonly notes: string[] = [];
  readonly properties: MosquittoProperty[] = [];
  readonly #values = new Map<string, string[]>();
  readonly url: MosquittoUrl | undefined;

  constructor(command: MosquittoCommand, words: readonly string[]) {
    const rest = [...words].reverse();
    for (let word = rest.pop(); word !== undefined; word = rest.pop()) {
      if (word === '-D' || word === '--property') this.#property(rest);
      else this.#option(command, word, rest);
    }
    const url = this.last('-L');
    this.url = url === undefined ? undefined : readUrl(url);
    if (url !== undefined && this.url === undefined) this.notes.push('`-L`: not an address');
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** The last one holds. */
  last(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  number(name: string, draft: Draft): number | undefined {
    const word = this.last(name);
    if (word === undefined) return undefined;
    if (/^\d{1,10}$/.test(word)) return Number(word);
    draft.note(`\`${name}\`: not a number`);
    return undefined;
  }

  #option(command: MosquittoCommand, word: string, rest: string[]): void {
    const row = rowOf.get(word);
    if (row === undefined || row.only?.includes(command) === false) {
      const name = word.startsWith('-') ? word.split('=')[0]?.slice(0, 40) : undefined;
      this.notes.push(
        name === undefined ? 'a word that belongs to no option' : `\`${name}\`: not known to this importer`,
      );
      return;
    }
    const [name = word] = row.names;
    if (row.takes === 0) {
      if (row.leftOut !== undefined) this.notes.push(`\`${word}\`: ${row.leftOut}`);
      this.#add(name, '');
      return;
    }
    const value = rest.pop();
    if (value === undefined) this.notes.push(`\`${word}\`: nothing follows it`);
    else {
      if (row.leftOut !== undefined) this.notes.push(`\`${word}\`: ${row.leftOut}`);
      this.#add(name, value);
    }
  }

  #property(rest: string[]): void {
    const packet = rest.pop()?.toLowerCase();
    const name = rest.pop()?.toLowerCase();
    const value = rest.pop();
    const second = name === 'user-property' ? rest.pop() : undefined;
    if (
      packet === undefined ||
      name === undefined ||
      value === undefined ||
      !/^[a-z-]{1,40}$/.test(`${packet}${name}`.slice(0, 40))
    ) {
      this.notes.push('`-D`: a packet, the name of a property and its value must follow');
    } else this.properties.push({ packet, name, value, second });
  }

  #add(name: string, value: string): void {
    const values = this.#values.get(name);
    if (values === undefined) this.#values.set(name, [value]);
    else values.push(value);
  }
}

/** `mqtt[s]|ws[s]://[user[:password]@]host[:port]/topic`: what follows the host is the topic. */
function readUrl(text: string): MosquittoUrl | undefined {
  const match = /^(mqtts?|wss?):\/\/(?:([^@/]*)@)?(\[[^\]]*\]|[^:/@]*)(?::(\d{1,5}))?(?:\/(.*))?$/s.exec(
    text,
  );
  if (match === null) return undefined;
  const [, scheme = 'mqtt', credentials, host = '', port, topic] = match;
  const colon = credentials?.indexOf(':') ?? -1;
  return {
    scheme,
    host: host.replace(/^\[|\]$/g, ''),
    port: port === undefined ? undefined : Number(port),
    username: colon === -1 ? credentials : credentials?.slice(0, colon),
    password: colon === -1 ? undefined : credentials?.slice(colon + 1),
    topic: topic === '' ? undefined : topic,
  };
}
