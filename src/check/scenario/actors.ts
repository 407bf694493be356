/** The Clients of a run: does what the steps say, each with our own client connections. */
import { Client } from '../../net/client/client.ts';
import type { ClientSettings } from '../../net/client/client-settings.ts';
import { NetError } from '../../net/client/net-error.ts';
import type { ConnectionProfile } from '../../profile/model.ts';
import type { ScenarioStep } from '../../profile/scenarios.ts';
import type { SessionAction } from '../../session/model.ts';
import type { Expectation } from './judge.ts';
import type { ScenarioClient } from './report.ts';
import type { ScenarioToRun, ScenarioWorld } from './world.ts';

export type Action = Exclude<ScenarioStep, Expectation | { readonly do: 'wait' }>;

const disconnectWithWill = 0x04;
const firstRefusal = 0x80;

interface Actor {
  readonly profile: ConnectionProfile;
  /** The newest is the one that steps are about; the others were taken over from. */
  readonly clients: Client[];
}

export class Actors {
  readonly #run: ScenarioToRun;
  readonly #world: ScenarioWorld;
  readonly #registered: (key: string, profile: string) => void;
  readonly #actors = new Map<string, Actor>();

  /** `registered` is told of each client before it connects. */
  constructor(run: ScenarioToRun, world: ScenarioWorld, registered: (key: string, profile: string) => void) {
    this.#run = run;
    this.#world = world;
    this.#registered = registered;
    // What happens is what the steps say: nothing connects again by itself.
    for (const profile of run.profiles) {
      this.#actors.set(profile.name, { profile: { ...profile, reconnect: undefined }, clients: [] });
    }
  }

  /**
   * Does one step, and resolves when what it waits for has happened: with the Reason Code of the Server's answer where that
   * refuses it, otherwise with undefined. Throws a NetError for all else.
   */
  async act(step: Action): Promise<number | undefined> {
    const actor = this.#actor(step.client);
    switch (step.do) {
      case 'connect':
        await this.#connect(actor, step.cleanStart ?? actor.profile.cleanStart);
        return undefined;
      case 'resume':
        await this.#resume(actor);
        return undefined;
      case 'takeOver':
        await this.#takeOver(actor, step.cleanStart ?? actor.profile.cleanStart);
        return undefined;
      case 'publish':
        return refusal(await newest(actor).publish(step.message));
      case 'subscribe':
        return refusal(await newest(actor).subscribe(step.subscription));
      case 'unsubscribe':
        return refusal(await newest(actor).unsubscribe(step.topicFilter));
      case 'disconnect': {
        const client = newest(actor);
        await client.disconnect(step.reasonCode, step.sessionExpiryInterval, () =>
          this.#note(client, step.reasonCode === disconnectWithWill ? 'disconnect-with-will' : 'disconnect'),
        );
        return undefined;
      }
      case 'cut':
      case 'close': {
        const client = newest(actor);
        client.checkHasConnection();
        this.#note(client, step.do === 'cut' ? 'drop' : 'close');
        if (step.do === 'cut') client.drop();
        else client.close();
        return undefined;
      }
      case 'freeze': {
        const client = newest(actor);
        client.checkMaySend();
        this.#note(client, 'freeze');
        client.freeze();
        return undefined;
      }
      case 'thaw': {
        const client = newest(actor);
        this.#note(client, 'thaw');
        client.thaw();
        return undefined;
      }
    }
  }

