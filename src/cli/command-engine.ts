import { Engine } from '../engine/engine.ts';
import type {
  EngineChanges,
  EngineMethod,
  EngineMethods,
  FromEngine,
  LogLevel,
  ScenarioProgress,
  ToEngine,
} from '../engine/messages.ts';
import { systemClock } from '../net/clock.ts';
import { CommandError } from './errors.ts';

export interface CommandEngineEvents {
  changes?(changes: EngineChanges): void;
  scenario?(progress: ScenarioProgress): void;
  log?(level: LogLevel, message: string): void;
}

/** The engine, in the process of a command. */
export class CommandEngine {
  readonly #engine: Engine;
  readonly #events: CommandEngineEvents;
  readonly #pending = new Map<number, (message: FromEngine) => void>();
  #nextId = 1;

  constructor(events: CommandEngineEvents = {}) {
    this.#events = events;
    this.#engine = new Engine({ clock: systemClock, post: (message) => this.#receive(message) });
  }

  /** @throws CommandError with what the engine answered */
  request<M extends EngineMethod>(
    method: M,
    params: EngineMethods[M]['params'],
  ): Promise<EngineMethods[M]['result']> {
    const id = this.#nextId++;
    return new Promise((settle, fail) => {
      this.#pending.set(id, (message) => {
        if (message.kind === 'result') settle(message.result as EngineMethods[M]['result']);
        else if (message.kind === 'failure') {
          const { message: what, hint } = message.error;
          fail(new CommandError(hint === undefined ? what : `${what} ${hint}`));
        }
      });
      void this.#engine.handle({ kind: 'request', id, method, params } as ToEngine);
    });
  }

  #receive(message: FromEngine): void {
    switch (message.kind) {
      case 'result':
      case 'failure':
        this.#pending.get(message.id)?.(message);
        this.#pending.delete(message.id);
        return;
      case 'scenario':
        this.#events.scenario?.(message.progress);
        return;
      case 'changes':
        this.#events.changes?.(message.changes);
        return;
      case 'log':
        this.#events.log?.(message.level, message.message);
        return;
      default:
    }
  }
}
