/**
 * Everything that the extension host (or a command line) and the engine's worker say to each other. A message that is
 * not in this file cannot be sent. Times are milliseconds since the Unix epoch.
 */
import type { CheckProgress, CheckReport, ProbeReport } from '../check/report.ts';
import type { ScenarioReport, StepResult } from '../check/scenario/report.ts';
import type { QoS, Subscription } from '../mqtt/packet.ts';
import type { FaultRule, FaultRuleView } from '../profile/fault-rules.ts';
import type { Fault, FaultSelection } from '../profile/faults.ts';
import type { DeviationName } from '../profile/keys/deviation-rows.ts';
import type { ConnectionProfile, SandboxSettings, UserProperties } from '../profile/model.ts';
import type { ScenarioStep } from '../profile/scenarios.ts';
import type { SessionChanges } from '../session/model.ts';
import type { CaptureSummary } from '../trace/capture/reader.ts';
import type { RecordBatch, RecordDetails, TraceStats } from '../trace/model.ts';

/** The host sees of the trace, and of runs of scenarios, what passes through here. */
export { reportTopics } from '../check/report.ts';
export type { FaultRule, FaultRuleView } from '../profile/fault-rules.ts';
/** What taps can do to connections. */
export type { Fault, FaultDirection, FaultKind, FaultSelection } from '../profile/faults.ts';
export type { CheckReport, ProbeReport, RecordBatch, ScenarioReport, StepResult, TraceStats };

/** An error that a user sees: what happened, to what, and what to do next. */
export interface UserError {
  /** For example `ECONNREFUSED`, `not-authorized`, `no-such-client`. */
  readonly code: string;
  /** One sentence: what happened, to what. */
  readonly message: string;
  /** One sentence: what to do next. */
  readonly hint?: string | undefined;
}

export type ClientState = 'connecting' | 'connected' | 'frozen' | 'reconnecting' | 'offline';

/** One of our own client connections, alive or gone. It stays until the trace is cleared, so that it can be resumed. */
export interface ClientView {
  /** Unique. The file and profile it was made from, and a number for a second client (Take Over). */
  readonly key: string;
  readonly profile: string;
  /** The profile file, as a URI string; empty when there is none. */
  readonly file: string;
  readonly server: string;
  /** Effective Client Identifier. */
  readonly clientId: string;
  readonly state: ClientState;
  /** Connection id in the trace, of the newest connection. */
  readonly connection?: number | undefined;
  /** Why the last attempt or connection failed. */
  readonly error?: UserError | undefined;
}

/** Which client a request means, by its key. */
interface ClientRef {
  readonly client: string;
}

export interface MessageToPublish {
  readonly topic: string;
  /** UTF-8. */
  readonly payload: string;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly userProperties?: UserProperties | undefined;
}

export interface SandboxView {
  /** The profile file whose `sandbox:` settings it follows, as a URI string; empty for the plain one. */
  readonly file: string;
  /** The key of this Server in the trace. */
  readonly server: string;
  /** For other programs, for example `mqtt://127.0.0.1:41883`. */
  readonly address: string;
  /** What it does against the standard, as its settings ask for. */
  readonly deviations: readonly DeviationName[];
  /** What the broker holds: told anew when it has changed, at most once a second. */
  readonly holds: SandboxHolding;
}

/** How much a sandbox broker holds, and the first of each kind: never all of a crowd. */
export interface SandboxHolding {
  /** Network Connections whose CONNECT was accepted. */
  readonly clients: number;
  readonly sessions: number;
  readonly retained: number;
  readonly firstSessions: readonly SandboxSessionView[];
  /** Topics of retained messages. */
  readonly firstRetained: readonly string[];
}

export interface SandboxSessionView {
  readonly clientId: string;
  readonly connected: boolean;
  /** While it is not connected and does expire. */
  readonly endsAtMs?: number | undefined;
  /** Whether a will is armed or waiting. */
  readonly will: boolean;
  /** While it is not connected and a will waits. */
  readonly willDueAtMs?: number | undefined;
  readonly subscriptions: number;
  /** Messages that wait or are under way. */
  readonly messages: number;
}

