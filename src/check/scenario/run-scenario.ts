/** Runs one scenario: a step begins as soon as what the one before waits for has happened. */
import { NetError } from '../../net/client/net-error.ts';
import type { Cancel } from '../../net/clock.ts';
import type { ScenarioStep } from '../../profile/scenarios.ts';
import { type Action, Actors } from './actors.ts';
import { answerText } from './answer-text.ts';
import { Evidence } from './evidence.ts';
import { expectedOf } from './expected.ts';
import { type Expectation, isExpectation, judge } from './judge.ts';
import { type Decided, decided, isDecided, say } from './judgement.ts';
import { withPrograms } from './programs.ts';
import { outcomeOf, type ScenarioReport, type StepResult } from './report.ts';
import type { ScenarioConnection } from './scenario-connection.ts';
import { UnseenWills } from './unseen-wills.ts';
import type { ScenarioEvents, ScenarioToRun, ScenarioWorld, WillObservers } from './world.ts';

/** Resolves with what came of it, also when `signal` cancels it. Rejects only for a fault of ours. */
export function runScenario(
  run: ScenarioToRun,
  world: ScenarioWorld,
  events: ScenarioEvents,
  signal: AbortSignal,
): Promise<ScenarioReport> {
  return new Run(run, world, events, signal).play();
}

/** What was decided, when, and by which records. */
type Found = Decided & { readonly decidedAtMs: number; readonly atSeq: number };

/** A program whose tap could not listen: nothing can be tried then. */
type Deaf = Awaited<ReturnType<Actors['listen']>>;

class Run {
  readonly #run: ScenarioToRun;
  readonly #world: ScenarioWorld;
  readonly #events: ScenarioEvents;
  readonly #signal: AbortSignal;
  readonly #evidence: Evidence;
  readonly #actors: Actors;
  readonly #observers: WillObservers | undefined;
  readonly #unseen: UnseenWills | undefined;
  /** A Server has not answered an observer in time. */
  #isUnanswered = false;

