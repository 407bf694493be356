import * as assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { env } from 'vscode';
import type { TapView } from '../../src/engine/messages.ts';
import { connected, now, profileFile, run, sessionsLines, theApi, until } from './support/host.ts';
import type { HostTest } from './support/runner.ts';
import { ScriptedUser } from './support/scripted-user.ts';

const tapped = (listen: string): string =>
  profileFile(`profiles:
  program: { broker: sandbox, tap: { listen: '${listen}' } }
`);

async function started(listen = '127.0.0.1:0'): Promise<TapView> {
  const tap = await run<TapView | undefined>('startTap', { file: tapped(listen), profile: 'program' });
  if (tap === undefined) throw new Error('The tap did not start');
  await sandboxRuns();
  return tap;
}

/** The tap starts it. */
async function sandboxRuns(): Promise<void> {
  await until(({ sandboxes }) => sandboxes.length === 1);
}

/** A client of ours that connects through the tap, as any other program would. */
async function through(tap: TapView): Promise<Awaited<ReturnType<typeof connected>>> {
  const file = profileFile(`profiles:
  demo:
    broker: ${tap.address}
    clientId: demo
    sessionExpiryInterval: 60s
    will: { topic: gone, payload: x, willDelayInterval: 30s }
`);
  const client = await connected(file, 'demo');
  await until(({ taps }) => taps.some(({ connections }) => connections.some(isDemo)));
  return client;
}

const isDemo = ({ clientId }: { readonly clientId: string }): boolean => clientId === 'demo';

async function connectionOfDemo(): Promise<number> {
  const { taps } = (await theApi()).snapshot();
  const found = taps.flatMap(({ connections }) => connections).find(isDemo);
  if (found === undefined) throw new Error('demo is not connected through a tap');
  return found.connection;
}

