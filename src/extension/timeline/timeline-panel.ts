import {
  commands,
  type Disposable,
  env,
  type LogOutputChannel,
  l10n,
  Uri,
  ViewColumn,
  type WebviewPanel,
  window,
  workspace,
} from 'vscode';
import type { EngineChanges } from '../../engine/messages.ts';
import { assertNever } from '../../mqtt/assert-never.ts';
import type {
  FromPage,
  HostCommand,
  LaneAction,
  PageCommand,
  PageNotice,
  ToPage,
} from '../../webview/messages.ts';
import { DisposableStore } from '../disposables.ts';
import type { EngineClient, EngineEnd } from '../engine/engine-client.ts';
import type { SessionState } from '../engine/session-state.ts';
import { userErrorOf } from '../errors.ts';
import { describeThrown } from '../log.ts';
import { pageHtml } from './page-html.ts';
import { findPageStatement, pageClients, pageState, pageTaps } from './page-state.ts';
import { RecordFeed } from './record-feed.ts';

export const timelineViewType = 'mqttSession.timeline';

const noEntities = { connections: [], sessions: [], wills: [], expectations: [], insights: [] };

const actionCommands: Readonly<Record<LaneAction, string>> = {
  connect: 'mqttSession.connect',
  disconnect: 'mqttSession.disconnect',
  disconnectWithWill: 'mqttSession.disconnectWithWill',
  drop: 'mqttSession.drop',
  close: 'mqttSession.close',
  freeze: 'mqttSession.freeze',
  resume: 'mqttSession.resume',
  startClean: 'mqttSession.startClean',
  takeOver: 'mqttSession.takeOver',
  'fault.cut': 'mqttSession.fault.cut',
  'fault.close': 'mqttSession.fault.close',
  'fault.freeze': 'mqttSession.fault.freeze',
  'fault.delay': 'mqttSession.fault.delay',
  'fault.bandwidth': 'mqttSession.fault.bandwidth',
  'fault.dropDisconnect': 'mqttSession.fault.dropDisconnect',
  'fault.dropPingresp': 'mqttSession.fault.dropPingresp',
  'fault.clear': 'mqttSession.fault.clear',
  'fault.addRule': 'mqttSession.fault.addRule',
};

const hostCommands: Readonly<Record<HostCommand, string>> = {
  connect: 'mqttSession.connect',
  newProfile: 'mqttSession.newProfileFile',
  restartEngine: 'mqttSession.restartEngine',
  openRecorded: 'mqttSession.openRecorded',
  copyTapAddress: 'mqttSession.copyTapAddress',
};

/** A page whose trace is that of a capture, in an editor of its own. */
export interface CapturePlace {
  /** Up to when the capture was read, in milliseconds since the Unix epoch: what is now for the page. */
  readonly nowMs: () => number;
}

/** The timeline: one page at most, which lives on while it is hidden. */
export class TimelinePanel implements Disposable {
  readonly #extensionUri: Uri;
  readonly #log: LogOutputChannel;
  readonly #engine: EngineClient;
  readonly #state: SessionState;
  readonly #feed: RecordFeed;
  readonly #store = new DisposableStore();
  #panel: WebviewPanel | undefined;
  /** The page has said `ready`. */
  #ready = false;
  /** What it is to be told once it is ready. */
  #waiting: ToPage[] = [];
  #openedByItself = false;

  /** What is said of the engine that has ended, while its state is shown. */
  #notice: PageNotice | undefined;
  readonly #capture: CapturePlace | undefined;
  readonly #hasRecording: () => boolean;

