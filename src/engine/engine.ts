import type { RecordedAction } from '../mqtt/network-connection.ts';
import type { Client } from '../net/client/client.ts';
import { addressLabel, type NetworkAddress } from '../net/client/transport.ts';
import type { Clock } from '../net/clock.ts';
import type { FaultTap } from '../net/tap.ts';
import type { BrokerAddress, MessageSettings } from '../profile/model.ts';
import type { OfferedWill } from '../session/model.ts';
import { SessionRules } from '../session/rules.ts';
import { recordDetails } from '../trace/details.ts';
import type { RecordListener } from '../trace/listener.ts';
import { Recorder } from '../trace/recorder.ts';
import { Trace } from '../trace/trace.ts';
import {
  type CapturesPorts,
  openCapture,
  Recording,
  type RecordingOptions,
  saveCapture,
} from './captures.ts';
import { Checks, writeReport } from './checks.ts';
import { Clients } from './clients.ts';
import { answer, type EngineHandlers, stackOf } from './dispatch.ts';
import { Entities } from './entities.ts';
import { engineErrors } from './errors.ts';
import { guarded } from './guard.ts';
import { type ChangeSources, HostChanges } from './host-changes.ts';
import { Listeners } from './listeners.ts';
import type {
  CaptureProgress,
  CaptureSummary,
  EngineChanges,
  EngineMethods,
  EngineSnapshot,
  FromEngine,
  LogLevel,
  MessageToPublish,
  ToEngine,
} from './messages.ts';
import type { ObserverSource } from './observer.ts';
import { Observers } from './observers.ts';
import { Pump, pumpIntervalMs } from './pump.ts';
import { buffersOf, RecordFeed } from './record-feed.ts';
import { Sandboxes } from './sandboxes.ts';
import { Scenarios } from './scenarios.ts';
import { serverKey } from './server-key.ts';
import { StandstillWatch } from './standstill-watch.ts';
import { Taps } from './taps.ts';

/** How often to look whether time alone has changed something, while it can. */
const lookEveryMs = 100;

const disconnectWithWill = 0x04;

export interface EngineOptions {
  readonly clock: Clock;
  /** Sends to the host. `transfer` are buffers that the engine gives away. */
  readonly post: (message: FromEngine, transfer: readonly ArrayBuffer[]) => void;
  /** Between two `changes` at least, in milliseconds; 30 a second unless a test wants more. */
  readonly notifyEveryMs?: number | undefined;
}