export const tapTests: readonly HostTest[] = [
  {
    name: 'Start Tap listens, and puts its address into the clipboard',
    async run() {
      const tap = await started();
      assert.match(tap.address, /^mqtt:\/\/127\.0\.0\.1:\d+$/);
      assert.equal(await env.clipboard.readText(), tap.address);
      await until(({ taps }) => taps.length === 1);
      await run('stopTap', { tap: tap.key });
      await until(({ taps }) => taps.length === 0);
    },
  },
  {
    name: 'a profile that names no place to listen gets one on loopback',
    async run() {
      const file = profileFile('profiles: { program: { broker: sandbox } }\n');
      const tap = await run<TapView | undefined>('startTap', { file, profile: 'program' });
      assert.equal(tap?.host, '127.0.0.1');
      await sandboxRuns();
    },
  },
  {
    name: 'the Sessions view shows a tap and what passes it, with its faults',
    async run() {
      const tap = await started();
      await through(tap);
      const connection = await connectionOfDemo();
      const plain = await sessionsLines(tap.server);
      const line = plain.find((each) => each.includes('Tap mqtt://')) ?? '';
      assert.equal(line, `  Tap ${tap.address} | to ${tap.to} · 1 connection`);
      assert.match(plain[plain.indexOf(line) + 1] ?? '', /^ {4}demo \| connected · 127\.0\.0\.1:\d+$/);
      await run('fault.freeze', { connection, direction: 'toClient' });
      await until(({ taps }) =>
        taps.some((each) => each.connections.some(({ faults }) => faults.length > 0)),
      );
      const frozen = await sessionsLines(tap.server);
      assert.match(frozen.join('\n'), / {4}demo \| connected · frozen, to the Client · 127/);
      await run('fault.clear', { connection });
      await until(({ taps }) =>
        taps.every((each) => each.connections.every(({ faults }) => faults.length === 0)),
      );
    },
  },
  {
    name: 'Fault: Cut Connection ends the connection, and its will waits',
    async run() {
      const tap = await started();
      const client = await through(tap);
      await run('fault.cut', { connection: await connectionOfDemo() });
      await until(
        (state) =>
          now(client, state)?.state === 'offline' &&
          state.entities.wills.some(({ server, state: will }) => server === tap.server && will === 'waiting'),
      );
    },
  },
  {
    name: 'faults with values need no questions when they are given',
    async run() {
      const tap = await started();
      await through(tap);
      const connection = await connectionOfDemo();
      await run('fault.delay', { connection, latencyMs: 5, jitterMs: 2, direction: 'both' });
      await run('fault.bandwidth', { connection, bytesPerSecond: 10_000, direction: 'toServer' });
      const { taps } = await until((state) =>
        state.taps.some((each) => each.connections.some(({ faults }) => faults.length === 2)),
      );
      const seen = taps
        .flatMap(({ connections }) => connections)
        .find((each) => each.connection === connection);
      assert.deepEqual(seen?.faults, [
        { kind: 'latency', latencyMs: 5, jitterMs: 2, direction: 'both' },
        { kind: 'bandwidth', bytesPerSecond: 10_000, direction: 'toServer' },
      ]);
    },
  },
  {
    name: 'Fault: Refuse New Connections is about the tap, and Clear takes it away',
    async run() {
      const tap = await started();
      await run('fault.refuse', { tap: tap.key });
      await until(({ taps }) => taps[0]?.rules.length === 1);
      const lines = await sessionsLines(tap.server);
      assert.match(lines.join('\n'), /0 connections · refuses new connections/);
      await run('fault.clear', { tap: tap.key });
      await until(({ taps }) => taps[0]?.rules.length === 0);
    },
  },
  {
    name: 'Fault: Add Rule takes a rule in a line, the Sessions view tells it, and Remove Rule takes it away',
    async run() {
      const tap = await started();
      const rule = await run<number>('fault.addRule', {
        tap: tap.key,
        rule: 'freeze direction=toServer client=dem* packet=connect',
      });
      await until(({ taps }) => taps[0]?.rules.length === 1);
      const before = await sessionsLines(tap.server);
      const conditions = 'each connection of dem*, after the 1st CONNECT';
      assert.ok(before.includes(`    frozen, to the Server | ${conditions} · has not come yet`));
      assert.match(before.join('\n'), /0 connections · 1 rule makes faults/);
      // Its CONNECT passes, and nothing behind it.
      await through(tap);
      await until(({ taps }) => taps[0]?.rules[0]?.applied === 1);
      const after = await sessionsLines(tap.server);
      assert.ok(after.includes(`    frozen, to the Server | ${conditions} · has come once`));
      await run('fault.removeRule', { tap: tap.key, rule });
      const { taps } = await until((state) => state.taps[0]?.rules.length === 0);
      assert.deepEqual(taps[0]?.connections[0]?.faults, []);
    },
  },
  {
    name: 'rules of the profile stand when its tap is started',
    async run() {
      const file = profileFile(`profiles:
  program:
    broker: sandbox
    tap:
      listen: 127.0.0.1:0
      faults:
        - close: { client: dem*, when: { packet: connack } }
`);
      const tap = await run<TapView | undefined>('startTap', { file, profile: 'program' });
      if (tap === undefined) throw new Error('The tap did not start');
      await sandboxRuns();
      const lines = await sessionsLines(tap.server);
      const conditions = 'each connection of dem*, after the 1st CONNACK';
      assert.ok(lines.includes(`    closed | ${conditions} · has not come yet`));
    },
  },
  {
    name: 'Fault: Remove All Rules needs no question when one tap has rules',
    async run() {
      const tap = await started();
      await run('fault.addRule', { tap: tap.key, rule: 'reset_peer nth=9' });
      await run('fault.addRule', { tap: tap.key, rule: 'close every=9' });
      await until(({ taps }) => taps[0]?.rules.length === 2);
      await run('fault.removeAllRules');
      await until(({ taps }) => taps[0]?.rules.length === 0);
    },
  },
  {
    name: 'a rule that cannot be read is refused with what is wrong, and without rules there is none to remove',
    async run() {
      const tap = await started();
      const user = new ScriptedUser();
      try {
        await run('fault.addRule', { tap: tap.key, rule: 'freez client=demo' });
        await user.sees('Did you mean `freeze`?');
        await run('fault.removeRule', { tap: tap.key });
        await user.sees('No tap has a rule');
        assert.deepEqual((await theApi()).snapshot().taps[0]?.rules, []);
      } finally {
        user.leaves();
      }
    },
  },
  {
    name: 'Fault: Clear takes away one way of a fault, and one fault of several',
    async run() {
      const tap = await started();
      await through(tap);
      const connection = await connectionOfDemo();
      await run('fault.freeze', { connection, direction: 'both' });
      await run('fault.dropDisconnect', { connection });
      await run('fault.clear', { connection, fault: 'freeze', direction: 'toServer' });
      const faults = async (count: number) => {
        const { taps } = await until((state) => state.taps[0]?.connections[0]?.faults.length === count);
        return taps[0]?.connections[0]?.faults;
      };
      assert.deepEqual(await faults(2), [
        { kind: 'freeze', direction: 'toClient' },
        { kind: 'drop_disconnect' },
      ]);
      await run('fault.clear', { connection, fault: 'drop_disconnect' });
      // The only one that is left is taken away without a question.
      assert.deepEqual(await faults(1), [{ kind: 'freeze', direction: 'toClient' }]);
      await run('fault.clear', { connection });
      await faults(0);
    },
  },
  {
    name: 'before other machines may connect to a tap the user is asked, and may say no',
    async run() {
      const user = new ScriptedUser();
      try {
        const file = tapped('0.0.0.0:0');
        assert.equal(await run('startTap', { file, profile: 'program' }), undefined);
        const { kind, buttons } = await user.sees('Let other machines connect');
        assert.deepEqual([kind, buttons], ['warning', ['Listen']]);
        assert.deepEqual((await theApi()).snapshot().taps, []);
        user.presses('Listen');
        const tap = await run<TapView | undefined>('startTap', { file, profile: 'program' });
        assert.equal(tap?.host, '0.0.0.0');
        await sandboxRuns();
      } finally {
        user.leaves();
      }
    },
  },
  {
    name: 'a port that is taken is told, with the way to a free one',
    async run() {
      const other = createServer();
      await new Promise<void>((settle) => other.listen(0, '127.0.0.1', settle));
      const address = other.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const user = new ScriptedUser();
      try {
        const file = tapped(`127.0.0.1:${port}`);
        user.presses('Use a Free Port');
        await run('startTap', { file, profile: 'program' });
        const { buttons } = await user.sees('EADDRINUSE');
        assert.deepEqual(buttons, ['Use a Free Port', 'Open Profile', 'Show Log']);
        const { taps } = await until((state) => state.taps.length === 1);
        assert.notEqual(taps[0]?.port, port);
        await sandboxRuns();
      } finally {
        user.leaves();
        other.close();
      }
    },
  },
  {
    name: 'without a connection through a tap a fault says what to do',
    async run() {
      const user = new ScriptedUser();
      try {
        await run('fault.cut', { connection: 4_711 });
        const { text } = await user.sees('No program is connected');
        assert.match(text, /Start a tap/);
      } finally {
        user.leaves();
      }
    },
  },
];
