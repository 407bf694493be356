import * as assert from 'node:assert/strict';
import { commands, TabInputCustom, type Uri, window } from 'vscode';
import { connected, newestOf, now, run, sample, sessionsLines, until } from './support/host.ts';
import type { HostTest } from './support/runner.ts';
import { ScriptedUser } from './support/scripted-user.ts';

const willDelay = 'will-delay.mqtt.yaml';

/** Ends the engine as a crash would, and waits until the extension has noticed. */
async function crash(): Promise<void> {
  await commands.executeCommand('mqttSession.test.crashEngine');
  await until(({ engine }) => engine !== 'running');
}

export const engineTests: readonly HostTest[] = [
  {
    name: 'an engine that ends by itself is reported and started again, and what was seen stays in view',
    async run() {
      const user = new ScriptedUser();
      try {
        const demo = await connected(sample(willDelay), 'demo');
        await until((state) => newestOf(demo, state).will !== undefined);
        await crash();
        const { buttons } = await user.sees('being started again');
        assert.deepEqual(buttons, ['Restart', 'Show Log']);
        const state = await until(({ engine }) => engine === 'running');
        assert.equal(state.stale, true);
        assert.equal(now(demo, state)?.state, 'offline');
        assert.ok(newestOf(demo, state).will);
        assert.ok((await sessionsLines(demo.server)).some((line) => line.includes('Will offline')));
      } finally {
        user.leaves();
      }
    },
  },
  {
    name: 'after a restart the next connection begins with a clean slate',
    async run() {
      const user = new ScriptedUser();
      try {
        await connected(sample(willDelay), 'demo');
        await crash();
        await until(({ engine, stale }) => engine === 'running' && stale);
        const client = await connected(sample(willDelay), 'subscriber');
        const { clients, stale } = await until((now) => !now.stale && now.entities.sessions.length === 1);
        assert.equal(stale, false);
        assert.deepEqual(
          clients.map(({ key }) => key),
          [client.key],
        );
      } finally {
        user.leaves();
      }
    },
  },
  {
    name: 'what was recorded before the engine ended opens as a capture',
    async run() {
      const user = new ScriptedUser();
      try {
        // The engines of the tests before count as ends in a row.
        await run('restartEngine');
        const demo = await connected(sample(willDelay), 'demo');
        await until((state) => newestOf(demo, state).will !== undefined);
        await crash();
        const file = await run<Uri>('openRecorded');
        assert.match(file?.path ?? '', /recordings\/\d+-\d+\.pcapng$/);
        const { activeTab } = window.tabGroups.activeTabGroup;
        assert.ok(activeTab?.input instanceof TabInputCustom);
        assert.equal(activeTab.input.uri.toString(), file?.toString());
        await window.tabGroups.close(activeTab);
        await until(({ engine }) => engine === 'running');
      } finally {
        user.leaves();
      }
    },
  },
  {
    name: 'what is under way when the engine ends fails with a message',
    async run() {
      const user = new ScriptedUser();
      try {
        const demo = await connected(sample(willDelay), 'demo');
        const publishing = run('publish', {
          client: demo.key,
          topic: 'a',
          payload: '',
          qos: 2,
          retain: false,
        });
        await commands.executeCommand('mqttSession.test.crashEngine');
        assert.equal(await publishing, undefined);
        await user.sees('has ended');
        await until(({ engine }) => engine === 'running');
      } finally {
        user.leaves();
      }
    },
  },
  {
    name: 'an engine that ends again and again waits for the user, and Restart Engine starts it',
    async run() {
      const user = new ScriptedUser();
      try {
        await run('restartEngine');
        while ((await until(({ engine }) => engine !== 'restarting')).engine === 'running') await crash();
        assert.match((await user.sees('again and again')).text, /not started by itself/);
        await run('restartEngine');
        await until(({ engine }) => engine === 'running');
      } finally {
        user.leaves();
      }
    },
  },
];
