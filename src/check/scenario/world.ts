/** What a run needs of whoever runs it: the engine, which brings its trace, its sandbox brokers and its clock. */
import type { NetworkAddress } from '../../net/client/transport.ts';
import type { Clock } from '../../net/clock.ts';
import type { KeptIdentity } from '../../net/tap/identity.ts';
import type { FaultTap } from '../../net/tap.ts';
import type { BrokerAddress, ConnectionProfile } from '../../profile/model.ts';
import type { ScenarioStep } from '../../profile/scenarios.ts';
import type { FaultNote, OfferedWill, SessionAction, WillWatch } from '../../session/model.ts';
import type { RecordSink } from './evidence.ts';
import type { StepResult } from './report.ts';

export interface ScenarioServer {
  readonly address: NetworkAddress;
  /** Its key in the trace. */
  readonly server: string;
  /** It was made for this run and goes with it, so that nothing of other runs is left in it. */
  readonly fresh: boolean;
}

/** Whose will it is, and how its Server is reached. */
export interface WillSource {
  readonly profile: ConnectionProfile;
  readonly folder: string;
  readonly server: string;
  readonly address: NetworkAddress;
}

/** Connections besides those of the steps, each subscribed to the topics of wills that it is told of. */
export interface WillObservers extends WillWatch {
  /** Resolves when they are subscribed to what they have been told of, or cannot be for now. */
  settled(): Promise<void>;
  dispose(): void;
}

export interface ScenarioWorld {
  readonly clock: Clock;
  /** Where our connections pass. What it sees goes into the trace, and from there to who follows. */
  readonly tap: FaultTap;
  /** Every record from now on, in order. Returns how to end it. */
  follow(sink: RecordSink): () => void;
  /** Puts into the trace what is done to a connection. */
  act(
    action: SessionAction,
    target: {
      readonly connection?: number | undefined;
      readonly server: string;
      readonly clientId?: string | undefined;
      readonly fault?: FaultNote | undefined;
    },
  ): void;
  /** Where a profile connects to; a sandbox broker is started when the first profile asks for it. */
  server(broker: BrokerAddress): Promise<ScenarioServer>;
  /** Observers of the run's own; undefined where the user wants none. `sourceOf` knows the wills that may be watched for. */
  observe(sourceOf: (will: OfferedWill) => WillSource | undefined): WillObservers | undefined;
  /** The certificate for taps of programs that speak TLS. */
  identity(host: string): Promise<KeptIdentity>;
  log(level: 'warn' | 'info', message: string): void;
}

/** A scenario with its variables replaced. */
export interface ScenarioToRun {
  readonly name: string;
  readonly steps: readonly ScenarioStep[];
  /** Those that the steps name. */
  readonly profiles: readonly ConnectionProfile[];
  /** The folder that relative paths start from. */
  readonly folder: string;
  /** Begins the keys of its clients in the trace; unique among runs. */
  readonly key: string;
}

export interface ScenarioEvents {
  /** A step begins. */
  step(index: number): void;
  /** A step is decided. */
  result(result: StepResult): void;
}
