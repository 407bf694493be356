import * as assert from 'node:assert/strict';
import { profileFile, run, sample, until } from './support/host.ts';
import type { HostTest } from './support/runner.ts';
import { ScriptedUser } from './support/scripted-user.ts';

const asking = `version: 1
profiles:
  a: { broker: sandbox, clientId: a, username: u, password: '\${secret:a}' }
sandbox: { users: [ { username: u, password: right } ] }
scenarios:
  connects: { steps: [ { connect: a } ] }
  broken: { steps: [ { connect: nobody } ] }
`;

export const scenarioTests: readonly HostTest[] = [
  {
    name: 'Run Scenario runs one scenario, and what its clients did is in the trace',
    async run() {
      const file = sample('presence.mqtt.yaml');
      assert.equal(await run('runScenario', { file, scenario: 'is lost' }), 'passed');
      const { clients } = await until(({ entities }) =>
        entities.connections.some(
          ({ clientId, server, endCause }) =>
            clientId === 'user-alice' && server === 'sandbox of is lost' && endCause === 'cut',
        ),
      );
      assert.deepEqual(clients, []);
      await run('clearTrace');
    },
  },
  {
    name: 'a scenario with a secret asks for it, and one that fails says so',
    async run() {
      const user = new ScriptedUser();
      try {
        const file = profileFile(asking);
        user.answers('wrong');
        assert.equal(await run('runScenario', { file, scenario: 'connects' }), 'failed');
        assert.equal(user.prompts.length, 1);
        assert.equal(await run('runScenario', { file, scenario: 'broken' }), undefined);
        await run('runScenario', { file, scenario: 'unknown' });
        await user.sees('has no scenario unknown');
      } finally {
        user.leaves();
      }
    },
  },
  {
    name: 'Show in Timeline without a run says that there is none',
    async run() {
      const user = new ScriptedUser();
      try {
        await run('showScenario', { id: 'nothing' });
        await user.sees('There is no trace of this scenario.');
      } finally {
        user.leaves();
      }
    },
  },
];