/** Owns the connections, the sandbox brokers, the trace and the rules, and does what the host asks for. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #observers: Observers;
  readonly #rules: SessionRules;
  readonly #entities = new Entities();
  readonly #pump: Pump;
  readonly #still: StandstillWatch;
  readonly #clients: Clients;
  readonly #sandboxes: Sandboxes;
  readonly #scenarios: Scenarios;
  readonly #checks: Checks;
  readonly #listeners: Listeners;
  readonly #taps: Taps;
  readonly #handlers: EngineHandlers;
  readonly #changes = new HostChanges();
  #trace = new Trace();
  #recorder: Recorder;
  #feed: RecordFeed;
  #recording: Recording | undefined;
  /** Set when the trace is that of a capture. */
  #captureUntilMs: number | undefined;
  /** While a capture is read. */
  #reading: CaptureProgress | undefined;
  #started = false;
  #stopping = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { clock } = options;
    const log = (level: LogLevel, message: string): void => this.#log(level, message);
    this.#observers = new Observers({
      clock,
      log,
      tap: this.#tap(),
      random: Math.random,
      sourceOf: (will) => this.#sourceOf(will),
    });
    this.#rules = new SessionRules(this.#observers);
    this.#listeners = new Listeners(this.#guarded(this.#rules));
    this.#recorder = this.#newRecorder();
    this.#feed = new RecordFeed(this.#trace);
    this.#still = new StandstillWatch(clock, {
      isNeeded: () => this.#recorder.openConnections > 0 || this.#entities.waiting,
      stood: (atMs, forMs) => this.#recorder.action(atMs, 'stood-still', { forMs }),
    });
    this.#pump = new Pump(clock, options.notifyEveryMs ?? pumpIntervalMs, () => this.#flush());
    this.#clients = new Clients({
      clock,
      tap: this.#tap(),
      log,
      changed: (client) => {
        this.#changes.clientChanged(client);
        this.#pump.poke();
      },
    });
    this.#sandboxes = new Sandboxes({
      clock,
      log,
      changed: () => {
        this.#changes.sandboxesChanged();
        this.#pump.poke();
      },
      stopping: (server) => this.#record('server-stopped', { server }),
    });
    this.#scenarios = new Scenarios({
      clock,
      tap: this.#tap(),
      log,
      follow: (sink) => this.#listeners.add(this.#guarded(sink)),
      act: (action, target) => this.#record(action, target),
      stopping: (server) => this.#record('server-stopped', { server }),
      // Behind a tap of ours the observer would be one more program under test.
      mayObserve: (address) => this.#observers.isOn && !this.#taps.listensAt(address),
      isInUse: (server, clientId) =>
        this.#clients
          .all()
          .some(
            (each) =>
              each.state !== 'offline' && each.settings.server === server && each.clientId === clientId,
          ),
      progress: (progress) => this.#options.post({ kind: 'scenario', progress }, []),
    });
    this.#checks = new Checks((progress) => this.#options.post({ kind: 'check', progress }, []));
    this.#taps = new Taps({
      clock,
      tap: this.#tap(),
      log,
      inUse: (key, source) => {
        if (source.profile.observe !== false) this.#observers.beReady(key, source);
      },
      stopped: (key) => this.#observers.noLongerReady(key),
      watcher: (source) => this.#observers.nameOf(source),
      record: (action, server, fault) => this.#record(action, { server, fault }),
      isBack: (server) => this.#observers.isBack(server),
      changed: () => {
        this.#changes.tapsChanged();
        this.#pump.poke();
      },
    });
    this.#handlers = this.#makeHandlers();
  }

  /** Answers one request of the host. Never throws. */
  handle(request: ToEngine): Promise<void> {
    return answer(this.#handlers, request, {
      post: (message) => this.#options.post(message, transferOf(message)),
      log: (level, message) => this.#log(level, message),
    });
  }

  #makeHandlers(): EngineHandlers {
    return {
      start: ({ byteBudget, observers }) => this.#start(byteBudget, observers === true),
      observe: ({ on }) => {
        this.#observers.turn(on);
        return undefined;
      },
      connect: (params) => this.#connect(params),
      cancelConnect: ({ client }) => {
        this.#clients.get(client).cancel();
        return undefined;
      },
      disconnect: (params) => this.#disconnect(params),
      drop: ({ client: key }) => this.#end(key, 'drop', (client) => client.drop()),
      close: ({ client: key }) => this.#end(key, 'close', (client) => client.close()),
      freeze: ({ client: key }) => {
        const client = this.#clients.get(key);
        client.checkMaySend();
        this.#recordFor(client, 'freeze');
        client.freeze();
        return undefined;
      },
      resume: ({ client }) => this.#again(client, 'resume', (each) => each.resume()),
      startClean: ({ client }) => this.#again(client, 'start-clean', (each) => each.startClean()),
      takeOver: async ({ client: key, cleanStart }) => {
        this.#checkRunning();
        const first = this.#clients.get(key);
        first.checkHasIdentifier();
        const second = this.#clients.beside(first);
        this.#recordFor(first, 'take-over');
        await second.connectWith(cleanStart);
        return this.#clients.view(second);
      },
      publish: async ({ client, message }) => ({
        reasonCode: await this.#clients.get(client).publish(messageSettings(message)),
      }),
      subscribe: async ({ client, subscription }) => ({
        reasonCode: await this.#clients.get(client).subscribe(subscription),
      }),
      startSandbox: async ({ file, settings, port }) => {
        this.#checkRunning();
        const view = await this.#sandboxes.start(file, settings, port);
        await this.#taps.look(view.server);
        return view;
      },
      stopSandbox: async ({ file }) => {
        const server = this.#sandboxes.serverOf(file);
        await this.#sandboxes.stop(file);
        if (server !== undefined) await this.#taps.look(server);
        return undefined;
      },
      runScenario: (params) => {
        this.#checkRunning();
        return this.#scenarios.run(params);
      },
      checkBroker: async (params) => {
        this.#checkRunning();
        const { profile, file, sandbox } = params;
        const { address } = await this.#resolveAddress(profile.broker, file, sandbox);
        return this.#checks.run(params, address);
      },
      cancelCheck: ({ run }) => {
        this.#checks.cancel(run);
        return undefined;
      },
      writeReport: (params) => writeReport(params),
      cancelScenario: ({ run }) => {
        this.#scenarios.cancel(run);
        return undefined;
      },
      startTap: (params) => this.#startTap(params),
      stopTap: async ({ tap }) => {
        await this.#taps.stop(tap);
        return undefined;
      },
      fault: ({ tap, ...what }) => this.#taps.fault(tap, what),
      clearFaults: ({ tap, ...which }) => this.#taps.clear(tap, which),
      details: ({ seq }) => recordDetails(this.#trace, seq),
      records: ({ fromSeq, anew }) => this.#feed.from(fromSeq, anew === true),
      follow: ({ on }) => {
        this.#feed.follow(on);
        this.#pump.poke();
        return undefined;
      },
      saveCapture: async ({ path, mask }) => {
        this.#advance();
        return saveCapture(this.#capturesPorts(), path, mask);
      },
      openCapture: ({ path }) => this.#openCapture(path),
      record: ({ path, mask, limitBytes }) => this.#recordTo({ path, mask, limitBytes }),
      clear: () => this.#clear(),
      shutdown: () => this.#shutdown(),
    };
  }

  #start(byteBudget: number, observers: boolean): EngineSnapshot {
    this.#observers.turn(observers);
    if (!this.#started && this.#trace.endSeq === 1) {
      this.#trace = new Trace(byteBudget);
      this.#recorder = this.#newRecorder();
      this.#feed = new RecordFeed(this.#trace);
    }
    this.#started = true;
    this.#advance();
    return this.#changes.start(this.#sources());
  }

  async #connect({
    profile,
    file,
    folder,
    sandbox,
  }: EngineMethods['connect']['params']): Promise<EngineMethods['connect']['result']> {
    this.#checkRunning();
    const { address, server } = await this.#resolveAddress(profile.broker, file, sandbox);
    const { client, settings } = this.#clients.ofProfile(file, { profile, folder, address, server });
    this.#log('info', `Connecting ${profile.name} to ${server} (${addressLabel(address)}).`);
    await client.connect(settings);
    return this.#clients.view(client);
  }

  async #startTap(params: EngineMethods['startTap']['params']): Promise<EngineMethods['startTap']['result']> {
    this.#checkRunning();
    const { profile, file, sandbox } = params;
    const { address, server } = await this.#resolveAddress(profile.broker, file, sandbox);
    let last = address;
    const to = (): NetworkAddress => {
      // A sandbox that was started again may have another port.
      const port = profile.broker.kind === 'sandbox' ? this.#sandboxes.portOf(file) : undefined;
      if (port !== undefined) last = { ...last, port };
      return last;
    };
    // The engine knows without connecting whether its own sandbox is there.
    const look = async (): Promise<void> => {
      if (this.#sandboxes.portOf(file) === undefined) throw nobodyThere();
    };
    return this.#taps.start(params, to, server, profile.broker.kind === 'sandbox' ? look : undefined);
  }

  async #resolveAddress(
    broker: BrokerAddress,
    file: string,
    settings: EngineMethods['connect']['params']['sandbox'],
  ): Promise<{ readonly address: NetworkAddress; readonly server: string }> {
    if (broker.kind === 'network') return { address: broker, server: serverKey(broker.host, broker.port) };
    const { view, port } = await this.#sandboxes.ensure(file, settings);
    await this.#taps.look(view.server);
    return { address: { scheme: 'mqtt', host: '127.0.0.1', port, path: '' }, server: view.server };
  }

  /** The profile that a will came by: of our own client, or of a tap. */
  #sourceOf({ client, server, tap, connection }: OfferedWill): ObserverSource | undefined {
    if (tap === 'listener') return this.#taps.observerSource(connection);
    return this.#sourceOfClient(client, server);
  }

  #sourceOfClient(key: string | undefined, server: string): ObserverSource | undefined {
    const client = key === undefined ? undefined : this.#clients.find(key);
    if (client === undefined || client.profile.observe === false) return undefined;
    const { profile, folder, address } = client.settings;
    // Behind a tap of ours its will is watched for as that of the tap; here the observer would be one more program under test.
    if (this.#taps.listensAt(address)) return undefined;
    return { profile, folder, server, address: () => this.#addressNow(profile.broker, server, address) };
  }

  /** A sandbox that was started again may have another port, and one that was stopped has none. */
  #addressNow(broker: BrokerAddress, server: string, last: NetworkAddress): NetworkAddress | undefined {
    if (broker.kind === 'network') return last;
    const sandbox = this.#sandboxes.views().find((view) => view.server === server);
    return sandbox && { ...last, port: Number(new URL(sandbox.address).port) };
  }

  async #disconnect({
    client: key,
    reasonCode,
    sessionExpiryInterval,
  }: EngineMethods['disconnect']['params']): Promise<undefined> {
    const client = this.#clients.get(key);
    await client.disconnect(reasonCode, sessionExpiryInterval, () => {
      this.#recordFor(client, reasonCode === disconnectWithWill ? 'disconnect-with-will' : 'disconnect');
    });
    return undefined;
  }

  #end(key: string, action: RecordedAction, end: (client: Client) => void): undefined {
    const client = this.#clients.get(key);
    client.checkHasConnection();
    this.#recordFor(client, action);
    end(client);
    return undefined;
  }

  async #again(
    key: string,
    action: RecordedAction,
    connect: (client: Client) => Promise<void>,
  ): Promise<EngineMethods['resume']['result']> {
    this.#checkRunning();
    const client = this.#clients.get(key);
    client.checkMayConnect();
    client.checkHasIdentifier();
    this.#recordFor(client, action);
    await connect(client);
    return this.#clients.view(client);
  }

  #clear(): undefined {
    this.#advance();
    this.#trace.clear();
    this.#entities.forgetEnded();
    this.#clients.forgetOffline();
    this.#changes.cleared();
    this.#pump.poke();
    return undefined;
  }

  async #shutdown(): Promise<undefined> {
    this.#stopping = true;
    this.#scenarios.cancelAll();
    this.#checks.cancelAll();
    this.#observers.turn(false);
    for (const client of this.#clients.all()) client.dispose();
    await this.#taps.stopAll();
    await this.#sandboxes.stopAll();
    this.#flush();
    this.#pump.stop();
    this.#still.stop();
    await this.#recording?.end();
    return undefined;
  }

  #capturesPorts(): CapturesPorts {
    return { trace: () => this.#trace, entities: this.#entities, now: () => this.#now() };
  }

  async #openCapture(path: string): Promise<CaptureSummary> {
    if (this.#captureUntilMs !== undefined || this.#trace.endSeq > 1) throw engineErrors.captureInUse();
    this.#captureUntilMs = 0;
    const summary = await openCapture(path, this.#recorder, (progress) => {
      this.#captureUntilMs = progress.untilMs;
      this.#reading = progress;
      this.#pump.poke();
    });
    this.#flush();
    this.#flush(this.#entities.endAt(this.#captureUntilMs));
    this.#reading = undefined;
    return summary;
  }

  async #recordTo(options: RecordingOptions): Promise<undefined> {
    const recording = new Recording(options, this.#capturesPorts());
    await recording.begin();
    await this.#recording?.end();
    this.#recording = recording;
    this.#pump.poke();
    return undefined;
  }

  /** The time of the trace: of a capture, that up to which it was read. */
  #now(): number {
    return this.#captureUntilMs ?? this.#options.clock.now();
  }

  #checkRunning(): void {
    if (this.#stopping) throw engineErrors.stopping();
  }

  #newRecorder(): Recorder {
    return new Recorder(this.#trace, this.#listeners);
  }

  #guarded(listener: RecordListener): RecordListener {
    return guarded(listener, (error) => this.#log('error', `The session rules failed: ${stackOf(error)}`));
  }

  #tap(): FaultTap {
    return {
      opened: (atMs, info) => {
        this.#still.look();
        const { tap, client, server } = info;
        const source = tap === 'client' ? this.#sourceOfClient(client, server) : undefined;
        const watcher = source === undefined ? undefined : { watcher: this.#observers.nameOf(source) };
        const connection = this.#recorder.opened(atMs, { ...info, ...watcher });
        this.#pump.poke();
        return connection;
      },
      bytes: (atMs, connection, direction, chunk) => {
        this.#still.look();
        this.#recorder.bytes(atMs, connection, direction, chunk);
        this.#pump.poke();
      },
      closed: (atMs, connection, end) => {
        this.#still.look();
        this.#recorder.closed(atMs, connection, end);
        this.#pump.poke();
      },
      fault: (atMs, action, connection, fault) => {
        this.#recorder.action(atMs, action, { connection, fault });
        this.#pump.poke();
      },
    };
  }

  #recordFor(client: Client, action: RecordedAction): void {
    const { connection, clientId } = client;
    this.#record(action, { connection, server: client.settings.server, clientId });
  }

  #record(action: RecordedAction, target: Parameters<Recorder['action']>[2]): void {
    this.#recorder.action(this.#options.clock.now(), action, target);
    this.#pump.poke();
  }

  /** Moves the rules to now, and keeps what they say. */
  #advance(): EngineChanges['entities'] {
    this.#still.lookIfWatching();
    // Until something has happened time changes nothing, and what happens first may be that of a capture.
    if (this.#trace.endSeq > 1) this.#rules.advance(this.#now());
    const changes = this.#rules.takeChanges();
    this.#entities.apply(changes);
    return changes;
  }

  #flush(fresh = this.#advance()): void {
    this.#recording?.follow();
    const changes = this.#changes.take(this.#sources(), fresh, this.#reading);
    if (changes !== undefined) {
      const { records } = changes;
      this.#options.post({ kind: 'changes', changes }, records === undefined ? [] : buffersOf(records));
    }
    if (this.#feed.behind) this.#pump.poke();
    if (this.#entities.waiting && this.#captureUntilMs === undefined)
      this.#pump.pokeAt(this.#options.clock.now() + lookEveryMs);
  }

  #sources(): ChangeSources {
    return {
      clients: this.#clients,
      sandboxes: this.#sandboxes,
      taps: this.#taps,
      entities: this.#entities,
      trace: this.#trace,
      feed: this.#feed,
    };
  }

  #log(level: LogLevel, message: string): void {
    this.#options.post({ kind: 'log', level, message }, []);
  }
}

/** The buffers of a `records` or `details` answer are copies, which the engine does not need. */
function transferOf(message: FromEngine): readonly ArrayBuffer[] {
  if (message.kind !== 'result' || !isBatch(message.result)) return [];
  return buffersOf(message.result);
}

function isBatch(result: unknown): result is EngineMethods['records']['result'] {
  return typeof result === 'object' && result !== null && 'newTopics' in result;
}

function messageSettings({ payload, userProperties, ...message }: MessageToPublish): MessageSettings {
  return { ...message, payload: { kind: 'text', text: payload }, userProperties: userProperties ?? [] };
}

/** As the system says it where nobody listens. */
function nobodyThere(): Error {
  return Object.assign(new Error('The sandbox does not run.'), { code: 'ECONNREFUSED' });
}