  /** `hasRecording` says whether what the engine that ended last saw was recorded to disk. */
  constructor(
    extensionUri: Uri,
    log: LogOutputChannel,
    engine: EngineClient,
    state: SessionState,
    { capture, hasRecording }: { capture?: CapturePlace; hasRecording?: () => boolean } = {},
  ) {
    this.#capture = capture;
    this.#hasRecording = hasRecording ?? (() => false);
    this.#extensionUri = extensionUri;
    this.#log = log;
    this.#engine = engine;
    this.#state = state;
    this.#feed = new RecordFeed({
      request: (method, params) => engine.request(method, params),
      available: () => engine.status === 'running' && !state.stale,
      send: (records) =>
        this.#post({
          type: 'changes',
          records,
          entities: noEntities,
          stats: state.stats,
          nowMs: this.#nowMs(),
        }),
    });
    this.#store.add(engine.onDidReceiveChanges((changes) => this.#forward(changes)));
    this.#store.add(engine.onDidEnd((end) => this.#engineEnded(end)));
    this.#store.add(engine.onDidStart(() => this.#engineStarted()));
    this.#store.add(state.onDidReset(() => this.#sendState()));
    if (capture !== undefined) return;
    this.#store.add(
      window.registerWebviewPanelSerializer(timelineViewType, {
        deserializeWebviewPanel: async (panel: WebviewPanel) => this.adopt(panel),
      }),
    );
  }

  open({ preserveFocus }: { readonly preserveFocus: boolean }): void {
    if (this.#panel !== undefined) {
      this.#panel.reveal(undefined, preserveFocus);
      return;
    }
    this.adopt(
      window.createWebviewPanel(
        timelineViewType,
        l10n.t('MQTT Sessions'),
        { viewColumn: ViewColumn.Beside, preserveFocus },
        { retainContextWhenHidden: true },
      ),
    );
  }

  /** Once in a window's life, and only if the settings say so: whoever closed it does not want it back. */
  openAtFirstConnection(): void {
    if (this.#openedByItself) return;
    this.#openedByItself = true;
    if (this.#panel !== undefined) return;
    const wanted = workspace.getConfiguration('mqttSession').get('timeline.openOnConnect', true);
    if (wanted) this.open({ preserveFocus: true });
  }

  /** Passes a command of the palette on to the page; does nothing when there is none. */
  command(command: PageCommand): void {
    if (this.#capture === undefined) this.#post({ type: 'command', command });
    else this.#tell({ type: 'command', command });
  }

  /** Says what keeps the capture that is shown from telling all, until the user dismisses it. */
  noteOnCapture(text: string): void {
    const notice = { kind: 'captureNotes', atMs: this.#nowMs(), recorded: false, text } as const;
    this.#tell({ type: 'notice', notice });
  }

  /** Opens the page if need be, and shows the Why of an expectation. */
  reveal(expectation: number): void {
    this.open({ preserveFocus: false });
    this.#tell({ type: 'reveal', expectation });
  }

  /** Opens the page if need be, and shows one record in the lane of a Client. */
  revealRecord(record: {
    readonly seq: number;
    readonly atMs: number;
    readonly server: string;
    readonly clientId: string;
  }): void {
    this.open({ preserveFocus: false });
    this.#tell({ type: 'revealRecord', ...record });
  }

  /** As `reveal`, for an insight. */
  revealInsight(insight: number): void {
    this.open({ preserveFocus: false });
    this.#tell({ type: 'revealInsight', insight });
  }

  dispose(): void {
    this.#panel?.dispose();
    this.#store.dispose();
  }

  /** Makes `panel` the page. */
  adopt(panel: WebviewPanel): void {
    // A window that was reloaded brings its panel back; a second one would show the same.
    this.#panel?.dispose();
    this.#panel = panel;
    this.#ready = false;
    const dist = Uri.joinPath(this.#extensionUri, 'dist');
    panel.iconPath = Uri.joinPath(this.#extensionUri, 'media', 'timeline.svg');
    panel.webview.options = { enableScripts: true, localResourceRoots: [dist] };
    panel.webview.onDidReceiveMessage((message: FromPage) => this.#receive(message));
    panel.onDidChangeViewState(() => this.#feed.setWanted(this.#ready && panel.visible));
    panel.onDidDispose(() => {
      if (this.#panel !== panel) return;
      this.#panel = undefined;
      this.#ready = false;
      this.#waiting = [];
      this.#feed.setWanted(false);
    });
    panel.webview.html = pageHtml(panel.webview, dist);
  }

  #receive(message: FromPage): void {
    switch (message.type) {
      case 'ready':
        this.#pageReady();
        break;
      case 'details':
        void this.#answerDetails(message.request, message.seq);
        break;
      case 'action':
        void commands.executeCommand(actionCommands[message.action], {
          client: message.client,
          connection: message.connection,
        });
        break;
      case 'run':
        void commands.executeCommand(hostCommands[message.command]);
        break;
      case 'openStatement':
        this.#openStatement(message.key);
        break;
      case 'copy':
        void env.clipboard.writeText(message.text);
        break;
      case 'error':
        this.#log.error(`Timeline: ${message.message}`);
        break;
      default:
        assertNever(message);
    }
  }

  #pageReady(): void {
    this.#ready = true;
    this.#sendState();
    this.#feed.setWanted(this.#panel?.visible ?? false);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) this.#post(message);
  }

  #sendState(): void {
    if (!this.#ready) return;
    if (!this.#state.stale) this.#notice = undefined;
    const state = pageState(this.#state, this.#nowMs(), this.#notice);
    this.#post({
      type: 'state',
      state: this.#capture === undefined ? state : { ...state, stopped: 'capture' },
    });
    this.#feed.restart();
  }

  /** While the state of an ended engine is shown, the first changes of the next one come as a new state instead. */
  #forward(changes: EngineChanges): void {
    if (!this.#ready || this.#state.stale) return;
    const { records, entities, stats, cleared } = changes;
    const acting =
      changes.taps !== undefined ||
      changes.clients.length + entities.sessions.length + entities.connections.length > 0;
    this.#post({
      type: 'changes',
      ...(records !== undefined && this.#feed.accepts(records) ? { records } : {}),
      entities,
      ...(acting || cleared ? { clients: pageClients(this.#state) } : {}),
      ...(changes.taps === undefined ? {} : { taps: pageTaps(this.#state) }),
      stats,
      nowMs: this.#nowMs(),
      ...(cleared ? { cleared } : {}),
    });
  }

  #engineEnded({ restartInMs }: EngineEnd): void {
    this.#feed.engineEnded();
    const live = restartInMs === undefined ? 'engineFailed' : 'engineEnded';
    this.#say({
      kind: this.#capture === undefined ? live : 'captureEnded',
      atMs: this.#state.timeOf(this.#nowMs()),
      recorded: this.#capture === undefined && this.#hasRecording(),
    });
    const { connections, expectations, stats } = this.#state;
    this.#post({
      type: 'changes',
      entities: {
        ...noEntities,
        connections: [...connections.values()],
        expectations: [...expectations.values()].filter(({ leftOpen }) => leftOpen === true),
      },
      clients: pageClients(this.#state),
      stats,
    });
  }

  #engineStarted(): void {
    if (this.#state.stale && this.#notice !== undefined && this.#capture === undefined)
      this.#say({ ...this.#notice, kind: 'engineRestarted' });
  }

  /** A page that is not there yet hears of it with the state. */
  #say(notice: PageNotice): void {
    this.#notice = notice;
    this.#post({ type: 'notice', notice });
  }

  async #answerDetails(request: number, seq: number): Promise<void> {
    try {
      if (this.#state.stale) throw new Error(this.#goneWords());
      const details = await this.#engine.request('details', { seq });
      this.#post({ type: 'details', request, details });
    } catch (thrown) {
      this.#log.debug(describeThrown(thrown));
      this.#post({ type: 'failure', request, message: userErrorOf(thrown).message });
    }
  }

  #goneWords(): string {
    return this.#notice?.recorded === true
      ? l10n.t('The engine that held this record has ended. What was recorded has it.')
      : l10n.t('The engine that held this record has ended.');
  }

  #nowMs(): number {
    return this.#capture?.nowMs() ?? Date.now();
  }

  #openStatement(key: string): void {
    const statement = findPageStatement(key);
    if (statement !== undefined) void env.openExternal(Uri.parse(statement.url));
  }

  #tell(message: ToPage): void {
    if (this.#ready) this.#post(message);
    else this.#waiting.push(message);
  }

  #post(message: ToPage): void {
    if (this.#ready) void this.#panel?.webview.postMessage(message);
  }
}
