import * as assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { window } from 'vscode';
import { profileFile, run, until } from './support/host.ts';
import type { HostTest } from './support/runner.ts';
import { ScriptedUser } from './support/scripted-user.ts';

/** A test with somebody who reads the messages. */
function withUser(test: (user: ScriptedUser) => Promise<void>): () => Promise<void> {
  return async () => {
    const user = new ScriptedUser();
    try {
      await test(user);
    } finally {
      user.leaves();
    }
  };
}

/** A port of loopback at which nothing listens. */
async function deadPort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((settle) => server.close(settle));
  return port;
}

function listening(server: Server): Promise<number> {
  return new Promise((settle) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      settle(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function profileAt(port: number): string {
  return profileFile(`version: 1
profiles:
  lost:
    broker: mqtt://127.0.0.1:${port}
    clientId: lost
    connectTimeout: 5s
`);
}

export const errorTests: readonly HostTest[] = [
  {
    name: 'a host at which nothing listens is named, with the reason and the next step, and with Retry',
    run: withUser(async (user) => {
      const port = await deadPort();
      const file = profileAt(port);
      assert.equal(await run('connect', { file, profile: 'lost' }), undefined);
      const { kind, text, buttons } = await user.sees('ECONNREFUSED');
      assert.equal(kind, 'error');
      assert.match(text, new RegExp(`127\\.0\\.0\\.1:${port}`));
      assert.match(text, /broker: sandbox/);
      assert.deepEqual(buttons, ['Retry', 'Open Profile', 'Show Log']);
      await until(({ clients }) => clients[0]?.state === 'offline' && clients[0].error !== undefined);
    }),
  },
  {
    name: 'Open Profile in a message opens the file where the profile stands',
    run: withUser(async (user) => {
      user.presses('Open Profile');
      await run('connect', { file: profileAt(await deadPort()), profile: 'lost' });
      await user.sees('ECONNREFUSED');
      const selected = await selectedText();
      assert.equal(selected, 'lost');
    }),
  },
  {
    name: 'a server that closes at once is said to have closed',
    run: withUser(async (user) => {
      const server = createServer((socket) => socket.destroy());
      const file = profileAt(await listening(server));
      await run('connect', { file, profile: 'lost' });
      await user.sees('lost');
      await new Promise((settle) => server.close(settle));
      assert.equal(user.messages.length, 1);
      assert.equal(user.messages[0]?.kind, 'error');
    }),
  },
  {
    name: 'a profile with a wildcard in its will topic is refused with the reason, and opens at the error',
    run: withUser(async (user) => {
      const file = profileFile(`version: 1
profiles:
  good: { broker: sandbox, clientId: good }
  bad:
    broker: sandbox
    clientId: bad
    will: { topic: 'rooms/+', payload: gone }
`);
      user.presses('Open Profile');
      assert.equal(await run('connect', { file, profile: 'bad' }), undefined);
      const { text, buttons } = await user.sees('bad');
      assert.match(text, /will-topic-wildcard|wildcard/i);
      assert.match(text, /Nothing was connected/);
      assert.deepEqual(buttons, ['Open Profile', 'Show Log']);
      assert.match(await selectedText(), /rooms\/\+/);
      assert.ok(await run('connect', { file, profile: 'good' }));
    }),
  },
  {
    name: 'a variable of the environment that is not set is named, and nothing is connected',
    run: withUser(async (user) => {
      const file = profileFile(
        `version: 1\nprofiles:\n  a: { broker: sandbox, clientId: '\${env:MQTT_TEST_NOT_SET}' }\n`,
      );
      assert.equal(await run('connect', { file, profile: 'a' }), undefined);
      await user.sees('MQTT_TEST_NOT_SET');
    }),
  },
  {
    name: 'a command on a client in the wrong state says what state it needs',
    run: withUser(async (user) => {
      const file = profileFile('version: 1\nprofiles:\n  a: { broker: sandbox, clientId: a }\n');
      const client = await run<{ key: string }>('connect', { file, profile: 'a' });
      await run('resume', { client: client.key });
      assert.match((await user.sees('connected')).text, /offline/);
    }),
  },
  {
    name: 'a command without any client in the right state says so instead of asking',
    run: withUser(async (user) => {
      await run('drop');
      assert.match((await user.sees('Drop Connection')).text, /Use "Connect" first/);
    }),
  },
];

/** What is selected in the editor that a message has opened. */
function selectedText(): Promise<string> {
  return new Promise((settle) => {
    const check = (): boolean => {
      const editor = window.activeTextEditor;
      if (editor === undefined || editor.selection.isEmpty) return false;
      settle(editor.document.getText(editor.selection));
      return true;
    };
    if (check()) return;
    const heard = [window.onDidChangeActiveTextEditor(later), window.onDidChangeTextEditorSelection(later)];
    function later(): void {
      if (check()) for (const each of heard) each.dispose();
    }
  });
}