export type TapScheme = 'mqtt' | 'mqtts' | 'ws' | 'wss';
export type TapListening = 'listening' | 'broker-away' | 'refusing' | 'port-taken';

/** A tap that listens: other programs connect to `address` instead of to the broker. */
export interface TapView {
  /** Unique: the file and the profile it was made from. */
  readonly key: string;
  readonly profile: string;
  /** The profile file, as a URI string; empty when there is none. */
  readonly file: string;
  /** The key of the Server in the trace. */
  readonly server: string;
  /** For the programs under test, for example `mqtt://127.0.0.1:1884`. */
  readonly address: string;
  readonly scheme: TapScheme;
  readonly host: string;
  readonly port: number;
  /** Where it forwards to, for example `mqtts://broker.example.com:8883`. */
  readonly to: string;
  /** Whether it listens; if not, why: nobody is at the broker's address, a rule refuses all, or somebody else has its port. */
  readonly listening: TapListening;
  /** Of a tap that listens with TLS: the PEM file of the certificate that programs have to trust, as if it were an authority. */
  readonly caFile?: string | undefined;
  /** Since it was started. */
  readonly connectionsSeen: number;
  readonly connectionsOpen: number;
  /** The newest that are open, newest first, at most 200. */
  readonly connections: readonly TappedConnectionView[];
  readonly rules: readonly FaultRuleView[];
}

export interface TappedConnectionView {
  /** Its id in the trace. */
  readonly connection: number;
  /** As the CONNECT said; empty while none was read, and for a Client that leaves it to the Server. */
  readonly clientId: string;
  /** Address and port of the program, for example `127.0.0.1:50112`. */
  readonly from: string;
  /** half-open: one side has ended, and the other has not, or does not know it. */
  readonly state: 'open' | 'half-open';
  readonly faults: readonly Fault[];
}

/** Which tap a request means, by its key. */
interface TapRef {
  readonly tap: string;
}

