import type { FaultNote, RecordedAction } from '../mqtt/network-connection.ts';
import { isLoopback } from '../net/broker/listener.ts';
import { readTlsMaterial } from '../net/client/tls-material.ts';
import { addressLabel, isSecure, type NetworkAddress } from '../net/client/transport.ts';
import type { Clock } from '../net/clock.ts';
import { tapIdentity, usualCertificateFolder } from '../net/tap/identity.ts';
import { type TapListening, tapActions } from '../net/tap/listening.ts';
import type { Look } from '../net/tap/server-watch.ts';
import { startTapProxy, type TapProxy } from '../net/tap/tap-proxy.ts';
import type { FaultTap } from '../net/tap.ts';
import type { FaultRule } from '../profile/fault-rules.ts';
import type { Fault } from '../profile/faults.ts';
import { engineErrors } from './errors.ts';
import type { EngineMethods, LogLevel, TapView } from './messages.ts';
import type { ObserverSource } from './observer.ts';

export interface TapsWorld {
  readonly clock: Clock;
  readonly tap: FaultTap;
  /** Programs come by this tap from now on. */
  inUse(key: string, source: ObserverSource): void;
  /** It listens no more. */
  stopped(key: string): void;
  /** The key of the client that watches for wills as this source says. */
  watcher(source: ObserverSource): string;
  /** What becomes of its Server as a whole, for the trace. */
  record(action: RecordedAction, server: string, fault?: FaultNote): void;
  /** The Server was not there, and is. */
  isBack(server: string): void;
  changed(): void;
  log(level: LogLevel, message: string): void;
}

interface RunningTap {
  readonly proxy: TapProxy;
  /** For connections that watch for the wills that pass here. */
  readonly source: ObserverSource;
  readonly head: Pick<TapView, 'key' | 'profile' | 'file' | 'server' | 'to' | 'caFile'>;
}

/** How many connections a view tells of. */
const told = 200;

