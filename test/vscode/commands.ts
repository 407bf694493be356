import * as assert from 'node:assert/strict';
import { commands } from 'vscode';
import { theApi, theExtension } from './support/host.ts';
import type { HostTest } from './support/runner.ts';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
  };
}

export const commandTests: readonly HostTest[] = [
  {
    name: 'activating hands out the API and starts no engine',
    async run() {
      const api = await theApi();
      assert.ok(theExtension().isActive);
      assert.equal(api.snapshot().engine, 'idle');
      assert.deepEqual(api.snapshot().clients, []);
    },
  },
  {
    name: 'every command of package.json is registered, and every registered one is in package.json',
    async run() {
      await theApi();
      const { contributes } = theExtension().packageJSON as Manifest;
      const declared = contributes.commands.map(({ command }) => command).sort();
      // VS Code makes commands of its own for the views of an extension.
      const registered = (await commands.getCommands(true))
        .filter((id) => /^mqttSession\.(?!test\.)/.test(id))
        .filter((id) => !/^mqttSession\.(profiles|sessions)\./.test(id))
        .sort();
      assert.deepEqual(registered, declared);
    },
  },
  {
    name: 'every title of package.json has its words',
    run() {
      const { contributes } = theExtension().packageJSON as Manifest;
      const untold = contributes.commands.filter(({ title }) => title.startsWith('%'));
      assert.deepEqual(untold, []);
    },
  },
];
