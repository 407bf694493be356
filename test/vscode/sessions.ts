import * as assert from 'node:assert/strict';
import { connected, newestOf, now, profileFile, run, sample, sessionsLines, until } from './support/host.ts';
import type { HostTest } from './support/runner.ts';

const willDelay = 'will-delay.mqtt.yaml';

export const sessionTests: readonly HostTest[] = [
  {
    name: 'the Sessions view shows the server, its clients, their sessions and wills',
    async run() {
      const demo = await connected(sample(willDelay), 'demo');
      await until((state) => newestOf(demo, state).will !== undefined);
      const lines = await sessionsLines(demo.server);
      assert.match(lines[0] ?? '', /\| sandbox broker, mqtt:\/\/127\.0\.0\.1:\d+$/);
      assert.deepEqual(lines.slice(1, 4), [
        '  demo | connected',
        '    Session | connected',
        '    Will offline | armed',
      ]);
    },
  },
  {
    name: 'a dropped connection makes the will and the end of the session due, and both count down in the view',
    async run() {
      const demo = await connected(sample(willDelay), 'demo');
      await run('drop', { client: demo.key });
      const state = await until(
        (each) =>
          newestOf(demo, each).willDue?.dueAtMs !== undefined &&
          newestOf(demo, each).sessionEnd?.dueAtMs !== undefined &&
          now(demo, each)?.state === 'offline',
      );
      const { willDue, sessionEnd } = newestOf(demo, state);
      assert.equal((sessionEnd?.dueAtMs ?? 0) - (willDue?.dueAtMs ?? 0), 5_000);
      const lines = await sessionsLines(demo.server);
      assert.match(lines[1] ?? '', /^ {2}demo \| offline · session ends in \d+ s$/);
      assert.match(lines[2] ?? '', /^ {4}Session \| ends in \d+ s$/);
      assert.match(lines[3] ?? '', /^ {4}Will offline \| due in \d s$/);
    },
  },
  {
    name: 'a will that a subscriber received is met, in the view too',
    async run() {
      const file = sample(willDelay);
      await connected(file, 'subscriber');
      const demo = await connected(file, 'demo');
      await run('drop', { client: demo.key });
      const state = await until((each) => (newestOf(demo, each).willDue?.verdict ?? 'pending') !== 'pending');
      assert.equal(newestOf(demo, state).willDue?.verdict, 'met');
      const will = (await sessionsLines(demo.server)).find((line) => line.includes('Will offline'));
      assert.match(will ?? '', /published · met, [+−]\d+ ms$/);
    },
  },
  {
    name: 'what was noticed of a client stands in the view and in Explain Session; who watches for its will does not',
    async run() {
      const text =
        'version: 1\nprofiles:\n  lamp: { broker: sandbox, clientId: lamp, will: { topic: lamp/state, payload: off, willDelayInterval: 5s } }\n';
      const lamp = await connected(profileFile(text), 'lamp');
      const { entities } = await until(
        (each) =>
          each.entities.insights.length > 0 &&
          each.entities.connections.some(({ observer }) => observer === true),
      );
      const [insight] = entities.insights;
      assert.equal(insight?.kind, 'delay-without-session');
      const lines = await sessionsLines(lamp.server);
      assert.ok(
        lines.includes('    The Will Delay Interval of lamp has no effect | advice'),
        lines.join('\n'),
      );
      assert.equal(lines.join('\n').includes('sessionObserver'), false);
      assert.equal(await run('explain', { insight: insight.id }), insight.id);
    },
  },
  {
    name: 'Resume Session in time cancels the will',
    async run() {
      const demo = await connected(sample(willDelay), 'demo');
      await run('drop', { client: demo.key });
      await until(
        (each) => now(demo, each)?.state === 'offline' && newestOf(demo, each).will?.state === 'waiting',
      );
      await run('resume', { client: demo.key });
      const state = await until(({ entities }) =>
        entities.expectations.some(
          ({ kind, verdict, server }) => kind === 'will' && server === demo.server && verdict === 'cancelled',
        ),
      );
      assert.equal(now(demo, state)?.state, 'connected');
      assert.equal(newestOf(demo, state).connection?.sessionPresent, true);
    },
  },
  {
    name: 'Explain Session opens the timeline with the expectation it was given',
    async run() {
      const demo = await connected(sample(willDelay), 'demo');
      await run('drop', { client: demo.key });
      const state = await until((each) => newestOf(demo, each).willDue !== undefined);
      const wanted = newestOf(demo, state).willDue?.id;
      assert.equal(await run('explain', { expectation: wanted }), wanted);
    },
  },
  {
    name: 'Clear Trace keeps the clients that live and forgets those that are gone',
    async run() {
      const file = sample(willDelay);
      const subscriber = await connected(file, 'subscriber');
      const old = await connected(file, 'demo-3.1.1');
      await run('drop', { client: old.key });
      await until((each) => now(old, each)?.state === 'offline');
      await run('clearTrace');
      const { clients } = await until((each) => each.clients.length === 1);
      assert.equal(clients[0]?.key, subscriber.key);
    },
  },
];
