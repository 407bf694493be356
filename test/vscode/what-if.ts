import * as assert from 'node:assert/strict';
import { commands, Position, WorkspaceEdit, window, workspace } from 'vscode';
import { profileFile, run, sample, theApi } from './support/host.ts';
import type { HostTest } from './support/runner.ts';

/** The page, once it says this. */
function pageSays(text: string): Thenable<string> {
  return run<string>('test.whatIf', text);
}

const opens: HostTest = {
  name: 'What If opens the page of a profile with nothing connected',
  async run() {
    await run('whatIf', { file: sample('will-delay.mqtt.yaml'), profile: 'demo' });
    const html = await pageSays('What if the connection of demo ends?');
    for (const text of ['Published after 5 s', 'Is resumed', '[MQTT-3.1.3-9]', 'D39']) {
      assert.ok(html.includes(text), text);
    }
    assert.ok(!html.includes('<script'));
    assert.ok(
      (await theApi()).snapshot().entities.connections.every(({ clientId }) => clientId !== 'what-if'),
    );
    await commands.executeCommand('workbench.action.closeActiveEditor');
  },
};

export const whatIfTests: readonly HostTest[] = [
  opens,
  {
    name: 'the page of What If follows the edits of its file, and tells when the profile has errors',
    async run() {
      const text = 'version: 1\nprofiles:\n  a:\n    broker: sandbox\n    clientId: a\n    keepAlive: 10s\n';
      const document = await workspace.openTextDocument(profileFile(text));
      await window.showTextDocument(document);
      await run('whatIf', { file: document.uri, profile: 'a' });
      await pageSays('The Server must notice 15 s after the last packet');
      const edit = async (change: (edit: WorkspaceEdit) => void): Promise<void> => {
        const all = new WorkspaceEdit();
        change(all);
        await workspace.applyEdit(all);
      };
      const end = new Position(document.lineCount - 1, 0);
      await edit((all) => all.insert(document.uri, end, '    will: { topic: gone }\n'));
      await pageSays('Published at T + 15 s, when the Server notices');
      await edit((all) => all.insert(document.uri, end, '    nonsense: 1\n'));
      const html = await pageSays('This profile has errors');
      assert.ok(!html.includes('<table'));
      await commands.executeCommand('workbench.action.closeActiveEditor');
      await document.save();
    },
  },
];

export const whatIfRestrictedTests: readonly HostTest[] = [
  { ...opens, name: 'in Restricted Mode What If works all the same' },
  {
    name: 'in Restricted Mode What If resolves no variable, and says what it does not know',
    async run() {
      const file = profileFile(
        `version: 1\nprofiles:\n  a: { broker: 'mqtt://host', clientId: '\${input:Who?}' }\n`,
      );
      await run('whatIf', { file, profile: 'a' });
      const html = await pageSays('A variable makes the Client Identifier');
      assert.ok(html.includes('The Server may replace the Session Expiry Interval and the Keep Alive'));
      await commands.executeCommand('workbench.action.closeActiveEditor');
    },
  },
];
