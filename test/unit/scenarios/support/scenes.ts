/** Runs the scenarios of a profile file as the extension does: parsed, resolved, played by an engine in this thread over real sockets. */
import { Engine } from '../../../../src/engine/engine.ts';
import type {
  EngineMethod,
  EngineMethods,
  FromEngine,
  ScenarioProgress,
  ScenarioReport,
  StepResult,
  ToEngine,
} from '../../../../src/engine/messages.ts';
import { type Clock, systemClock } from '../../../../src/net/clock.ts';
import { parseWithScenarios } from '../../../../src/profile/parse.ts';
import type { Lookup } from '../../../../src/profile/resolve.ts';
import { resolveScenario } from '../../../../src/profile/resolve-scenario.ts';
import { type ScenarioWord, tellFact, tellSentence } from '../../../../src/profile/scenario-words.ts';

export class Scenes {
  readonly engine: Engine;
  readonly logs: string[] = [];
  readonly progress: ScenarioProgress[] = [];
  /** Where certificates for programs are kept. */
  certificateFolder: string | undefined;
  readonly #answers = new Map<number, (message: FromEngine) => void>();
  #nextId = 1;

  /** `observers`: whether wills that no Client of a scenario would see are watched for. */
  constructor(clock: Clock = systemClock, observers = false) {
    this.engine = new Engine({ clock, post: (message) => this.#receive(message) });
    void this.request('observe', { on: observers });
  }

  request<M extends EngineMethod>(
    method: M,
    params: EngineMethods[M]['params'],
  ): Promise<EngineMethods[M]['result']> {
    const id = this.#nextId++;
    const answered = new Promise<EngineMethods[M]['result']>((resolve, reject) => {
      this.#answers.set(id, (message) => {
        if (message.kind === 'result') resolve(message.result as EngineMethods[M]['result']);
        else if (message.kind === 'failure')
          reject(new Error(`${message.error.code}: ${message.error.message}`));
      });
    });
    void this.engine.handle({ kind: 'request', id, method, params } as ToEngine);
    return answered;
  }

  /** Runs a scenario of a profile file. */
  async run(
    text: string,
    name: string,
    lookup: Lookup = () => undefined,
    run = name,
  ): Promise<ScenarioReport> {
    const { file, scenarios } = parseWithScenarios(text, 'test.mqtt.yaml');
    const scenario = scenarios.find((each) => each.name === name);
    const errors = file.diagnostics.filter(({ severity }) => severity === 'error');
    if (scenario?.usable !== true) throw new Error(`${name} cannot be run: ${JSON.stringify(errors)}`);
    const resolved = await resolveScenario(scenario, file.profiles, lookup);
    if (!resolved.ok) throw new Error(JSON.stringify(resolved.errors));
    const { steps, profiles } = resolved;
    return this.request('runScenario', {
      run,
      scenario: name,
      steps,
      profiles,
      folder: '/',
      sandbox: file.sandbox,
      certificateFolder: this.certificateFolder,
    });
  }

  async stop(): Promise<void> {
    await this.request('shutdown', undefined);
  }

  #receive(message: FromEngine): void {
    switch (message.kind) {
      case 'result':
      case 'failure':
        this.#answers.get(message.id)?.(message);
        this.#answers.delete(message.id);
        return;
      case 'scenario':
        this.progress.push(message.progress);
        return;
      case 'log':
        this.logs.push(`${message.level}: ${message.message}`);
        return;
      default:
    }
  }
}

/** A step as lines: its outcome, what it expected, what was observed and why. Times that were measured are left out. */
export function linesOf({ outcome, expected, observed, facts }: StepResult): string {
  const seen = observed === undefined ? '' : `\n    ${tellSentence(timeless(observed))}`;
  const because = facts.map((fact) => `\n      ${tellFact(timeless(fact))}`).join('');
  return `  ${outcome}: ${tellSentence(expected)}${seen}${because}`;
}

function timeless<
  T extends { readonly code: string; readonly params: Readonly<Record<string, string | number>> },
>(told: T): T {
  const params = Object.fromEntries(
    Object.entries(told.params).map(([name, value]) => [name, name.endsWith('Ms') ? '(time)' : value]),
  );
  return { ...told, code: sameAs[told.code] ?? told.code, params };
}

/** Whether it comes before its step begins or right after is a matter of time. */
const sameAs: Readonly<Record<string, ScenarioWord>> = {
  messageCameBefore: 'messageCame',
  closedBefore: 'closedBy',
};
