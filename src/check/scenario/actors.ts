/** The Clients of a run: does what the steps say, each with our own client connections. */

import { ListenError } from '../../net/broker/listener-errors.ts';
import { Client } from '../../net/client/client.ts';
import type { ClientSettings } from '../../net/client/client-settings.ts';
import { NetError } from '../../net/client/net-error.ts';
import { readTlsMaterial } from '../../net/client/tls-material.ts';
import { isSecure } from '../../net/client/transport.ts';
import type { KeptIdentity } from '../../net/tap/identity.ts';
import { type TapListening, tapActions } from '../../net/tap/listening.ts';
import type { Tap } from '../../net/tap.ts';
import { isConditional } from '../../profile/fault-steps.ts';
import { faultRows } from '../../profile/faults.ts';
import type { ConnectionProfile } from '../../profile/model.ts';
import type { ScenarioStep } from '../../profile/scenarios.ts';
import type { SessionAction } from '../../session/model.ts';
import { ClientTap, recordsNothing } from './client-tap.ts';
import type { Expectation } from './judge.ts';
import { programsOf } from './programs.ts';
import type { ScenarioClient } from './report.ts';
import type { ScenarioServer, ScenarioToRun, ScenarioWorld, WillSource } from './world.ts';

export type Action = Exclude<ScenarioStep, Expectation | { readonly do: 'wait' }>;

const disconnectWithWill = 0x04;
const firstRefusal = 0x80;

interface Actor {
  readonly profile: ConnectionProfile;
  /** The newest is the one that steps are about; the others were taken over from. */
  readonly clients: Client[];
  /** Whether a step makes a fault between it and its Server. */
  readonly tapped: boolean;
  /** Whether it is a program, which somebody else starts. */
  readonly program: boolean;
  /** From its first connection on. */
  server?: ScenarioServer | undefined;
  /** The file of what a program has to trust, where its tap listens with TLS. */
  certificate?: string | undefined;
  /** From its first connection or fault on. */
  tap?: ClientTap | undefined;
}

export class Actors {
  readonly #run: ScenarioToRun;
  readonly #world: ScenarioWorld;
  readonly #registered: (key: string, profile: string, server: string) => void;
  readonly #actors = new Map<string, Actor>();

