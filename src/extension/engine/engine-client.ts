import { type Disposable, EventEmitter, type LogOutputChannel } from 'vscode';
import type {
  CheckRunProgress,
  EngineChanges,
  EngineMethod,
  EngineMethods,
  EngineSnapshot,
  ScenarioProgress,
} from '../../engine/messages.ts';
import type { EngineStatus } from '../api.ts';
import { engineEnded } from '../errors.ts';
import { logAt } from '../log.ts';
import { EngineRun } from './engine-run.ts';
import { RestartCounter } from './restart-policy.ts';

/** How long the engine may take to close its connections when VS Code ends. */
const leaveDeadlineMs = 1_500;

export interface EngineEnd {
  readonly reason: string;
  /** Undefined when it will not be started again without the user. */
  readonly restartInMs: number | undefined;
}

/**
 * The engine as the rest of the host sees it: it starts at the first request, and when its worker ends by itself it is
 * started again, a bounded number of times.
 */
export class EngineClient implements Disposable {
  readonly #started = new EventEmitter<EngineSnapshot>();
  readonly #changes = new EventEmitter<EngineChanges>();
  readonly #scenario = new EventEmitter<ScenarioProgress>();
  readonly #check = new EventEmitter<CheckRunProgress>();
  readonly #ended = new EventEmitter<EngineEnd>();
  readonly #statusChanged = new EventEmitter<EngineStatus>();
  /** A worker has started, with this state. */
  readonly onDidStart = this.#started.event;
  readonly onDidReceiveChanges = this.#changes.event;
  /** A run of a scenario goes on. */
  readonly onDidScenarioStep = this.#scenario.event;
  /** A behaviour check goes on. */
  readonly onDidCheckProgress = this.#check.event;
  /** The worker ended by itself. */
  readonly onDidEnd = this.#ended.event;
  readonly onDidChangeStatus = this.#statusChanged.event;

  readonly #workerPath: string;
  readonly #startParams: () => EngineMethods['start']['params'];
  readonly #log: LogOutputChannel;
  readonly #restarts = new RestartCounter();
  #run: EngineRun | undefined;
  #restartTimer: NodeJS.Timeout | undefined;
  #status: EngineStatus = 'idle';
  #disposed = false;

  /** `startParams` is asked at each start. */
  constructor(
    workerPath: string,
    startParams: () => EngineMethods['start']['params'],
    log: LogOutputChannel,
  ) {
    this.#workerPath = workerPath;
    this.#startParams = startParams;
    this.#log = log;
  }

  get status(): EngineStatus {
    return this.#status;
  }

  /**
   * Starts the engine if it does not run.
   * @throws {UserFailure} the engine's answer, or that it has ended
   */
  async request<M extends EngineMethod>(
    method: M,
    params: EngineMethods[M]['params'],
  ): Promise<EngineMethods[M]['result']> {
    if (this.#disposed) throw engineEnded();
    const run = this.#run ?? this.#start();
    await run.ready;
    return run.request(method, params);
  }

  /** Starts it now, also after it ended too often. */
  restart(): Promise<void> {
    this.#restarts.reset();
    return (this.#run ?? this.#start()).ready;
  }

  /** Ends the worker as a crash would; nothing happens when it does not run. */
  crash(): void {
    this.#run?.crash();
  }

  /** Closes its connections in order and ends it. */
  async leave(): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#restartTimer);
    await this.#run?.leave(leaveDeadlineMs);
  }

  dispose(): void {
    void this.leave();
    this.#started.dispose();
    this.#changes.dispose();
    this.#scenario.dispose();
    this.#check.dispose();
    this.#ended.dispose();
    this.#statusChanged.dispose();
  }

  #start(): EngineRun {
    clearTimeout(this.#restartTimer);
    this.#log.info('Starting the engine.');
    const run = new EngineRun(this.#workerPath, this.#startParams(), {
      started: (snapshot) => {
        this.#setStatus('running');
        this.#started.fire(snapshot);
      },
      changes: (changes) => this.#changes.fire(changes),
      scenario: (progress) => this.#scenario.fire(progress),
      check: (progress) => this.#check.fire(progress),
      log: (level, message) => logAt(this.#log, level, message),
      ended: (reason) => this.#runEnded(run, reason),
    });
    this.#run = run;
    return run;
  }

  #runEnded(run: EngineRun, reason: string | undefined): void {
    if (this.#run === run) this.#run = undefined;
    if (reason === undefined || this.#disposed) return;
    const restartInMs = this.#restarts.next(Date.now() - run.startedAtMs);
    this.#log.error(`The engine ended by itself: ${reason}`);
    this.#setStatus(restartInMs === undefined ? 'failed' : 'restarting');
    if (restartInMs !== undefined) this.#restartTimer = setTimeout(() => this.#start(), restartInMs);
    this.#ended.fire({ reason, restartInMs });
  }

  #setStatus(status: EngineStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    this.#statusChanged.fire(status);
  }
}