  constructor(run: ScenarioToRun, world: ScenarioWorld, events: ScenarioEvents, signal: AbortSignal) {
    this.#run = { ...run, steps: withPrograms(run.steps) };
    this.#world = world;
    this.#events = events;
    this.#signal = signal;
    this.#observers = world.observe(({ connection }) => {
      const client = this.#evidence.connection(connection)?.profile;
      return client === undefined ? undefined : this.#actors.sourceOf(client);
    });
    this.#unseen =
      this.#observers &&
      new UnseenWills(this.#observers, (connection) => this.#evidence.showsWill(connection));
    this.#evidence = new Evidence(this.#unseen);
    this.#actors = new Actors(this.#run, world, (...args) => this.#evidence.register(...args));
  }

  async play(): Promise<ScenarioReport> {
    const { clock } = this.#world;
    const startedAtMs = clock.now();
    const unfollow = this.#world.follow(this.#evidence);
    const steps: StepResult[] = [];
    try {
      await this.#clean(this.#signal);
      const deaf = await this.#actors.listen();
      let going = true;
      for (const [index, step] of this.#run.steps.entries()) {
        const result: StepResult =
          going && !this.#signal.aborted ? await this.#step(index, step, deaf) : notReached(index, step);
        steps.push(result);
        this.#events.result(result);
        going &&= result.outcome === 'passed' || result.outcome === 'undecided';
        if (going) await this.#watched();
      }
    } finally {
      unfollow();
      this.#observers?.dispose();
      await this.#actors.close();
    }
    const durationMs = clock.now() - startedAtMs;
    await this.#clean();
    const outcome = outcomeOf(steps, this.#signal.aborted);
    const clients = this.#actors.views();
    return { scenario: this.#run.name, outcome, startedAtMs, durationMs, steps, clients };
  }

  /** What other runs have left must not meet this one, and what this one leaves must not meet others. */
  async #clean(signal?: AbortSignal): Promise<void> {
    try {
      await this.#actors.clearSessions(signal);
    } catch (error) {
      if (!(error instanceof NetError)) throw error;
      // A Server that cannot be reached is what the first step tells.
      this.#world.log('info', `${this.#run.name}: Sessions could not be cleared: ${error.message}`);
    }
  }

  /** What the next step does may make a will due: whoever watches for it is to be subscribed by then. */
  async #watched(): Promise<void> {
    if (this.#observers === undefined || this.#isUnanswered || this.#signal.aborted) return;
    this.#unseen?.look();
    const settled = new AbortController();
    void this.#observers.settled().then(() => settled.abort());
    // Longer than for CONNACK no Server is waited for; one that is silent for so long is not waited for again.
    const waitMs = Math.max(0, ...this.#run.profiles.map(({ connectTimeoutMs }) => connectTimeoutMs));
    const untilMs = this.#world.clock.now() + waitMs;
    this.#isUnanswered = await this.#pause(untilMs, AbortSignal.any([this.#signal, settled.signal]));
  }

  async #step(index: number, step: ScenarioStep, deaf: Deaf): Promise<StepResult> {
    const { clock } = this.#world;
    this.#events.step(index);
    const startedAtMs = clock.now();
    const before = this.#evidence.lastSeq;
    const found =
      deaf === undefined
        ? await this.#find(step, startedAtMs, before)
        : this.#found(decided('failed', say('notListening', deaf)));
    if (found === undefined) return { ...notReached(index, step), observed: say('cancelled') };
    return {
      index,
      ...found,
      startedAtMs,
      durationMs: found.decidedAtMs - startedAtMs,
      expected: expectedOf(step),
    };
  }

  /** Undefined when the run was cancelled meanwhile. */
  async #find(step: ScenarioStep, startedAtMs: number, before: number): Promise<Found | undefined> {
    if (isExpectation(step)) return this.#await(step, startedAtMs);
    if (step.do === 'wait') {
      const passed = await this.#pause(startedAtMs + step.forMs);
      return passed ? this.#found(decided('passed', say('done'))) : undefined;
    }
    const done = await this.#act(step, startedAtMs, before);
    return done && this.#found(done);
  }

  #found(what: Decided): Found {
    return { ...what, decidedAtMs: this.#world.clock.now(), atSeq: this.#evidence.lastSeq };
  }

  async #act(step: Action, startedAtMs: number, before: number): Promise<Decided | undefined> {
    try {
      const refused = await this.#unlessCancelled(this.#actors.act(step));
      if (this.#signal.aborted) return undefined;
      const seqs = this.#since(step, before);
      if (refused === 'held') {
        return decided(
          'undecided',
          say('answerHeld', { forMs: this.#world.clock.now() - startedAtMs }),
          seqs,
        );
      }
      if (isRefusalExpected(step)) return decided('failed', say('acceptedNonetheless'), seqs);
      if (refused === undefined) return decided('passed', say('done'), seqs);
      return decided('failed', say('refused', { reason: this.#reasonOf(step, refused) }), seqs);
    } catch (error) {
      if (this.#signal.aborted) return undefined;
      if (!(error instanceof NetError)) throw error;
      const because = this.#causeOf(step, error, before);
      if (because !== undefined) return because;
      const message = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
      return decided('failed', say('failed', { message }), this.#since(step, before));
    }
  }

  /** What a failure comes to that is expected, or that a fault of the scenario has brought about. */
  #causeOf(step: Action, error: NetError, before: number): Decided | undefined {
    const last = this.#evidence.connectionsOf(step.client).at(-1);
    const seqs = [...this.#since(step, before), last?.closed?.seq];
    const byFault = last?.closed?.end.detail === 'fault';
    if (isRefusalExpected(step)) {
      if (last === undefined || last.openedSeq <= before) return undefined;
      const { connack } = last;
      if (connack !== undefined && connack.reasonCode !== 0) {
        return decided('passed', say('refused', { reason: connackText(last, connack.reasonCode) }), seqs);
      }
      if (byFault) return decided('passed', say('refusedByFault'), seqs);
      const silent = unanswered.has(error.code) && this.#actors.isFaulted(step.client);
      return silent ? decided('passed', say('noAnswerByFault'), seqs) : undefined;
    }
    const asks = step.do === 'publish' || step.do === 'subscribe' || step.do === 'unsubscribe';
    return asks && byFault ? decided('undecided', say('answerLost'), seqs) : undefined;
  }

  /** The records that an action rests on: CONNECT and CONNACK, or the newest one that came of it. */
  #since(step: Action, before: number): readonly (number | undefined)[] {
    const last = this.#evidence.connectionsOf(step.client).at(-1);
    if (last !== undefined && last.openedSeq > before) {
      return [last.openedSeq, last.connectSeq, last.connack?.seq];
    }
    return last !== undefined && last.lastSeq > before ? [last.lastSeq] : [];
  }

  #reasonOf(step: Action, reasonCode: number): string {
    const packet = step.do === 'publish' ? 'puback' : step.do === 'subscribe' ? 'suback' : 'unsuback';
    const version = this.#evidence.connectionsOf(step.client).at(-1)?.connect?.version ?? 5;
    return answerText(packet, version, reasonCode);
  }

  /** Looks again after each record, and when time alone decides. Undefined when the run was cancelled. */
  #await(step: Expectation, sinceMs: number): Promise<Found | undefined> {
    const { clock } = this.#world;
    const evidence = this.#evidence;
    return new Promise((settle, fail) => {
      let timer: { readonly atMs: number; readonly cancel: Cancel } | undefined;
      let queued = false;
      let over = false;
      const finish = (found: Found | undefined): void => {
        over = true;
        timer?.cancel();
        evidence.onRecord = () => {};
        this.#signal.removeEventListener('abort', cancelled);
        settle(found);
      };
      const cancelled = (): void => finish(undefined);
      const look = (): void => {
        queued = false;
        if (over) return;
        try {
          const nowMs = clock.now();
          evidence.advance(nowMs);
          const judgement = judge(step, sinceMs, evidence, nowMs);
          if (isDecided(judgement)) {
            finish({ ...judgement, decidedAtMs: nowMs, atSeq: evidence.lastSeq });
            return;
          }
          const { untilMs } = judgement;
          if (timer?.atMs === untilMs) return;
          timer?.cancel();
          // What has come by then is read first.
          timer = { atMs: untilMs, cancel: clock.schedule(untilMs, () => setImmediate(look)) };
        } catch (error) {
          fail(error);
          finish(undefined);
        }
      };
      evidence.onRecord = () => {
        if (queued) return;
        queued = true;
        queueMicrotask(look);
      };
      this.#signal.addEventListener('abort', cancelled);
      look();
    });
  }

  /** Whether the time has passed before that signal: that the run is cancelled, unless another is given. */
  #pause(untilMs: number, signal = this.#signal): Promise<boolean> {
    return new Promise((settle) => {
      const done = (passed: boolean) => (): void => {
        cancel();
        signal.removeEventListener('abort', cancelled);
        settle(passed);
      };
      const cancelled = done(false);
      const cancel = this.#world.clock.schedule(untilMs, done(true));
      signal.addEventListener('abort', cancelled);
    });
  }

  /** Ends the connections when the run is cancelled, so that nothing is waited for. */
  async #unlessCancelled<T>(work: Promise<T>): Promise<T | undefined> {
    let cancelled = (): void => {};
    const abort = new Promise<undefined>((settle) => {
      cancelled = () => {
        this.#actors.dispose();
        settle(undefined);
      };
    });
    if (this.#signal.aborted) cancelled();
    this.#signal.addEventListener('abort', cancelled);
    try {
      return await Promise.race([work, abort]);
    } finally {
      this.#signal.removeEventListener('abort', cancelled);
      work.catch(() => {});
    }
  }
}

/** No CONNACK, or no connection, in time. */
const unanswered: ReadonlySet<string> = new Set(['no-connack', 'connect-timeout']);

function isRefusalExpected(step: Action): boolean {
  return (step.do === 'connect' || step.do === 'takeOver') && step.refused === true;
}

/** `CONNACK 0x87 (Not authorized)`. */
function connackText({ connect }: ScenarioConnection, reasonCode: number): string {
  return answerText('connack', connect?.version ?? 5, reasonCode);
}

function notReached(index: number, step: ScenarioStep): StepResult {
  return {
    index,
    outcome: 'not-reached',
    durationMs: 0,
    expected: expectedOf(step),
    facts: [],
    seqs: [],
    atSeq: 0,
  };
}
