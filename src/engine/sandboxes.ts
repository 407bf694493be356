import { isDeepStrictEqual } from 'node:util';
import type { Broker } from '../net/broker/broker.ts';
import type { Cancel } from '../net/clock.ts';
import type { SandboxSettings } from '../profile/model.ts';
import { isObserverName } from '../session/observer-name.ts';
import { engineErrors } from './errors.ts';
import type { SandboxHolding, SandboxView } from './messages.ts';
import { openSandboxBroker, type SandboxBroker, type SandboxBrokerWorld } from './sandbox-broker.ts';

export interface SandboxWorld extends SandboxBrokerWorld {
  /** The sandboxes have changed. */
  changed(): void;
  /** One is about to be stopped, with its sessions. */
  stopping(server: string): void;
}

interface Sandbox extends SandboxBroker {
  view: SandboxView;
  settings: SandboxSettings;
}

/** How often to look whether a broker holds something else, in milliseconds. */
const lookEveryMs = 1_000;
/** How many of each kind are told of. */
const told = 50;

/** The brokers inside the extension: one for each profile file, so that files do not share sessions and settings. */
export class Sandboxes {
  readonly #world: SandboxWorld;
  readonly #running = new Map<string, Sandbox>();
  /** Keys of Servers in the trace, by file; a file keeps its key for good. */
  readonly #serverKeys = new Map<string, string>();
  #cancelLook: Cancel | undefined;
  /** Starting and stopping is done one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(world: SandboxWorld) {
    this.#world = world;
  }

  views(): readonly SandboxView[] {
    return [...this.#running.values()].map(({ view }) => view);
  }

  /** The sandbox of a file for a client that connects to it; started when it does not run. */
  ensure(
    file: string,
    settings: SandboxSettings,
  ): Promise<{ readonly view: SandboxView; readonly port: number }> {
    return this.#inTurn(async () => {
      const { view, listener } = await this.#withSettings(file, settings);
      return { view, port: listener.port };
    });
  }

  /** Where the sandbox of a file listens now; undefined when it does not run. */
  portOf(file: string): number | undefined {
    return this.#running.get(file)?.listener.port;
  }

  /** Its key in the trace; undefined when none of this file runs. */
  serverOf(file: string): string | undefined {
    return this.#running.get(file)?.view.server;
  }

  /** `port` 0 takes a free one, or the one that it has. Throws a ListenError or `sandbox-runs`. */
  start(file: string, settings: SandboxSettings, port: number): Promise<SandboxView> {
    return this.#inTurn(async () => {
      const running = this.#running.get(file);
      if (running !== undefined && port !== 0 && port !== running.listener.port) {
        throw engineErrors.sandboxElsewhere(running.view.address, port);
      }
      const sandbox =
        running === undefined
          ? await this.#open(file, settings, port)
          : await this.#withSettings(file, settings);
      return sandbox.view;
    });
  }

  /** Throws `no-such-sandbox`. */
  stop(file: string): Promise<void> {
    return this.#inTurn(async () => {
      const sandbox = this.#running.get(file);
      if (sandbox === undefined) throw engineErrors.noSuchSandbox();
      await this.#close(file, sandbox);
    });
  }

  stopAll(): Promise<void> {
    return this.#inTurn(async () => {
      for (const [file, sandbox] of this.#running) await this.#close(file, sandbox);
    });
  }

  /** A broker that runs follows the settings as they are now: for who connects or publishes next. */
  async #withSettings(file: string, settings: SandboxSettings): Promise<Sandbox> {
    const running = this.#running.get(file);
    if (running === undefined) return await this.#open(file, settings, 0);
    if (!isDeepStrictEqual(running.settings, settings)) {
      running.settings = settings;
      running.broker.changeSettings(settings);
      running.view = { ...running.view, deviations: settings.deviations ?? [] };
      this.#world.changed();
      this.#world.log('info', `${running.view.server} follows the changed settings of its file.`);
    }
    return running;
  }

  async #open(file: string, settings: SandboxSettings, port: number): Promise<Sandbox> {
    const server = this.#serverKey(file);
    const opened = await openSandboxBroker(server, settings, port, this.#world);
    const { address } = opened.listener;
    const { deviations = [] } = settings;
    const view = { file, server, address, deviations, holds: holdingOf(opened.broker) };
    const sandbox: Sandbox = { ...opened, view, settings };
    this.#running.set(file, sandbox);
    this.#lookLater();
    this.#world.changed();
    return sandbox;
  }

  async #close(file: string, { view, close }: Sandbox): Promise<void> {
    this.#world.stopping(view.server);
    this.#running.delete(file);
    if (this.#running.size === 0) {
      this.#cancelLook?.();
      this.#cancelLook = undefined;
    }
    await close();
    this.#world.changed();
  }

  /** `sandbox` for the first file, and for others with the file's name. */
  #serverKey(file: string): string {
    const known = this.#serverKeys.get(file);
    if (known !== undefined) return known;
    const taken = new Set(this.#serverKeys.values());
    const name = file === '' ? 'plain' : fileName(file);
    const candidates = ['sandbox', `sandbox (${name})`];
    for (let number = 2; candidates.length <= taken.size + 2; number += 1) {
      candidates.push(`sandbox (${name} ${number})`);
    }
    const key = candidates.find((each) => !taken.has(each)) ?? `sandbox (${file})`;
    this.#serverKeys.set(file, key);
    return key;
  }

  /** Looks, for as long as some broker runs. */
  #lookLater(): void {
    if (this.#cancelLook !== undefined || this.#running.size === 0) return;
    const { clock } = this.#world;
    this.#cancelLook = clock.schedule(clock.now() + lookEveryMs, () => {
      this.#cancelLook = undefined;
      this.#look();
      this.#lookLater();
    });
  }

  #look(): void {
    let changed = false;
    for (const sandbox of this.#running.values()) {
      const holds = holdingOf(sandbox.broker);
      if (isDeepStrictEqual(holds, sandbox.view.holds)) continue;
      sandbox.view = { ...sandbox.view, holds };
      changed = true;
    }
    if (changed) this.#world.changed();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

function holdingOf(broker: Broker): SandboxHolding {
  const { firstSessions, clients, sessions, ...summary } = broker.summary(told);
  // Who watches on behalf of the user is nothing that the user looks for; among very many it does not matter.
  const shown = firstSessions.filter(({ clientId }) => !isObserverName(clientId));
  const observers = firstSessions.length - shown.length;
  return {
    ...summary,
    clients: clients - observers,
    sessions: sessions - observers,
    firstSessions: shown.map(
      ({ clientId, connected, endsAtMs, will, willDueAtMs, subscriptions, queued, inFlight }) => ({
        clientId,
        connected,
        endsAtMs,
        will,
        willDueAtMs,
        subscriptions,
        messages: queued + inFlight,
      }),
    ),
  };
}

function fileName(uri: string): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
