import * as assert from 'node:assert/strict';
import { profileFile, run, theApi } from './support/host.ts';
import type { HostTest } from './support/runner.ts';
import { ScriptedUser } from './support/scripted-user.ts';

/** Everything that would connect or listen. */
const refused = [
  'connect',
  'startSandbox',
  'startTap',
  'runScenario',
  'resume',
  'startClean',
  'takeOver',
  'publish',
  'subscribe',
];

export const restrictedTests: readonly HostTest[] = [
  ...refused.map(
    (command): HostTest => ({
      name: `in Restricted Mode ${command} is refused, with the way to trust the workspace`,
      async run() {
        const user = new ScriptedUser();
        try {
          const file = profileFile(
            `version: 1\nprofiles:\n  a: { broker: sandbox, clientId: '\${input:Who?}' }\n`,
          );
          assert.equal(await run(command, { file, profile: 'a' }), undefined);
          const { buttons } = await user.sees('not trusted');
          assert.deepEqual(buttons, ['Manage Workspace Trust', 'Show Log']);
          assert.deepEqual(user.prompts, []);
          assert.equal((await theApi()).snapshot().engine, 'idle');
        } finally {
          user.leaves();
        }
      },
    }),
  ),
];
