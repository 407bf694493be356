import { programsOf } from '../check/scenario/programs.ts';
import { ScenarioQueue } from '../check/scenario/queue.ts';
import type { ScenarioReport } from '../check/scenario/report.ts';
import { runScenario } from '../check/scenario/run-scenario.ts';
import type { ScenarioServer, ScenarioWorld, WillSource } from '../check/scenario/world.ts';
import type { NetworkAddress } from '../net/client/transport.ts';
import { type KeptIdentity, tapIdentity, usualCertificateFolder } from '../net/tap/identity.ts';
import type { BrokerAddress } from '../profile/model.ts';
import type { OfferedWill } from '../session/model.ts';
import { engineErrors } from './errors.ts';
import type { EngineMethods, ScenarioProgress } from './messages.ts';
import { Observers } from './observers.ts';
import { openSandboxBroker, type SandboxBroker, type SandboxBrokerWorld } from './sandbox-broker.ts';
import { serverKey } from './server-key.ts';

export interface ScenariosWorld
  extends Pick<ScenarioWorld, 'tap' | 'clock' | 'follow' | 'act'>,
    SandboxBrokerWorld {
  /** A sandbox broker is about to be stopped, with its sessions. */
  stopping(server: string): void;
  /** Whether the user wants wills to be watched for, and this Server may be connected to for it. */
  mayObserve(address: NetworkAddress): boolean;
  /** Whether one of our own clients is connected to this Server with this Client Identifier. */
  isInUse(server: string, clientId: string): boolean;
  progress(progress: ScenarioProgress): void;
}

type RunParams = EngineMethods['runScenario']['params'];

/** The runs of scenarios. Each has a sandbox broker of its own where its profiles want one. */
export class Scenarios {
  readonly #world: ScenariosWorld;
  readonly #queue = new ScenarioQueue();
  readonly #running = new Map<string, AbortController>();
  #lastIdentity: Promise<unknown> = Promise.resolve();
  /** How often a scenario was run, so that no two runs share a Server in the trace. */
  readonly #runs = new Map<string, number>();

  constructor(world: ScenariosWorld) {
    this.#world = world;
  }

  /** Throws `scenario-identifier-in-use`, or a ListenError. */
  async run(params: RunParams): Promise<ScenarioReport> {
    const { run } = params;
    const abort = new AbortController();
    this.#running.set(run, abort);
    try {
      const leave = await this.#queue.enter(this.#identities(params), abort.signal);
      try {
        return await this.#play(params, abort.signal);
      } finally {
        leave();
      }
    } finally {
      this.#running.delete(run);
    }
  }

  /** Does nothing when it is over already. */
  cancel(run: string): void {
    this.#running.get(run)?.abort(engineErrors.scenarioCancelled());
  }

  cancelAll(): void {
    for (const run of this.#running.keys()) this.cancel(run);
  }

  async #play(params: RunParams, signal: AbortSignal): Promise<ScenarioReport> {
    const { run, scenario, steps, profiles, folder, sandbox: settings, certificateFolder } = params;
    const { clock, tap, follow, act, log, isInUse, progress, stopping } = this.#world;
    for (const { broker, clientId } of profiles) {
      if (broker.kind === 'network' && isInUse(serverKey(broker.host, broker.port), clientId)) {
        throw engineErrors.scenarioIdentifierInUse(clientId);
      }
    }
    let opening: Promise<SandboxBroker> | undefined;
    const server = this.#serverOf(scenario);
    const world: ScenarioWorld = {
      clock,
      tap,
      follow,
      act,
      log,
      observe: (sourceOf) => this.#observe(sourceOf),
      identity: (host) => this.#identity(certificateFolder ?? usualCertificateFolder(), host),
      server: async (broker: BrokerAddress): Promise<ScenarioServer> => {
        if (broker.kind === 'network') {
          return { address: broker, server: serverKey(broker.host, broker.port), fresh: false };
        }
        opening ??= openSandboxBroker(server, settings, 0, this.#world);
        const { port } = (await opening).listener;
        return { address: { scheme: 'mqtt', host: '127.0.0.1', port, path: '' }, server, fresh: true };
      },
    };
    try {
      return await runScenario(
        { name: scenario, steps, profiles, folder, key: `scenario:${run}` },
        world,
        {
          step: (step) => progress({ run, step }),
          result: (result) => progress({ run, result }),
        },
        signal,
      );
    } finally {
      const sandbox = await opening?.catch(() => undefined);
      if (sandbox !== undefined) {
        stopping(server);
        await sandbox.close();
      }
    }
  }

  /** One after the other: runs that begin together are to find one certificate, and the key that belongs to it. */
  #identity(folder: string, host: string): Promise<KeptIdentity> {
    const made = this.#lastIdentity.then(() => tapIdentity(folder, host, this.#world.clock.now()));
    this.#lastIdentity = made.catch(() => {});
    return made;
  }

  /** Those of one run, so that its trace has all that they see. */
  #observe(sourceOf: (will: OfferedWill) => WillSource | undefined): Observers {
    const { clock, tap, log, mayObserve } = this.#world;
    const observers = new Observers({
      clock,
      tap,
      log,
      random: Math.random,
      sourceOf: (will) => {
        const source = sourceOf(will);
        if (source === undefined || !mayObserve(source.address)) return undefined;
        return { ...source, address: () => source.address };
      },
    });
    observers.turn(true);
    return observers;
  }

  /** What no other run may use at the same time: Client Identifiers, and where programs connect to. Sandbox brokers are not shared. */
  #identities({ profiles, steps }: RunParams): readonly string[] {
    const programs = programsOf(steps);
    const ports = profiles.flatMap(({ name, tap }) =>
      programs.has(name) && tap !== undefined ? [`port ${tap.listen.port}`] : [],
    );
    const identities = profiles.flatMap(({ broker, clientId }) =>
      broker.kind === 'network' && clientId !== ''
        ? [JSON.stringify([serverKey(broker.host, broker.port), clientId])]
        : [],
    );
    return [...identities, ...ports];
  }

  #serverOf(scenario: string): string {
    const number = (this.#runs.get(scenario) ?? 0) + 1;
    this.#runs.set(scenario, number);
    return number === 1 ? `sandbox of ${scenario}` : `sandbox of ${scenario} (${number})`;
  }
}
