/** What a run needs of whoever runs it: the engine, which brings its trace, its sandbox brokers and its clock. */
import type { NetworkAddress } from '../../net/client/transport.ts';
import type { Clock } from '../../net/clock.ts';
import type { FaultTap } from '../../net/tap.ts';
import type { BrokerAddress, ConnectionProfile } from '../../profile/model.ts';
import type { ScenarioStep } from '../../profile/scenarios.ts';
import type { SessionAction } from '../../session/model.ts';
import type { RecordSink } from './evidence.ts';
import type { StepResult } from './report.ts';

export interface ScenarioServer {
  readonly address: NetworkAddress;
  /** Its key in the trace. */
  readonly server: string;
  /** It was made for this run and goes with it, so that nothing of other runs is left in it. */
  readonly fresh: boolean;
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
    target: { readonly connection?: number | undefined; readonly server: string; readonly clientId: string },
  ): void;
  /** Where a profile connects to; a sandbox broker is started when the first profile asks for it. */
  server(broker: BrokerAddress): Promise<ScenarioServer>;
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