/** Requests from the host to the engine. Each is answered by its result or by a UserError. */
export interface EngineMethods {
  /** Connects a profile whose variables are resolved. Resolves when CONNACK with success has come and the profile's subscriptions are acknowledged. */
  connect: {
    params: {
      readonly profile: ConnectionProfile;
      readonly file: string;
      /** The folder that relative paths (ca, cert, key, payloadFile) start from. */
      readonly folder: string;
      readonly sandbox: SandboxSettings;
    };
    result: ClientView;
  };
  /** Gives up a connection attempt that is under way. */
  cancelConnect: { params: ClientRef; result: undefined };
  /** DISCONNECT with a reason code (0x00, 0x04) and, in 5.0, a changed Session Expiry Interval in seconds. */
  disconnect: {
    params: ClientRef & { readonly reasonCode: number; readonly sessionExpiryInterval?: number | undefined };
    result: undefined;
  };
  /** Cuts the connection with RST. */
  drop: { params: ClientRef; result: undefined };
  /** Closes the connection with FIN and without DISCONNECT. */
  close: { params: ClientRef; result: undefined };
  /** Stops sending, PINGREQ included, and keeps the socket open. */
  freeze: { params: ClientRef; result: undefined };
  /** Connects again with Clean Start 0 and the same Client Identifier. */
  resume: { params: ClientRef; result: ClientView };
  /** Connects again with Clean Start 1 and the same Client Identifier. */
  startClean: { params: ClientRef; result: ClientView };
  /** A second client with the same Client Identifier. */
  takeOver: { params: ClientRef & { readonly cleanStart: boolean }; result: ClientView };
  publish: {
    params: ClientRef & { readonly message: MessageToPublish };
    result: { readonly reasonCode: number };
  };
  subscribe: {
    params: ClientRef & { readonly subscription: Subscription };
    result: { readonly reasonCode: number };
  };
  startSandbox: {
    params: {
      readonly file: string;
      readonly settings: SandboxSettings /** 0 takes a free one. */;
      readonly port: number;
    };
    result: SandboxView;
  };
  stopSandbox: { params: { readonly file: string }; result: undefined };
  /**
   * Runs a scenario whose variables are resolved, with clients of its own; resolves when it is over, also when it was cancelled. Runs that share a
   * Client Identifier at a broker wait for each other.
   */
  runScenario: {
    params: {
      /** Names this run in `scenario` notifications and in `cancelScenario`. */
      readonly run: string;
      readonly scenario: string;
      readonly steps: readonly ScenarioStep[];
      /** Those that the steps name. */
      readonly profiles: readonly ConnectionProfile[];
      readonly folder: string;
      /** A run whose profiles want it has a sandbox broker of its own with these settings. */
      readonly sandbox: SandboxSettings;
      /** Where the certificate for taps of programs that speak TLS is kept; in the user's home unless given. */
      readonly certificateFolder?: string | undefined;
    };
    result: ScenarioReport;
  };
  /** Does nothing when the run is over. */
  cancelScenario: { params: { readonly run: string }; result: undefined };
  /**
   * Listens where the profile's `tap:` says, or on a free port, and forwards each connection to the profile's broker. A tap of
   * this profile that runs is left as it is, and answered. Throws `tap-not-allowed` when other machines could reach it
   * and `allowRemote` is not set: the user has to be asked first.
   */
  startTap: {
    params: {
      readonly profile: ConnectionProfile;
      readonly file: string;
      readonly folder: string;
      readonly sandbox: SandboxSettings;
      /** Instead of the profile's. Port 0 takes a free one. */
      readonly listen?: { readonly host: string; readonly port: number } | undefined;
      /** What programs speak to it; that of the broker unless given. */
      readonly scheme?: TapScheme | undefined;
      readonly allowRemote?: boolean | undefined;
      /** Where the certificate is kept that a tap with TLS needs, so that it is the same next time; `.mqtt-session` in the user's folder unless given. */
      readonly certificateFolder?: string | undefined;
    };
    result: TapView;
  };
  /** Ends its connections with FIN, and listens no more. */
  stopTap: { params: TapRef; result: undefined };
  /**
   * Makes a fault on one connection, or sets a rule for connections to come, with `living` also for those that are open. With a fault alone it is made on all connections
   * that live, and, unless it ends them, is a rule for all that come. Throws
   * `no-such-tap` and `no-such-connection`.
   */
  fault: {
    params: TapRef &
      (
        | { readonly fault: Fault; readonly connection?: number | undefined }
        | { readonly rule: FaultRule; readonly living?: boolean | undefined }
      );
    /** The id of the rule, where one was set. */
    result: { readonly rule?: number | undefined };
  };
  /**
   * Takes away the faults of a connection, or some of them, or a rule with what it has done, or all faults and all rules. What was
   * held passes. Throws `no-such-tap`, `no-such-connection` and `no-such-rule`.
   */
  clearFaults: {
    params: TapRef & {
      readonly connection?: number | undefined;
      /** Which faults of the connection; all of them unless given. */
      readonly which?: FaultSelection | undefined;
      readonly rule?: number | undefined;
    };
    result: undefined;
  };
  /**
   * Tries the broker of a profile whose variables are resolved with many Clients, under topics and Client Identifiers that begin with the
   * prefix. Resolves when it is over, also when it was cancelled.
   */
  checkBroker: {
    params: {
      /** Names this run in `check` notifications and in `cancelCheck`. */
      readonly run: string;
      readonly profile: ConnectionProfile;
      readonly file: string;
      readonly folder: string;
      readonly sandbox: SandboxSettings;
      readonly prefix?: string | undefined;
    };
    result: CheckReport;
  };
  /** Does nothing when the check is over. */
  cancelCheck: { params: { readonly run: string }; result: undefined };
  /** A report as text; `comparison`: as Markdown, beside `other`, the text of a report that was saved as JSON. */
  writeReport: {
    params: {
      readonly report: CheckReport;
      readonly as: 'markdown' | 'json' | 'junit' | 'comparison';
      readonly other?: string | undefined;
      /** Which rows of the decision table profiles rely on. */
      readonly reliances?:
        | readonly { readonly profile: string; readonly rows: readonly string[] }[]
        | undefined;
    };
    result: string;
  };
  /** One record whole; undefined when the trace no longer holds it. */
  details: { params: { readonly seq: number }; result: RecordDetails | undefined };
  /** The whole state, and from then on `changes` notifications. */
  start: {
    params: {
      readonly byteBudget: number;
      /** As `observe`. */
      readonly observers?: boolean | undefined;
    };
    result: EngineSnapshot;
  };
  /** Whether connections of ours watch for every will that a profile's client or tap sees. Off until it is asked for. */
  observe: { params: { readonly on: boolean }; result: undefined };
  /**
   * Records from `fromSeq` on that are still held; batches are limited in size: call until `count` is 0. `anew`: the receiver
   * has nothing yet, so topics are numbered from 0 again for it. Every batch, here or in `changes`, continues the numbering
   * of the one before, also after `clear`.
   */
  records: {
    params: { readonly fromSeq: number; readonly anew?: true | undefined };
    result: RecordBatch;
  };
  /**
   * Whether `changes` bring records: only while somebody looks at them. Off until it is asked for; the first batch begins
   * after the last one that `records` answered, so that nothing is missing or there twice.
   */
  follow: { params: { readonly on: boolean }; result: undefined };
  /** Writes what the trace holds as pcapng into `path`. `mask`: passwords and Authentication Data are replaced. */
  saveCapture: {
    params: { readonly path: string; readonly mask: boolean };
    result: SavedCapture;
  };
  /**
   * Reads a capture (pcap, pcapng) into the trace, which must be empty and stays what the file says: its time is that of
   * the capture. Resolves when all of it was read; `changes` tell of it meanwhile.
   */
  openCapture: { params: { readonly path: string }; result: CaptureSummary };
  /**
   * From now on writes the trace into `path` as it is recorded, from its beginning, until `shutdown`. When the file is longer than `limitBytes`
   * it is kept as the part before, and a new one begins.
   */
  record: {
    params: { readonly path: string; readonly mask: boolean; readonly limitBytes: number };
    result: undefined;
  };
  /** Empties the trace. Connections that live stay. */
  clear: { params: undefined; result: undefined };
  /** Ends every connection and broker, in order. */
  shutdown: { params: undefined; result: undefined };
}

