/** Runs beside each other, cancelled runs, runs against a broker that is not theirs, and variables. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ScenarioQueue } from '../../../src/check/scenario/queue.ts';
import { openSandboxBroker, type SandboxBroker } from '../../../src/engine/sandbox-broker.ts';
import { systemClock } from '../../../src/net/clock.ts';
import { Scenes } from './support/scenes.ts';

const scenes = new Scenes();
afterAll(() => scenes.stop());
afterEach(() => {
  expect(scenes.logs.filter((line) => line.startsWith('error'))).toEqual([]);
  scenes.progress.length = 0;
});

const waiting = `version: 1
profiles:
  a: { broker: sandbox, clientId: a }
scenarios:
  waits: { steps: [ { connect: a }, { wait: 1h }, { disconnect: a } ] }
  expects: { steps: [ { connect: a }, { expectNoMessage: { by: a, topic: x, for: 1h } } ] }
`;

describe('a run that is cancelled', () => {
  test.each(['waits', 'expects'])(
    'ends at once (%s), and says which steps were not reached',
    async (name) => {
      const running = scenes.run(waiting, name);
      while (!scenes.progress.some((each) => 'step' in each && each.step === 1)) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      await scenes.request('cancelScenario', { run: name });
      const { outcome, steps } = await running;
      expect(outcome).toBe('cancelled');
      expect(steps.map((step) => step.outcome)).toEqual([
        'passed',
        ...steps.slice(1).map(() => 'not-reached'),
      ]);
      expect(steps[1]?.observed?.code).toBe('cancelled');
    },
  );

  test('is over already: nothing happens', async () => {
    await expect(scenes.request('cancelScenario', { run: 'unknown' })).resolves.toBeUndefined();
  });
});

describe('a broker that is not made for the run', () => {
  let broker: SandboxBroker;
  beforeAll(async () => {
    broker = await openSandboxBroker('outside', { deny: [], users: [] }, 0, {
      clock: systemClock,
      log: () => {},
    });
  });
  afterAll(() => broker.close());

  const against = (): string => `version: 1
profiles:
  a:
    broker: mqtt://127.0.0.1:${broker.listener.port}
    clientId: shared
    cleanStart: false
    sessionExpiryInterval: 1h
  b:
    broker: mqtt://localhost:${broker.listener.port}
    clientId: shared
scenarios:
  leaves: { steps: [ { connect: a }, { expectSession: { of: a, present: false } }, { cut: a } ] }
  comes: { steps: [ { connect: b }, { expectSession: { of: b, present: false } }, { wait: 200ms } ] }
`;

  test('holds no Session of an earlier run, and keeps none', async () => {
    for (let time = 1; time <= 2; time += 1) {
      const { outcome } = await scenes.run(against(), 'leaves');
      expect(outcome).toBe('passed');
      // The last DISCONNECT is on its way.
      while (broker.broker.summary(1).sessions > 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  });

  test('sees runs that share a Client Identifier one after the other', async () => {
    const runs = await Promise.all(
      ['1', '2', '3'].map((run) => scenes.run(against(), 'comes', () => undefined, run)),
    );
    const spans = runs
      .map(({ startedAtMs, durationMs }) => [startedAtMs, startedAtMs + durationMs] as const)
      .sort(([a], [b]) => a - b);
    expect(runs.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed']);
    for (const [index, [startsAtMs]] of spans.entries()) {
      expect(startsAtMs).toBeGreaterThanOrEqual(spans[index - 1]?.[1] ?? 0);
    }
  });

  test('is left alone while a client of the user is connected with the same Client Identifier', async () => {
    const { parseProfileFile } = await import('../../../src/profile/parse.ts');
    const [profile] = parseProfileFile(against(), 'x.mqtt.yaml').profiles;
    if (profile === undefined) throw new Error('There is no profile.');
    const client = await scenes.request('connect', {
      profile,
      file: 'file:///x.mqtt.yaml',
      folder: '/',
      sandbox: { deny: [], users: [] },
    });
    await expect(scenes.run(against(), 'comes')).rejects.toThrow('scenario-identifier-in-use');
    await scenes.request('disconnect', { client: client.key, reasonCode: 0 });
    expect((await scenes.run(against(), 'comes')).outcome).toBe('passed');
  });

  test('that nobody listens at fails the first step, with what to do next', async () => {
    const nowhere = against().replaceAll(String(broker.listener.port), '1');
    const { outcome, steps } = await scenes.run(nowhere, 'comes');
    expect(outcome).toBe('failed');
    expect(steps[0]?.observed?.params['message']).toContain('localhost:1');
  });
});

describe('variables', () => {
  const text = `version: 1
profiles:
  a:
    broker: sandbox
    clientId: a-\${random:6}
    username: \${input:Who?}
    subscriptions: [ { topicFilter: 'to/#' } ]
scenarios:
  echoes:
    steps:
      - connect: a
      - publish: { from: a, topic: 'to/\${clientId}/\${username}', payloadJson: { who: '\${input:Who?}' } }
      - expectMessage: { by: a, topic: 'to/\${clientId}/\${username}', payload: '{"who":"\${env:ESCAPED}"}' }
`;

  test('of profiles and steps are one, and each question is asked once', async () => {
    const asked: string[] = [];
    const { outcome, steps } = await scenes.run(text, 'echoes', (kind, name) => {
      asked.push(`${kind} ${name}`);
      return { random: 'abcdef', input: 'A "B"', env: 'A \\"B\\"' }[kind as 'random' | 'input' | 'env'];
    });
    expect(steps.map((step) => step.observed)).toMatchObject([
      { code: 'done' },
      { code: 'done' },
      {
        code: /^messageCame/.test(steps[2]?.observed?.code ?? '') ? steps[2]?.observed?.code : 'messageCame',
      },
    ]);
    expect(outcome).toBe('passed');
    expect(asked).toEqual(['random 6', 'input Who?', 'env ESCAPED']);
  });

  test('without a value keep a scenario from running', async () => {
    await expect(
      scenes.run(text, 'echoes', (kind) => (kind === 'random' ? 'abcdef' : undefined)),
    ).rejects.toThrow('variable-unresolved');
  });
});

describe('the queue', () => {
  const order: string[] = [];
  const never = new AbortController().signal;

  test('lets those through that share nothing, and keeps the order of those that do', async () => {
    const queue = new ScenarioQueue();
    const enter = async (name: string, ...keys: string[]) => {
      const leave = await queue.enter(keys, never);
      order.push(name);
      return leave;
    };
    const first = await enter('first', 'a', 'b');
    const second = enter('second', 'b', 'c');
    // It shares nothing with who is in, but with who waits.
    const third = enter('third', 'c');
    await enter('fourth', 'd');
    expect(order).toEqual(['first', 'fourth']);
    first();
    (await second)();
    await third;
    expect(order).toEqual(['first', 'fourth', 'second', 'third']);
  });

  test('forgets who gives up, and lets those behind through', async () => {
    const queue = new ScenarioQueue();
    const abort = new AbortController();
    await queue.enter(['a'], never);
    const waits = queue.enter(['a', 'b'], abort.signal);
    const behind = queue.enter(['b'], never);
    abort.abort(new Error('enough'));
    await expect(waits).rejects.toThrow('enough');
    await behind;
    await expect(queue.enter(['z'], abort.signal)).rejects.toThrow('enough');
  });
});
