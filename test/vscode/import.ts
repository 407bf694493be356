import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { commands, env, type Uri, Uri as UriValue, window, workspace } from 'vscode';
import { profileFile, run } from './support/host.ts';
import type { HostTest } from './support/runner.ts';
import { ScriptedUser } from './support/scripted-user.ts';

const exported = [
  {
    id: '1',
    name: 'guarded',
    clientId: 'guarded',
    clean: true,
    protocol: 'mqtt',
    host: 'broker.example.com',
    port: 1883,
    username: 'ada',
    password: 'analytical',
    mqttVersion: '5.0',
    clientIdWithTime: true,
    subscriptions: [{ topic: 'a/+', qos: 1 }],
    messages: [],
  },
];

export const importTests: readonly HostTest[] = [
  {
    name: 'an export of MQTTX becomes a profile file; its password is in secret storage, and nowhere else',
    async run() {
      const user = new ScriptedUser();
      try {
        const [folder] = workspace.workspaceFolders ?? [];
        assert.ok(folder);
        const file = profileFile(JSON.stringify(exported), 'mqttx.json');
        const target = UriValue.joinPath(folder.uri, 'imported.mqtt.yaml');
        const uri = await run<Uri>('importConnections', { file, to: target });
        assert.equal(uri.toString(), target.toString());
        const text = readFileSync(uri.fsPath, 'utf8');
        assert.match(text, /password: \$\{secret:guarded\}/);
        assert.match(text, /# - guarded: `clientIdWithTime`/);
        assert.ok(!text.includes('analytical'));
        await user.sees('Passwords put into secret storage: 1.');
        assert.equal(window.activeTextEditor?.document.languageId, 'mqtt-profile');
        await commands.executeCommand('workbench.action.closeActiveEditor');
        await workspace.fs.delete(uri);
      } finally {
        user.leaves();
      }
    },
  },
  {
    name: 'what is of no known format is refused with the reason, and no file is written',
    async run() {
      const user = new ScriptedUser();
      try {
        assert.equal(await run('importConnections', { file: profileFile('hello', 'notes.txt') }), undefined);
        await user.sees('The text is of no format that is known here');
      } finally {
        user.leaves();
      }
    },
  },
  {
    name: 'a profile is copied as commands of mosquitto, with a placeholder for its password',
    async run() {
      const user = new ScriptedUser();
      try {
        const file = profileFile(
          `version: 1\nprofiles:\n  a:\n    broker: mqtt://h\n    clientId: a\n    username: ada\n    password: \${secret:ada}\n`,
        );
        await run('copyMosquittoSub', { file, profile: 'a' });
        await user.sees('`<secret:ada>`');
        assert.match(await env.clipboard.readText(), /^mosquitto_sub -h h -p 1883 .* -P '<secret:ada>'/);
        await run('copyMosquittoPub', { file, profile: 'a' });
        assert.match(await env.clipboard.readText(), /^mosquitto_pub -h h -p 1883 /);
      } finally {
        user.leaves();
      }
    },
  },
];
