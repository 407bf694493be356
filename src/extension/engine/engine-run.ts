import { Worker } from 'node:worker_threads';
import type {
  CheckRunProgress,
  EngineChanges,
  EngineMethod,
  EngineMethods,
  EngineSnapshot,
  FromEngine,
  LogLevel,
  ScenarioProgress,
  ToEngine,
} from '../../engine/messages.ts';
import { assertNever } from '../../mqtt/assert-never.ts';
import { engineEnded, UserFailure } from '../errors.ts';

export interface EngineRunEvents {
  /** The whole state, once, before any change. */
  started(snapshot: EngineSnapshot): void;
  changes(changes: EngineChanges): void;
  scenario(progress: ScenarioProgress): void;
  check(progress: CheckRunProgress): void;
  log(level: LogLevel, message: string): void;
  /** Called once, when the worker is gone; `reason` is undefined when it was told to go. */
  ended(reason: string | undefined): void;
}

interface PendingRequest {
  readonly settle: (result: unknown) => void;
  readonly fail: (failure: UserFailure) => void;
}

/** One life of the engine's worker, from its start to its end. Requests that are under way when it ends fail. */
export class EngineRun {
  /** Resolves when the engine has given its state; fails when it ends before. */
  readonly ready: Promise<void>;
  readonly startedAtMs = Date.now();
  readonly #worker: Worker;
  readonly #events: EngineRunEvents;
  readonly #pending = new Map<number, PendingRequest>();
  readonly #gone: Promise<void>;
  #nextId = 1;
  #error: unknown;
  #leaving = false;
  #ended = false;

  constructor(workerPath: string, params: EngineMethods['start']['params'], events: EngineRunEvents) {
    this.#events = events;
    this.#worker = new Worker(workerPath, { name: 'mqtt-session-engine', stdout: true, stderr: true });
    this.#worker.stdout.on('data', (chunk: Buffer) => events.log('debug', chunk.toString().trimEnd()));
    this.#worker.stderr.on('data', (chunk: Buffer) => events.log('warn', chunk.toString().trimEnd()));
    this.#worker.on('message', (message: FromEngine) => this.#receive(message));
    this.#worker.on('messageerror', (error) => events.log('error', `Unreadable message: ${error.message}`));
    this.#worker.on('error', (error) => {
      this.#error = error;
    });
    this.#gone = new Promise((settle) => {
      this.#worker.once('exit', (code) => {
        this.#end(code);
        settle();
      });
    });
    this.ready = new Promise((settle, fail) => {
      // The state is adopted within the message's own turn, so that no change can overtake it.
      this.#send(
        'start',
        params,
        (result) => {
          events.started(result);
          settle();
        },
        fail,
      );
    });
    // Whoever waits for it sees the failure; nobody has to wait.
    this.ready.catch(() => {});
  }

  /** @throws {UserFailure} the engine's answer, or that it has ended */
  request<M extends EngineMethod>(
    method: M,
    params: EngineMethods[M]['params'],
  ): Promise<EngineMethods[M]['result']> {
    return new Promise((settle, fail) => this.#send(method, params, settle, fail));
  }

  /** Lets it close its connections in order, for at most `deadlineMs`, then ends it. */
  async leave(deadlineMs: number): Promise<void> {
    this.#leaving = true;
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((settle) => {
      timer = setTimeout(settle, deadlineMs);
    });
    const inOrder = this.request('shutdown', undefined).catch(() => {});
    await Promise.race([inOrder, this.#gone, deadline]);
    clearTimeout(timer);
    await this.#worker.terminate();
    await this.#gone;
  }

  /** Ends it as a crash would. */
  crash(): void {
    void this.#worker.terminate();
  }

  #send<M extends EngineMethod>(
    method: M,
    params: EngineMethods[M]['params'],
    settle: (result: EngineMethods[M]['result']) => void,
    fail: (failure: UserFailure) => void,
  ): void {
    if (this.#ended) {
      fail(engineEnded());
      return;
    }
    const id = this.#nextId++;
    this.#pending.set(id, { settle: (result) => settle(result as EngineMethods[M]['result']), fail });
    this.#worker.postMessage({ kind: 'request', id, method, params } as ToEngine);
  }

  #receive(message: FromEngine): void {
    switch (message.kind) {
      case 'result':
        this.#take(message.id)?.settle(message.result);
        break;
      case 'failure':
        this.#take(message.id)?.fail(new UserFailure(message.error));
        break;
      case 'changes':
        this.#events.changes(message.changes);
        break;
      case 'scenario':
        this.#events.scenario(message.progress);
        break;
      case 'check':
        this.#events.check(message.progress);
        break;
      case 'log':
        this.#events.log(message.level, message.message);
        break;
      default:
        assertNever(message);
    }
  }

  #take(id: number): PendingRequest | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #end(code: number): void {
    this.#ended = true;
    for (const pending of this.#pending.values()) pending.fail(engineEnded());
    this.#pending.clear();
    this.#events.ended(this.#leaving ? undefined : reasonOf(this.#error, code));
  }
}

function reasonOf(error: unknown, code: number): string {
  if (error instanceof Error) return error.message;
  return error === undefined ? `exit code ${code}` : String(error);
}
