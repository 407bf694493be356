import { Client, type ClientWorld } from '../net/client/client.ts';
import type { ClientSettings } from '../net/client/client-settings.ts';
import { engineErrors, userError } from './errors.ts';
import type { ClientView } from './messages.ts';

/** What a client is made of, but for what names it. */
export type ConnectSettings = Omit<ClientSettings, 'key' | 'label'>;

/** Our own clients, alive or gone, by key. */
export class Clients {
  readonly #world: ClientWorld;
  readonly #clients = new Map<string, { readonly client: Client; readonly file: string }>();
  readonly #keys = new Map<Client, string>();

  constructor(world: ClientWorld) {
    this.#world = world;
  }

  find(key: string): Client | undefined {
    return this.#clients.get(key)?.client;
  }

  /** Throws `no-such-client`. */
  get(key: string): Client {
    const entry = this.#clients.get(key);
    if (entry === undefined) throw engineErrors.noSuchClient(key);
    return entry.client;
  }

  /** The client of a profile: the one there is, or a new one. And its settings as they are now. */
  ofProfile(
    file: string,
    settings: ConnectSettings,
  ): { readonly client: Client; readonly settings: ClientSettings } {
    const whole = named(settings, file, 1);
    const client = this.#clients.get(whole.key)?.client ?? this.#add(file, whole);
    return { client, settings: whole };
  }

  /** A second client with the Client Identifier of another. */
  beside(first: Client): Client {
    const { file } = this.#entry(first);
    for (let number = 2; ; number += 1) {
      const settings = named({ ...first.settings, clientId: first.clientId }, file, number);
      if (!this.#clients.has(settings.key)) return this.#add(file, settings);
    }
  }

  view(client: Client): ClientView {
    const { key, clientId, state, connection, error, settings } = client;
    return {
      key,
      profile: settings.profile.name,
      file: this.#entry(client).file,
      server: settings.server,
      clientId,
      state,
      connection,
      error: error === undefined ? undefined : userError(error),
    };
  }

  all(): readonly Client[] {
    return [...this.#keys.keys()];
  }

  /** Forgets those that are gone. */
  forgetOffline(): void {
    for (const [key, { client }] of this.#clients) {
      if (client.state !== 'offline') continue;
      this.#clients.delete(key);
      this.#keys.delete(client);
    }
  }

  #entry(client: Client): { readonly client: Client; readonly file: string } {
    return this.#clients.get(this.#keys.get(client) ?? '') ?? { client, file: '' };
  }

  #add(file: string, settings: ClientSettings): Client {
    const client = new Client(settings, this.#world);
    this.#clients.set(settings.key, { client, file });
    this.#keys.set(client, settings.key);
    return client;
  }
}

function named(settings: ConnectSettings, file: string, number: number): ClientSettings {
  const { name } = settings.profile;
  return {
    ...settings,
    key: number === 1 ? `${file}#${name}` : `${file}#${name}#${number}`,
    label: number === 1 ? name : `${name} ${number}`,
  };
}
