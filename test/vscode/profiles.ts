import * as assert from 'node:assert/strict';
import { commands, WorkspaceEdit, window, workspace } from 'vscode';
import { profileTemplate } from '../../src/extension/commands/new-profile.ts';
import { parseProfileFile } from '../../src/profile/parse.ts';
import { connected, profileFile, run } from './support/host.ts';
import type { HostTest } from './support/runner.ts';

const plain = 'version: 1\nprofiles:\n  a: { broker: sandbox, clientId: saved }\n';

export const profileTests: readonly HostTest[] = [
  {
    name: 'a new profile file has no error and can be connected as it is',
    async run() {
      const { diagnostics, profiles } = parseProfileFile(profileTemplate, 'new.mqtt.yaml');
      assert.deepEqual(diagnostics, []);
      const file = profileFile(profileTemplate, 'new.mqtt.yaml');
      for (const { name } of profiles) await connected(file, name);
    },
  },
  {
    name: 'a profile file is of its own language, whatever its ending',
    async run() {
      for (const ending of ['yaml', 'yml', 'json']) {
        const text = ending === 'json' ? '{ "version": 1, "profiles": {} }' : plain;
        const document = await workspace.openTextDocument(profileFile(text, `a.mqtt.${ending}`));
        assert.equal(document.languageId, 'mqtt-profile');
      }
    },
  },
  {
    name: 'unsaved text of an open editor counts, not the file on disk',
    async run() {
      const file = profileFile(plain);
      const document = await workspace.openTextDocument(file);
      await window.showTextDocument(document);
      const edit = new WorkspaceEdit();
      const start = document.getText().indexOf('saved');
      edit.insert(document.uri, document.positionAt(start), 'un');
      await workspace.applyEdit(edit);
      assert.ok(document.isDirty);
      const client = await connected(file, 'a');
      assert.equal(client.clientId, 'unsaved');
      await document.save();
    },
  },
  {
    name: 'a profile can be connected from a file that was never saved',
    async run() {
      const document = await workspace.openTextDocument({ language: 'mqtt-profile', content: plain });
      await window.showTextDocument(document);
      const client = await run<{ clientId: string }>('connect', { file: document.uri, profile: 'a' });
      assert.equal(client.clientId, 'saved');
      // Closing an editor with unsaved text would ask what to do with it.
      await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    },
  },
];