/** The taps that listen, at most one for each profile. */
export class Taps {
  readonly #world: TapsWorld;
  readonly #running = new Map<string, RunningTap>();
  /** Starting and stopping is done one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(world: TapsWorld) {
    this.#world = world;
  }

  views(): readonly TapView[] {
    return [...this.#running.values()].map(viewOf);
  }

  /** Throws `tap-not-allowed`, a ListenError, or what is wrong with the files that `tls:` names. */
  start(
    params: EngineMethods['startTap']['params'],
    to: () => NetworkAddress,
    server: string,
    look?: Look,
  ): Promise<TapView> {
    return this.#inTurn(async () => {
      const { profile, file } = params;
      const key = `${file}#${profile.name}`;
      const running = this.#running.get(key);
      if (running !== undefined) return viewOf(running);
      const started = await this.#open(key, params, to, server, look);
      this.#running.set(key, started);
      const view = viewOf(started);
      this.#world.log('info', `The tap of ${profile.name} listens at ${view.address} for ${view.to}.`);
      this.#world.changed();
      return view;
    });
  }

  /** Whether an address is that of a tap. */
  listensAt({ host, port }: NetworkAddress): boolean {
    const isHere = host === 'localhost' || isLoopback(host);
    return isHere && [...this.#running.values()].some(({ proxy }) => proxy.port === port);
  }

  /** Of the tap that a connection came by; undefined when its profile does not want wills to be watched for. */
  observerSource(connection: number): ObserverSource | undefined {
    const by = [...this.#running.values()].find(({ proxy }) => proxy.has(connection));
    return by?.source.profile.observe === false ? undefined : by?.source;
  }

  /** Throws `no-such-tap`. */
  stop(key: string): Promise<void> {
    return this.#inTurn(() => this.#close(key, this.#get(key)));
  }

  /** Each tap of a Server looks now whether that is there: it may have just been started, or stopped. */
  async look(server: string): Promise<void> {
    const concerned = [...this.#running.values()].filter(({ head }) => head.server === server);
    await Promise.all(concerned.map(({ proxy }) => proxy.look()));
  }

  stopAll(): Promise<void> {
    return this.#inTurn(async () => {
      await Promise.all([...this.#running].map(([key, running]) => this.#close(key, running)));
    });
  }

  /** Throws `no-such-tap` and `no-such-connection`. */
  fault(
    key: string,
    what:
      | { readonly fault: Fault; readonly connection?: number | undefined }
      | { readonly rule: FaultRule; readonly living?: boolean | undefined },
  ): { readonly rule?: number | undefined } {
    const { proxy } = this.#get(key);
    if ('rule' in what) return { rule: proxy.addRule(what.rule, what.living) };
    if (what.connection === undefined) return { rule: proxy.faultAll(what.fault) };
    if (!proxy.fault(what.connection, what.fault)) throw engineErrors.noSuchConnection(what.connection);
    return {};
  }

  /** Throws `no-such-tap`, `no-such-connection` and `no-such-rule`. */
  clear(
    key: string,
    { connection, which, rule }: Omit<EngineMethods['clearFaults']['params'], 'tap'>,
  ): undefined {
    const { proxy } = this.#get(key);
    if (rule !== undefined && !proxy.removeRule(rule)) throw engineErrors.noSuchRule();
    if (connection !== undefined && !proxy.clear(connection, which))
      throw engineErrors.noSuchConnection(connection);
    if (rule === undefined && connection === undefined) proxy.clearAll();
    return undefined;
  }

  async #open(
    key: string,
    params: EngineMethods['startTap']['params'],
    to: () => NetworkAddress,
    server: string,
    look: Look | undefined,
  ): Promise<RunningTap> {
    const { clock, changed } = this.#world;
    const { profile, file, folder, listen: wished, allowRemote, certificateFolder } = params;
    const listen = wished ?? profile.tap?.listen ?? { host: '127.0.0.1', port: 0 };
    if (allowRemote !== true && !isLoopback(listen.host)) throw engineErrors.tapNotAllowed(listen.host);
    const address = to();
    const tls = isSecure(address) ? await readTlsMaterial(profile.tls, folder, address.host) : undefined;
    const scheme = params.scheme ?? address.scheme;
    const identity =
      scheme === 'mqtts' || scheme === 'wss'
        ? await tapIdentity(certificateFolder ?? usualCertificateFolder(), listen.host, clock.now())
        : undefined;
    const where = `${address.scheme}://${addressLabel(address)}${address.path}`;
    let listening: TapListening = 'listening';
    const source: ObserverSource = {
      profile,
      folder,
      server,
      // While nobody is there, who watches for wills need not try either.
      address: () => (listening === 'broker-away' ? undefined : to()),
    };
    const proxy = await startTapProxy({
      listen,
      to,
      tls,
      scheme,
      identity,
      server,
      tap: this.#tapOf(source),
      allowRemote,
      clock,
      rules: profile.tap?.faults,
      reached: () => {
        if (this.#running.has(key)) this.#world.inUse(key, source);
      },
      look,
      listens: (now, detail) => {
        const before = listening;
        listening = now;
        this.#tell({ server, profile: profile.name, where }, before, now, detail);
      },
      changed,
    });
    return {
      proxy,
      source,
      head: {
        key,
        profile: profile.name,
        file,
        server,
        to: where,
        caFile: identity?.caFile,
      },
    };
  }

  /** Each connection is recorded with who watches for its will. */
  #tapOf(source: ObserverSource): FaultTap {
    const { tap, watcher } = this.#world;
    if (source.profile.observe === false) return tap;
    return { ...tap, opened: (atMs, info) => tap.opened(atMs, { ...info, watcher: watcher(source) }) };
  }

  /** What the trace and the log say of a tap that listens no more, or again. */
  #tell(
    { server, profile, where }: { readonly server: string; readonly profile: string; readonly where: string },
    before: TapListening,
    now: TapListening,
    detail: string | undefined,
  ): void {
    const { record, log } = this.#world;
    for (const { action, fault } of tapActions(before, now)) record(action, server, fault);
    if (before === 'broker-away') {
      log('info', `${where} is there again: the tap of ${profile} takes new connections.`);
      this.#world.isBack(server);
    }
    if (now === 'broker-away') {
      log(
        'warn',
        `${where} is not there (${detail}): the tap of ${profile} refuses connections until it is.`,
      );
    } else if (now === 'port-taken') log('warn', `The tap of ${profile} cannot listen again yet. ${detail}`);
  }

  async #close(key: string, { proxy, head }: RunningTap): Promise<void> {
    this.#running.delete(key);
    this.#world.stopped(key);
    await proxy.close();
    this.#world.log('info', `The tap of ${head.profile} has stopped.`);
    this.#world.changed();
  }

  #get(key: string): RunningTap {
    const running = this.#running.get(key);
    if (running === undefined) throw engineErrors.noSuchTap();
    return running;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

function viewOf({ proxy, head }: RunningTap): TapView {
  const { address, scheme, host, port, listening, connectionsSeen, connectionsOpen, rules } = proxy;
  return {
    ...head,
    address,
    scheme,
    host,
    port,
    listening,
    connectionsSeen,
    connectionsOpen,
    connections: proxy.connections(told),
    rules,
  };
}
