import * as assert from 'node:assert/strict';
import type { ClientView } from '../../src/engine/messages.ts';
import { profileFile, run, until } from './support/host.ts';
import type { HostTest } from './support/runner.ts';
import { ScriptedUser } from './support/scripted-user.ts';

/** Lets in one user, whose password a profile names but does not hold. */
const guarded = `version: 1
profiles:
  guarded:
    broker: sandbox
    clientId: guarded
    username: ada
    password: \${secret:ada}
sandbox:
  users:
    - { username: ada, password: analytical }
`;

async function drop(client: ClientView | undefined): Promise<void> {
  assert.ok(client);
  await run('drop', { client: client.key });
  await until(({ clients }) => clients.every(({ state }) => state === 'offline'));
}

export const secretTests: readonly HostTest[] = [
  {
    name: 'a secret is asked for as a password, once, and kept for the next connection',
    async run() {
      const user = new ScriptedUser();
      try {
        const target = { file: profileFile(guarded), profile: 'guarded' };
        user.answers('analytical');
        await drop(await run<ClientView>('connect', target));
        await drop(await run<ClientView>('connect', target));
        assert.equal(user.prompts.length, 1);
        assert.match(user.prompts[0]?.prompt ?? '', /"ada"/);
        assert.equal(user.prompts[0]?.password, true);
      } finally {
        user.leaves();
      }
    },
  },
  {
    name: 'a wrong password is reported with its reason code, and can be entered again at once',
    async run() {
      const user = new ScriptedUser();
      try {
        user.answers('nonsense');
        user.answers('analytical');
        user.presses('Enter Password Again');
        await run('connect', { file: profileFile(guarded), profile: 'guarded' });
        const { text, buttons } = await user.sees('0x86');
        assert.deepEqual(buttons, ['Enter Password Again', 'Open Profile', 'Show Log']);
        assert.doesNotMatch(text, /nonsense|analytical/);
        await until(({ clients }) => clients[0]?.state === 'connected');
        assert.equal(user.prompts.length, 2);
      } finally {
        user.leaves();
      }
    },
  },
  {
    name: 'a question that is turned down connects nothing and says nothing',
    async run() {
      const user = new ScriptedUser();
      try {
        user.answers(undefined);
        assert.equal(await run('connect', { file: profileFile(guarded), profile: 'guarded' }), undefined);
        assert.deepEqual(user.messages, []);
      } finally {
        user.leaves();
      }
    },
  },
  {
    name: 'an answer to a question of a profile is used and not kept',
    async run() {
      const user = new ScriptedUser();
      try {
        const target = {
          file: profileFile(
            `version: 1\nprofiles:\n  asked: { broker: sandbox, clientId: '\${input:Which identifier?}' }\n`,
          ),
          profile: 'asked',
        };
        user.answers('first');
        const client = await run<ClientView>('connect', target);
        assert.equal(client.clientId, 'first');
        await drop(client);
        user.answers('second');
        await run('connect', target);
        assert.deepEqual(
          user.prompts.map(({ prompt }) => prompt),
          ['Which identifier?', 'Which identifier?'],
        );
      } finally {
        user.leaves();
      }
    },
  },
];
