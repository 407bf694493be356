import { setImmediate } from 'node:timers/promises';
import { Engine } from '../../../../src/engine/engine.ts';
import type {
  ClientView,
  EngineChanges,
  EngineMethod,
  EngineMethods,
  FromEngine,
  SandboxView,
  TapView,
  ToEngine,
  UserError,
} from '../../../../src/engine/messages.ts';
import type { ConnectionProfile, SandboxSettings } from '../../../../src/profile/model.ts';
import type {
  ConnectionView,
  ExpectationView,
  InsightView,
  SessionChanges,
  SessionView,
  WillView,
} from '../../../../src/session/model.ts';
import type { RecordBatch, RecordDetails } from '../../../../src/trace/model.ts';
import { plainProfile } from '../../net/support/bench.ts';
import { ManualClock } from '../../support/manual-clock.ts';

export const plainSandbox: SandboxSettings = { deny: [], users: [] };

/** The profile file of these tests. */
export const file = 'file:///work/demo.mqtt.yaml';

/** What the engine answered with. */
export class Refused extends Error {
  readonly error: UserError;

  constructor(error: UserError) {
    super(error.hint === undefined ? error.message : `${error.message} ${error.hint}`);
    this.error = error;
  }
}

/** A host around an engine in the same thread: its sockets are real, its time is moved by the test. */
export class TestHost {
  readonly clock = new ManualClock();
  readonly posted: FromEngine[] = [];
  readonly logs: string[] = [];
  readonly batches: RecordBatch[] = [];
  readonly changes: EngineChanges[] = [];
  readonly clients = new Map<string, ClientView>();
  readonly connections = new Map<number, ConnectionView>();
  readonly sessions = new Map<number, SessionView>();
  readonly wills = new Map<number, WillView>();
  readonly expectations = new Map<number, ExpectationView>();
  readonly insights = new Map<number, InsightView>();
  sandboxes: readonly SandboxView[] = [];
  taps: readonly TapView[] = [];
  readonly engine: Engine;
  readonly #answers = new Map<number, (message: FromEngine) => void>();
  #nextId = 1;

  constructor() {
    this.engine = new Engine({
      clock: this.clock,
      notifyEveryMs: 0,
      post: (message) => this.#receive(message),
    });
  }

  /** Without observers, unless the test is about them. */
  static async start(byteBudget = 16 * 1024 * 1024, observers = false): Promise<TestHost> {
    const host = new TestHost();
    const snapshot = await host.request('start', { byteBudget, observers });
    host.#adopt(snapshot.entities);
    return host;
  }

  request<M extends EngineMethod>(
    method: M,
    params: EngineMethods[M]['params'],
  ): Promise<EngineMethods[M]['result']> {
    const id = this.#nextId;
    this.#nextId += 1;
    const answered = new Promise<EngineMethods[M]['result']>((resolve, reject) => {
      this.#answers.set(id, (message) => {
        if (message.kind === 'result') resolve(message.result as EngineMethods[M]['result']);
        else if (message.kind === 'failure') reject(new Refused(message.error));
      });
    });
    void this.engine.handle({ kind: 'request', id, method, params } as ToEngine);
    return answered;
  }

  /** Connects a profile of the file. */
  connect(
    profile: Partial<ConnectionProfile>,
    sandbox: SandboxSettings = plainSandbox,
    ofFile = file,
  ): Promise<ClientView> {
    return this.request('connect', {
      profile: { ...plainProfile, broker: { kind: 'sandbox' }, ...profile },
      file: ofFile,
      folder: '/',
      sandbox,
    });
  }

  /** What a failed request told. */
  async refusal(answer: Promise<unknown>): Promise<Refused> {
    try {
      await answer;
    } catch (error) {
      if (error instanceof Refused) return error;
      throw error;
    }
    throw new Error('It was not refused.');
  }

  /** Waits until something has come about, while the time of the engine stands still. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      this.clock.advance(0);
      await setImmediate();
    }
  }

  /** Waits until a client's state is known to the host. */
  async untilState(client: ClientView, state: ClientView['state']): Promise<ClientView> {
    await this.until(() => this.clients.get(client.key)?.state === state);
    return this.clients.get(client.key) ?? client;
  }

  expectation(kind: ExpectationView['kind'], clientId: string): ExpectationView | undefined {
    return [...this.expectations.values()].findLast(
      (each) => each.kind === kind && each.clientId === clientId,
    );
  }

  /** Every record that the trace holds, whole. */
  async trace(): Promise<RecordDetails[]> {
    const details: RecordDetails[] = [];
    for (let fromSeq = 1; ; ) {
      const batch = await this.request('records', { fromSeq });
      if (batch.count === 0) return details;
      for (let seq = batch.firstSeq; seq < batch.firstSeq + batch.count; seq += 1) {
        const record = await this.request('details', { seq });
        if (record !== undefined) details.push(record);
      }
      fromSeq = batch.firstSeq + batch.count;
    }
  }

  /** The trace once it holds a record with this title. */
  async traceWith(title: string): Promise<RecordDetails[]> {
    for (;;) {
      const trace = await this.trace();
      if (trace.some((each) => each.title === title)) return trace;
      this.clock.advance(0);
      await setImmediate();
    }
  }

  async stop(): Promise<void> {
    await this.request('shutdown', undefined);
  }

  #receive(message: FromEngine): void {
    this.posted.push(message);
    switch (message.kind) {
      case 'result':
      case 'failure': {
        const answer = this.#answers.get(message.id);
        if (answer === undefined) throw new Error(`Request ${message.id} was answered twice.`);
        this.#answers.delete(message.id);
        answer(message);
        return;
      }
      case 'changes':
        this.#change(message.changes);
        return;
      case 'log':
        this.logs.push(`${message.level}: ${message.message}`);
        return;
    }
  }

  #change(changes: EngineChanges): void {
    this.changes.push(changes);
    if (changes.cleared) {
      for (const map of [
        this.clients,
        this.connections,
        this.sessions,
        this.wills,
        this.expectations,
        this.insights,
      ]) {
        map.clear();
      }
    }
    if (changes.records !== undefined) this.batches.push(changes.records);
    for (const each of changes.clients) this.clients.set(each.key, each);
    this.sandboxes = changes.sandboxes ?? this.sandboxes;
    this.taps = changes.taps ?? this.taps;
    this.#adopt(changes.entities);
  }

  #adopt(entities: SessionChanges): void {
    for (const each of entities.connections) this.connections.set(each.id, each);
    for (const each of entities.sessions) this.sessions.set(each.id, each);
    for (const each of entities.wills) this.wills.set(each.id, each);
    for (const each of entities.expectations) this.expectations.set(each.id, each);
    for (const each of entities.insights) this.insights.set(each.id, each);
  }
}
