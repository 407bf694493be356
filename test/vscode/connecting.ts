import * as assert from 'node:assert/strict';
import { TabInputWebview, window } from 'vscode';
import type { ClientView, SandboxView } from '../../src/engine/messages.ts';
import { connected, newestOf, now, profileFile, run, sample, until } from './support/host.ts';
import type { HostTest } from './support/runner.ts';
import { ScriptedUser } from './support/scripted-user.ts';

function countTimelines(): number {
  return window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      ({ input }) => input instanceof TabInputWebview && input.viewType.includes('mqttSession.timeline'),
    ).length;
}

/** Waits until there are so many timelines. */
function timelines(count: number): Promise<void> {
  return new Promise((settle) => {
    if (countTimelines() === count) {
      settle();
      return;
    }
    const heard = window.tabGroups.onDidChangeTabs(() => {
      if (countTimelines() !== count) return;
      heard.dispose();
      settle();
    });
  });
}

export const connectingTests: readonly HostTest[] = [
  {
    name: 'the first connection of a window connects the profile and opens the timeline',
    async run() {
      assert.equal(countTimelines(), 0);
      const client = await connected(sample('will-delay.mqtt.yaml'), 'demo');
      assert.equal(client.state, 'connected');
      assert.equal(client.clientId, 'demo');
      assert.equal(client.profile, 'demo');
      await timelines(1);
    },
  },
  {
    name: 'a timeline that was closed stays closed at the next connection, and opens by command',
    async run() {
      await connected(sample('will-delay.mqtt.yaml'), 'subscriber');
      assert.equal(countTimelines(), 0);
      await run('openTimeline');
      await timelines(1);
      await run('openTimeline');
      await run('timeline.fit');
      assert.equal(countTimelines(), 1);
    },
  },
  {
    name: 'a profile that is connected is not connected a second time, and Take Over is named instead',
    async run() {
      const user = new ScriptedUser();
      try {
        const file = sample('will-delay.mqtt.yaml');
        await connected(file, 'demo');
        await run('connect', { file, profile: 'demo' });
        assert.match((await user.sees('connected already')).text, /Take Over/);
      } finally {
        user.leaves();
      }
    },
  },
  {
    name: 'Take Over connects a second client with the same Client Identifier, and the first one goes offline',
    async run() {
      const first = await connected(sample('will-delay.mqtt.yaml'), 'demo');
      const second = await run<ClientView>('takeOver', { client: first.key, cleanStart: false });
      assert.equal(second.clientId, first.clientId);
      assert.notEqual(second.key, first.key);
      const { clients } = await until((now) =>
        now.clients.some(({ key, state }) => key === first.key && state === 'offline'),
      );
      assert.equal(clients.find(({ key }) => key === second.key)?.state, 'connected');
    },
  },
  {
    name: 'a message published to a topic that the sandbox denies ends the connection, and the will is due',
    async run() {
      const demo = await connected(sample('will-delay.mqtt.yaml'), 'demo');
      const user = new ScriptedUser();
      try {
        await run('publish', { client: demo.key, topic: 'test', payload: 'x', qos: 0, retain: false });
        await until((state) => newestOf(demo, state).will?.state === 'waiting');
      } finally {
        user.leaves();
      }
    },
  },
  {
    name: 'a message published with QoS 1 reaches a subscriber, and both are answered with their reason codes',
    async run() {
      const file = sample('will-delay.mqtt.yaml');
      const subscriber = await connected(file, 'subscriber');
      const demo = await connected(file, 'demo');
      const granted = await run<{ reasonCode: number }>('subscribe', {
        client: subscriber.key,
        topicFilter: 'rooms/+',
        qos: 1,
      });
      assert.equal(granted.reasonCode, 1);
      const taken = await run<{ reasonCode: number }>('publish', {
        client: demo.key,
        topic: 'rooms/kitchen',
        payload: '21',
        qos: 1,
        retain: false,
      });
      assert.equal(taken.reasonCode, 0);
    },
  },
  {
    name: 'Disconnect ends the connection in order, and Connect brings the same client back',
    async run() {
      const file = sample('will-delay.mqtt.yaml');
      const demo = await connected(file, 'demo');
      await run('disconnect', { client: demo.key });
      const state = await until((each) => now(demo, each)?.state === 'offline');
      assert.equal(newestOf(demo, state).will?.state, 'discarded');
      const again = await connected(file, 'demo');
      assert.equal(again.key, demo.key);
    },
  },
  {
    name: 'Disconnect with Will has the will published, and is explained to a client of 3.1.1',
    async run() {
      const file = sample('will-delay.mqtt.yaml');
      const demo = await connected(file, 'demo');
      await until((state) => newestOf(demo, state).will?.state === 'armed');
      await run('disconnectWithWill', { client: demo.key });
      await until((state) => newestOf(demo, state).will?.state === 'waiting');
      const old = await connected(file, 'demo-3.1.1');
      const user = new ScriptedUser();
      try {
        await run('disconnectWithWill', { client: old.key });
        assert.match((await user.sees('no reason code')).text, /Close Without DISCONNECT/);
      } finally {
        user.leaves();
      }
    },
  },
  {
    name: 'a client that is frozen can be dropped',
    async run() {
      const { key } = await connected(sample('keep-alive.mqtt.yaml'), 'sensor');
      await run('freeze', { client: key });
      await until(({ clients }) => clients[0]?.state === 'frozen');
      await run('drop', { client: key });
      await until(({ clients }) => clients[0]?.state === 'offline');
    },
  },
  {
    name: 'a sandbox broker starts on loopback, is offered for other programs, and stops',
    async run() {
      const user = new ScriptedUser();
      try {
        const file = profileFile('version: 1\nprofiles:\n  a: { broker: sandbox, clientId: a }\n');
        const sandbox = await run<SandboxView>('startSandbox', { file });
        assert.match(sandbox.address, /^mqtt:\/\/127\.0\.0\.1:\d+$/);
        const message = await user.sees(sandbox.address);
        assert.deepEqual(message.buttons, ['Copy Address']);
        await run('stopSandbox', { file });
        await until(({ sandboxes }) => sandboxes.length === 0);
      } finally {
        user.leaves();
      }
    },
  },
];