/** What a saved capture holds. */
export interface SavedCapture {
  readonly records: number;
  /** Records that the trace no longer held when it was saved. */
  readonly dropped: number;
}

export type { CaptureSummary };

export type EngineMethod = keyof EngineMethods;

export interface EngineSnapshot {
  readonly clients: readonly ClientView[];
  readonly sandboxes: readonly SandboxView[];
  readonly taps: readonly TapView[];
  readonly entities: SessionChanges;
  readonly stats: TraceStats;
}

/** How far the reading of a capture is. */
export interface CaptureProgress {
  /** From 0 to 1. */
  readonly share: number;
  /** Up to when, in milliseconds since the Unix epoch; 0 before its first record. */
  readonly untilMs: number;
}

/** What changed since the last one; at most 30 a second. */
export interface EngineChanges {
  /** New records since the last batch; undefined when there are none, or nobody follows. Its buffers are transferred. */
  readonly records?: RecordBatch | undefined;
  readonly entities: SessionChanges;
  /** Those that are new or changed; when `cleared`, all that stay. */
  readonly clients: readonly ClientView[];
  readonly sandboxes?: readonly SandboxView[] | undefined;
  /** All of them, when one has changed. */
  readonly taps?: readonly TapView[] | undefined;
  readonly stats: TraceStats;
  /** Set when the trace was cleared before these changes: forget what came earlier. */
  readonly cleared?: true | undefined;
  /** While a capture is read. */
  readonly reading?: CaptureProgress | undefined;
}

/** How far a behaviour check is. */
export interface CheckRunProgress extends CheckProgress {
  readonly run: string;
}

/** A run of a scenario has begun a step (by its index), or decided one. */
export type ScenarioProgress =
  | { readonly run: string; readonly step: number }
  | { readonly run: string; readonly result: StepResult };

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

export type ToEngine = {
  [M in EngineMethod]: {
    readonly kind: 'request';
    readonly id: number;
    readonly method: M;
    readonly params: EngineMethods[M]['params'];
  };
}[EngineMethod];

export type FromEngine =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: UserError }
  | { readonly kind: 'changes'; readonly changes: EngineChanges }
  | { readonly kind: 'scenario'; readonly progress: ScenarioProgress }
  | { readonly kind: 'check'; readonly progress: CheckRunProgress }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string };
