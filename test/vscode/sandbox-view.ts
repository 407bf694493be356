import * as assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { commands } from 'vscode';
import type { SessionsNode } from '../../src/extension/views/sessions-model.ts';
import { connected, now, profileFile, run, sample, sessionsLines, theApi, until } from './support/host.ts';
import type { HostTest } from './support/runner.ts';
import { ScriptedUser } from './support/scripted-user.ts';

const willDelay = 'will-delay.mqtt.yaml';

/** The lines of what the broker holds. */
async function held(server: string): Promise<readonly string[]> {
  const lines = await sessionsLines(server);
  return lines.slice(lines.findIndex((line) => line.includes('Held by the broker')));
}

export const sandboxViewTests: readonly HostTest[] = [
  {
    name: 'the Sessions view shows the clients, sessions and retained messages of a sandbox broker',
    async run() {
      const file = sample(willDelay);
      const demo = await connected(file, 'demo');
      await connected(file, 'subscriber');
      const retained = { topic: 'kept', payload: 'x', qos: 1, retain: true };
      await run('publish', { client: demo.key, ...retained });
      await until(({ sandboxes }) =>
        sandboxes.some(({ holds }) => holds.clients === 2 && holds.retained === 1),
      );
      assert.deepEqual(await held(demo.server), [
        '  Held by the broker | 2 clients · 2 sessions · 1 retained message',
        '    Sessions | 2',
        '      demo | connected · will armed',
        '      subscriber | connected · 1 subscription',
        '    Retained messages | 1',
        '      kept | ',
      ]);
    },
  },
  {
    name: 'the Sessions view says what a sandbox broker does against the standard, also when its file changes',
    async run() {
      const text = 'profiles: { a: { broker: sandbox, clientId: a } }\n';
      const file = profileFile(`sandbox: { deviations: [noWillAt0x04, willsInLine] }\n${text}`);
      const client = await connected(file, 'a');
      const { key, server } = client;
      await until(({ sandboxes }) => sandboxes.some(({ deviations }) => deviations.length === 2));
      const [, first] = await sessionsLines(server);
      assert.equal(first, '  Against the standard | noWillAt0x04, willsInLine');
      await run('disconnect', { client: key });
      await until((state) => now(client, state)?.state === 'offline');
      writeFileSync(file, text);
      await connected(file, 'a');
      await until(({ sandboxes }) => sandboxes.every(({ deviations }) => deviations.length === 0));
      assert.ok((await sessionsLines(server)).every((line) => !line.includes('Against the standard')));
    },
  },
  {
    name: 'the session of a client that is gone counts down there, and is read out with its time only',
    async run() {
      const demo = await connected(sample(willDelay), 'demo');
      await run('drop', { client: demo.key });
      await until(
        (state) =>
          now(demo, state)?.state === 'offline' &&
          state.sandboxes.some(({ holds }) => holds.clients === 0 && holds.sessions === 1),
      );
      const lines = await held(demo.server);
      assert.match(lines[2] ?? '', /^ {6}demo \| ends in \d+ s · will due in \d+ s$/);
      const roots = await commands.executeCommand<readonly SessionsNode[]>('mqttSession.test.sessions');
      const broker = roots.flatMap(({ children }) => children).find(({ kind }) => kind === 'broker');
      assert.equal(broker?.collapsed, true);
      const spoken = broker?.children[0]?.children[0]?.spoken ?? '';
      assert.match(spoken, /^demo, ends at \d.*, will due at \d/);
      assert.doesNotMatch(spoken, / in \d/);
    },
  },
  {
    name: 'a sandbox broker is not started with settings that were half understood',
    async run() {
      const user = new ScriptedUser();
      try {
        const file = profileFile('sandbox: { receiveMaximum: 0 }\nprofiles: { a: { broker: sandbox } }\n');
        await run('startSandbox', { file });
        const { text } = await user.sees('cannot be followed');
        assert.match(text, /`receiveMaximum` is a whole number from 1 to 65535/);
        assert.deepEqual((await theApi()).snapshot().sandboxes, []);
      } finally {
        user.leaves();
      }
    },
  },
];
