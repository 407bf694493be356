/**
 * Everything that the timeline page and its host say to each other. A message that is not in this file cannot be
 * sent. The page says `ready` and gets the whole state; after that only what changed.
 */
import type { SessionChanges } from '../session/model.ts';
import type { RecordBatch, RecordDetails, TraceStats } from '../trace/model.ts';

/** The English words of the page by key; the host passes each through its translation into `PageState.strings`. */
export { pageStrings } from './strings.ts';

/** What the page may ask the host to do with one of our own clients. */
export type ClientAction =
  | 'resume'
  | 'startClean'
  | 'takeOver'
  | 'drop'
  | 'close'
  | 'freeze'
  | 'disconnect'
  | 'disconnectWithWill'
  | 'connect';

/** What the page may ask the host to do with a program's connection through a tap. */
export type FaultAction =
  | 'fault.cut'
  | 'fault.close'
  | 'fault.freeze'
  | 'fault.delay'
  | 'fault.bandwidth'
  | 'fault.dropDisconnect'
  | 'fault.dropPingresp'
  | 'fault.clear'
  | 'fault.addRule';

export type LaneAction = ClientAction | FaultAction;

/** Our own client, or a program's connection through a tap, as the page needs it: which actions its lane offers now. */
export interface PageClient {
  readonly key: string;
  readonly server: string;
  readonly clientId: string;
  readonly profile: string;
  /** The connection through a tap that the actions are about. */
  readonly connection?: number | undefined;
  /** In the order of likely use. */
  readonly actions: readonly LaneAction[];
}

/** A tap that listens for programs: what the page says while none has come. */
export interface PageTap {
  /** For example `mqtt://127.0.0.1:1884`. */
  readonly address: string;
  /** Where it forwards to. */
  readonly to: string;
  /** Why no program can connect to it now, in the user's language; absent while one can. */
  readonly refusal?: string | undefined;
}

/** A statement of the standard in our words; `key` is `version:id`, for example `5:MQTT-3.1.3-9`. */
export interface PageStatement {
  readonly key: string;
  /** For example `v5 [MQTT-3.1.3-9]`. */
  readonly label: string;
  readonly summary: string;
  readonly url: string;
}

export interface PageState {
  /** Every sentence and word of the page in the user's language, by key; includes the templates of facts (`fact.<code>`). */
  readonly strings: Readonly<Record<string, string>>;
  readonly statements: readonly PageStatement[];
  /** BCP 47, for times and numbers. */
  readonly locale: string;
  readonly entities: SessionChanges;
  readonly clients: readonly PageClient[];
  readonly taps?: readonly PageTap[] | undefined;
  readonly stats: TraceStats;
  /** The clock that the times of the trace come from, read when this was sent; the page may run on another machine. */
  readonly nowMs?: number | undefined;
  /** The trace does not go on, since it is that of a capture or its engine has ended: its time stands still at `nowMs`. */
  readonly stopped?: 'capture' | 'ended' | undefined;
  /** Set when the page should open with a notice. */
  readonly notice?: PageNotice | undefined;
}

/**
 * What the page says above the timeline until the user dismisses it. ended: the engine is being started again. failed: it is not.
 * restarted: it was, and knows nothing of the trace that is shown. captureEnded: that of a capture ended. captureNotes: what keeps
 * a capture from telling all.
 */
export interface PageNotice {
  readonly kind: 'engineEnded' | 'engineFailed' | 'engineRestarted' | 'captureEnded' | 'captureNotes';
  /** When the engine, or the capture, ended, in milliseconds since the Unix epoch: the trace stands still there. */
  readonly atMs: number;
  /** Whether what it saw was recorded to disk. */
  readonly recorded: boolean;
  /** Of `captureNotes`: sentences in the user's language. */
  readonly text?: string | undefined;
}

/** Commands that the page may ask the host to run, as the palette would. */
export type HostCommand = 'connect' | 'newProfile' | 'copyTapAddress' | 'restartEngine' | 'openRecorded';

/** Commands that the palette gives the page, so that the keyboard can do what the mouse can. */
export type PageCommand =
  | 'fit'
  | 'toggleLive'
  | 'zoomIn'
  | 'zoomOut'
  | 'focusFilter'
  | 'showPacket'
  | 'showWill'
  | 'showWhy';

export type ToPage =
  | { readonly type: 'state'; readonly state: PageState }
  | {
      readonly type: 'changes';
      readonly records?: RecordBatch | undefined;
      readonly entities: SessionChanges;
      readonly clients?: readonly PageClient[] | undefined;
      readonly taps?: readonly PageTap[] | undefined;
      readonly stats: TraceStats;
      readonly cleared?: true | undefined;
      /** As in `PageState`. */
      readonly nowMs?: number | undefined;
    }
  | { readonly type: 'notice'; readonly notice: PageNotice }
  | { readonly type: 'details'; readonly request: number; readonly details: RecordDetails | undefined }
  | { readonly type: 'failure'; readonly request: number; readonly message: string }
  | { readonly type: 'command'; readonly command: PageCommand }
  /** Selects an expectation and shows its Why. */
  | { readonly type: 'reveal'; readonly expectation: number }
  /** Selects a record and shows it, its time, and the lane of a Client. */
  | {
      readonly type: 'revealRecord';
      readonly seq: number;
      readonly atMs: number;
      readonly server: string;
      readonly clientId: string;
    }
  /** Selects an insight and shows its Why. */
  | { readonly type: 'revealInsight'; readonly insight: number };

export type FromPage =
  | { readonly type: 'ready' }
  /** Answered by `details` or `failure` with the same number. */
  | { readonly type: 'details'; readonly request: number; readonly seq: number }
  | {
      readonly type: 'action';
      readonly client: string;
      readonly connection?: number | undefined;
      readonly action: LaneAction;
    }
  | { readonly type: 'run'; readonly command: HostCommand }
  | { readonly type: 'openStatement'; readonly key: string }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'error'; readonly message: string };
