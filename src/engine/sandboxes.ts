import { isDeepStrictEqual } from 'node:util';
import { Broker } from '../net/broker/broker.ts';
import { type Listener, listenTcp } from '../net/broker/listener.ts';
import type { Clock } from '../net/clock.ts';
import type { SandboxSettings } from '../profile/model.ts';
import { engineErrors } from './errors.ts';
import type { LogLevel, SandboxView } from './messages.ts';

const host = '127.0.0.1';

export interface SandboxWorld {
  readonly clock: Clock;
  /** The sandboxes have changed. */
  changed(): void;
  /** One is about to be stopped, with its sessions. */
  stopping(server: string): void;
  log(level: LogLevel, message: string): void;
}

interface Sandbox {
  readonly view: SandboxView;
  readonly settings: LiveSettings;
  readonly broker: Broker;
  readonly listener: Listener;
}

/** The brokers inside the extension: one for each profile file, so that files do not share sessions and settings. */
export class Sandboxes {
  readonly #world: SandboxWorld;
  readonly #running = new Map<string, Sandbox>();
  /** Keys of Servers in the trace, by file; a file keeps its key for good. */
  readonly #serverKeys = new Map<string, string>();
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
    if (running.settings.change(settings)) {
      this.#world.log('info', `${running.view.server} follows the changed settings of its file.`);
    }
    return running;
  }

  async #open(file: string, settings: SandboxSettings, port: number): Promise<Sandbox> {
    const { clock, log, changed } = this.#world;
    const server = this.#serverKey(file);
    const live = new LiveSettings(settings);
    const broker = new Broker(live, clock, (level, message) => log(level, `${server}: ${message}`));
    const listener = await listenTcp(broker, host, port);
    const address = `mqtt://${host}:${listener.port}`;
    const sandbox = { view: { file, server, address }, settings: live, broker, listener };
    this.#running.set(file, sandbox);
    log('info', `${server} listens at ${address}.`);
    changed();
    return sandbox;
  }

  async #close(file: string, { view, broker, listener }: Sandbox): Promise<void> {
    this.#world.stopping(view.server);
    this.#running.delete(file);
    broker.close();
    await listener.close();
    this.#world.log('info', `${view.server} has stopped.`);
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

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

/** Settings that can be exchanged while a broker reads them. */
class LiveSettings implements SandboxSettings {
  #current: SandboxSettings;

  constructor(settings: SandboxSettings) {
    this.#current = settings;
  }

  /** Returns whether they differ from what they were. */
  change(settings: SandboxSettings): boolean {
    if (isDeepStrictEqual(this.#current, settings)) return false;
    this.#current = settings;
    return true;
  }

  get deny(): SandboxSettings['deny'] {
    return this.#current.deny;
  }

  get users(): SandboxSettings['users'] {
    return this.#current.users;
  }

  get sessionExpiryMaximum(): number | undefined {
    return this.#current.sessionExpiryMaximum;
  }

  get serverKeepAlive(): number | undefined {
    return this.#current.serverKeepAlive;
  }
}

function fileName(uri: string): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