  /** `registered` is told of each client before it connects. */
  constructor(
    run: ScenarioToRun,
    world: ScenarioWorld,
    registered: (key: string, profile: string, server: string) => void,
  ) {
    this.#run = run;
    this.#world = world;
    this.#registered = registered;
    // What happens is what the steps say: nothing connects again by itself.
    const programs = programsOf(run.steps);
    for (const profile of run.profiles) {
      const program = programs.has(profile.name);
      const faulted = run.steps.some((step) => step.do === 'fault' && step.client === profile.name);
      this.#actors.set(profile.name, {
        profile: { ...profile, reconnect: undefined },
        clients: [],
        tapped: program || faulted,
        program,
      });
    }
  }

  /**
   * Does one step, and resolves when what it waits for has happened: with the Reason Code of the Server's answer where that
   * refuses it, with `held` when none came through in `connectTimeout` while there were faults, otherwise with undefined. Throws
   * a NetError for all else.
   */
  async act(step: Action): Promise<number | 'held' | undefined> {
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
      case 'fault': {
        const { rule } = step;
        const tap = await this.#tapOf(actor);
        if (faultRows[rule.fault.kind].ends && !isConditional(rule) && tap?.connectionsOpen === 0) {
          throw notConnected(step.client);
        }
        tap?.make(rule);
        return undefined;
      }
      case 'clear':
        actor.tap?.clear();
        return undefined;
      case 'publish': {
        const client = newest(actor);
        if (step.awaitAnswer) return this.#answer(actor, client.publish(step.message));
        await new Promise<void>((sent, failed) => {
          // MQTT.js writes when the turn ends.
          client.publish(step.message, () => setImmediate(sent)).catch(failed);
        });
        return undefined;
      }
      case 'subscribe':
        return this.#answer(actor, newest(actor).subscribe(step.subscription));
      case 'unsubscribe':
        return this.#answer(actor, newest(actor).unsubscribe(step.topicFilter));
      case 'disconnect': {
        const client = newest(actor);
        await client.disconnect(step.reasonCode, step.sessionExpiryInterval, () =>
          this.#note(
            actor,
            client,
            step.reasonCode === disconnectWithWill ? 'disconnect-with-will' : 'disconnect',
          ),
        );
        return undefined;
      }
      case 'cut':
      case 'close': {
        const client = newest(actor);
        client.checkHasConnection();
        this.#note(actor, client, step.do === 'cut' ? 'drop' : 'close');
        if (step.do === 'cut') client.drop();
        else client.close();
        return undefined;
      }
      case 'freeze': {
        const client = newest(actor);
        client.checkMaySend();
        this.#note(actor, client, 'freeze');
        client.freeze();
        return undefined;
      }
      case 'thaw': {
        actor.tap?.thaw(step.direction);
        if (actor.program) return undefined;
        const client = newest(actor);
        if (step.direction !== 'both' || client.state !== 'frozen') return undefined;
        this.#note(actor, client, 'thaw');
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
      const client = this.#client({ ...settings, key: `${settings.key}~`, clientId }, this.#world.tap);
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
    return [...this.#actors.values()].flatMap(({ profile: { name, clientId }, clients, program, tap }) => {
      if (program && tap !== undefined) {
        return [{ key: this.#keyOf(name), profile: name, server: tap.server, clientId }];
      }
      return clients.map((client) => ({
        key: client.key,
        profile: name,
        server: client.settings.server,
        clientId: client.clientId,
      }));
    });
  }

  /** How to watch for wills at the Server of a Client, with its credentials; undefined where its profile does not want that. */
  sourceOf(name: string): WillSource | undefined {
    const { profile, server } = this.#actors.get(name) ?? {};
    if (profile === undefined || server === undefined || profile.observe === false) return undefined;
    return { profile, folder: this.#run.folder, ...server };
  }

  /** Listens for the programs. Resolves with what stands in the way, and for which. */
  async listen(): Promise<{ readonly client: string; readonly message: string } | undefined> {
    for (const actor of this.#actors.values()) {
      if (!actor.program) continue;
      const { name } = actor.profile;
      try {
        const tap = await this.#tapOf(actor);
        const { certificate } = actor;
        const trust = certificate === undefined ? '' : `, and has to trust the certificate in ${certificate}`;
        this.#world.log('info', `${this.#run.name}: the program of ${name} connects to ${tap?.url}${trust}`);
      } catch (error) {
        if (error instanceof NetError || error instanceof ListenError) {
          return { client: name, message: error.message };
        }
        throw error;
      }
    }
    return undefined;
  }

  /** Whether faults stand between a Client and its Server, or wait for their conditions. */
  isFaulted(name: string): boolean {
    return this.#actors.get(name)?.tap?.faulted === true;
  }

  /** Ends every connection, in order. */
  dispose(): void {
    for (const { clients } of this.#actors.values()) for (const client of clients) client.dispose();
  }

  /** As `dispose`, and resolves when the Servers have been told of the ends that passed a tap. */
  async close(): Promise<void> {
    this.dispose();
    await Promise.all([...this.#actors.values()].map(({ tap }) => tap?.close()));
  }

  /** Nothing tells a Client that its answer is held back: so it is not waited for longer than for CONNACK. */
  async #answer({ tap, profile }: Actor, answer: Promise<number>): Promise<number | 'held' | undefined> {
    if (tap?.faulted !== true) return refusal(await answer);
    const { clock } = this.#world;
    return new Promise((settle, fail) => {
      const cancel = clock.schedule(clock.now() + profile.connectTimeoutMs, () => settle('held'));
      answer.finally(cancel).then((reasonCode) => settle(refusal(reasonCode)), fail);
    });
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

  async #connect(actor: Actor, cleanStart: boolean): Promise<void> {
    const { profile, clients } = actor;
    const settings = await this.#settings({ ...profile, cleanStart }, profile.name);
    actor.server = await this.#world.server(profile.broker);
    const through = (await this.#tapOf(actor))?.address;
    const client = clients.at(-1) ?? this.#add(actor, { ...settings, through });
    const { key, label } = client.settings;
    await called(actor, client, () => client.connect({ ...settings, through, key, label }));
  }

  async #resume(actor: Actor): Promise<void> {
    const client = actor.clients.at(-1);
    if (client === undefined) {
      await this.#connect(actor, false);
      return;
    }
    client.checkMayConnect();
    this.#note(actor, client, 'resume');
    await called(actor, client, () => client.resume());
  }

  async #takeOver(actor: Actor, cleanStart: boolean): Promise<void> {
    const first = newest(actor);
    first.checkHasConnection();
    first.checkHasIdentifier();
    const { clientId } = first;
    const second = this.#add(actor, { ...first.settings, clientId });
    this.#note(actor, first, 'take-over');
    await called(actor, second, () => second.connectWith(cleanStart));
  }

  async #settings(profile: ConnectionProfile, label: string): Promise<ClientSettings> {
    const { address, server } = await this.#world.server(profile.broker);
    const { folder } = this.#run;
    return { profile, address, folder, server, label, key: this.#keyOf(profile.name) };
  }

  /** A further client of a profile; from the second on they are numbered. */
  #add({ clients, tapped }: Actor, settings: ClientSettings): Client {
    const number = clients.length + 1;
    const { name } = settings.profile;
    const key = number === 1 ? settings.key : `${this.#run.key}#${name}#${number}`;
    const label = number === 1 ? name : `${name} ${number}`;
    this.#registered(key, name, settings.server);
    const client = this.#client({ ...settings, key, label }, tapped ? recordsNothing : this.#world.tap);
    clients.push(client);
    return client;
  }

  #client(settings: ClientSettings, tap: Tap): Client {
    const { clock, log } = this.#world;
    return new Client(settings, { tap, clock, log, changed: () => {} });
  }

  #keyOf(profile: string): string {
    return `${this.#run.key}#${profile}`;
  }

  /** Undefined where no step makes a fault for this Client. */
  async #tapOf(actor: Actor): Promise<ClientTap | undefined> {
    if (!actor.tapped || actor.tap !== undefined) return actor.tap;
    const { tap, clock } = this.#world;
    const { broker, tls } = actor.profile;
    const to = await this.#world.server(broker);
    const { address } = to;
    actor.server = to;
    const material = isSecure(address)
      ? await readTlsMaterial(tls, this.#run.folder, address.host)
      : undefined;
    const { name: label, tap: wished } = actor.profile;
    const key = this.#keyOf(label);
    const listen = wished?.listen ?? { host: '127.0.0.1', port: 0 };
    if (actor.program) this.#registered(key, label, to.server);
    const identity = actor.program && isSecure(address) ? await this.#identity(listen.host) : undefined;
    actor.certificate = identity?.caFile;
    actor.tap = await ClientTap.open({
      to,
      tls: material,
      tap,
      clock,
      listens: (before, now, detail) => this.#tell(label, to.server, before, now, detail),
      program: actor.program ? { key, label, listen, identity } : undefined,
    });
    return actor.tap;
  }

  /** What its tap shows to a program. Throws a NetError. */
  async #identity(host: string): Promise<KeptIdentity> {
    try {
      return await this.#world.identity(host);
    } catch (error) {
      throw new NetError(
        'certificate-not-made',
        `No certificate could be kept for it: ${error instanceof Error ? error.message : String(error)}.`,
        'Make the folder writable.',
      );
    }
  }

  /** What becomes of the tap of a program, for the trace and the log. */
  #tell(
    program: string,
    server: string,
    before: TapListening,
    now: TapListening,
    detail: string | undefined,
  ): void {
    const { act, log } = this.#world;
    for (const { action, fault } of tapActions(before, now)) act(action, { server, fault });
    if (now === 'port-taken') {
      log('warn', `${this.#run.name}: the tap of ${program} cannot listen again yet. ${detail}`);
    }
  }

  #note({ tap }: Actor, client: Client, action: SessionAction): void {
    const { clientId, key, settings } = client;
    const connection = tap === undefined ? client.connection : tap.connectionOf(key);
    this.#world.act(action, { connection, clientId, server: settings.server });
  }
}

/** Throws where the profile has not been connected. */
function newest({ profile, clients }: Actor): Client {
  const client = clients.at(-1);
  if (client !== undefined) return client;
  throw notConnected(profile.name);
}

const notConnected = (name: string): NetError =>
  new NetError('not-connected', `${name} is not connected.`, 'Connect it in a step before.');

/** Connects. Throws what went wrong, also right after CONNACK: a subscription or a message of the profile. */
async function called({ tap }: Actor, client: Client, connect: () => Promise<void>): Promise<void> {
  const { key, label } = client.settings;
  tap?.expect({ key, label });
  try {
    await connect();
  } catch (error) {
    // That its connection was reset is all that the Client itself knows.
    throw tap?.unreachable ?? error;
  }
  if (client.error !== undefined) throw client.error;
}

function refusal(reasonCode: number): number | undefined {
  return reasonCode >= firstRefusal ? reasonCode : undefined;
}