  /**
   * Removes what the Servers keep for the Clients, by a CONNECT with Clean Start and a normal DISCONNECT; not where a Server was made for
   * this run. Gives up at the first one that fails, or when `signal` says so.
   */
  async clearSessions(signal?: AbortSignal): Promise<void> {
    for (const { profile, clients } of this.#actors.values()) {
      if (signal?.aborted) return;
      const clientId = clients.at(-1)?.clientId ?? profile.clientId;
      const { fresh } = await this.#world.server(profile.broker);
      if (fresh || clientId === '') continue;
      const plain: ConnectionProfile = {
        ...profile,
        cleanStart: true,
        sessionExpiryInterval: undefined,
        will: undefined,
        subscriptions: [],
        afterConnect: [],
        beforeDisconnect: [],
      };
      const settings = await this.#settings(plain, `${profile.name} (clean up)`);
      const client = this.#client({ ...settings, key: `${settings.key}~`, clientId });
      const give = (): void => client.dispose();
      signal?.addEventListener('abort', give);
      try {
        await client.connect(client.settings);
        await client.disconnect(0, undefined, () => {});
      } finally {
        signal?.removeEventListener('abort', give);
        client.dispose();
      }
    }
  }

  /** Every client, in the order of the profiles. */
  views(): readonly ScenarioClient[] {
    return [...this.#actors.values()].flatMap(({ profile, clients }) =>
      clients.map(({ key, clientId, settings: { server } }) => ({
        key,
        profile: profile.name,
        server,
        clientId,
      })),
    );
  }

  /** Ends every connection, in order. */
  dispose(): void {
    for (const { clients } of this.#actors.values()) for (const client of clients) client.dispose();
  }

  #actor(name: string): Actor {
    const actor = this.#actors.get(name);
    if (actor === undefined) {
      throw new NetError(
        'no-such-profile',
        `There is no profile ${name} that can be used.`,
        'Mend it, or name another.',
      );
    }
    return actor;
  }

  async #connect({ profile, clients }: Actor, cleanStart: boolean): Promise<void> {
    const settings = await this.#settings({ ...profile, cleanStart }, profile.name);
    const client = clients.at(-1) ?? this.#add(clients, settings);
    await client.connect({ ...settings, key: client.key, label: client.settings.label });
    failed(client);
  }

  async #resume(actor: Actor): Promise<void> {
    const client = actor.clients.at(-1);
    if (client === undefined) {
      await this.#connect(actor, false);
      return;
    }
    client.checkMayConnect();
    this.#note(client, 'resume');
    await client.resume();
    failed(client);
  }

  async #takeOver(actor: Actor, cleanStart: boolean): Promise<void> {
    const first = newest(actor);
    first.checkHasConnection();
    first.checkHasIdentifier();
    const { clientId } = first;
    const second = this.#add(actor.clients, { ...first.settings, clientId });
    this.#note(first, 'take-over');
    await second.connectWith(cleanStart);
    failed(second);
  }

  async #settings(profile: ConnectionProfile, label: string): Promise<ClientSettings> {
    const { address, server } = await this.#world.server(profile.broker);
    const { folder, key } = this.#run;
    return { profile, address, folder, server, label, key: `${key}#${profile.name}` };
  }

  /** A further client of a profile; from the second on they are numbered. */
  #add(clients: Client[], settings: ClientSettings): Client {
    const number = clients.length + 1;
    const { name } = settings.profile;
    const key = number === 1 ? settings.key : `${this.#run.key}#${name}#${number}`;
    const label = number === 1 ? name : `${name} ${number}`;
    this.#registered(key, name);
    const client = this.#client({ ...settings, key, label });
    clients.push(client);
    return client;
  }

  #client(settings: ClientSettings): Client {
    const { tap, clock, log } = this.#world;
    return new Client(settings, { tap, clock, log, changed: () => {} });
  }

  #note(client: Client, action: SessionAction): void {
    const { connection, clientId, settings } = client;
    this.#world.act(action, { connection, clientId, server: settings.server });
  }
}

/** Throws where the profile has not been connected. */
function newest({ profile, clients }: Actor): Client {
  const client = clients.at(-1);
  if (client !== undefined) return client;
  throw new NetError('not-connected', `${profile.name} is not connected.`, 'Connect it in a step before.');
}

/** What went wrong right after CONNACK: a subscription or a message of the profile. */
function failed({ error }: Client): void {
  if (error !== undefined) throw error;
}

function refusal(reasonCode: number): number | undefined {
  return reasonCode >= firstRefusal ? reasonCode : undefined;
}
