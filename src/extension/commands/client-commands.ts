import { l10n } from 'vscode';
import type { ClientView } from '../../engine/messages.ts';
import type { App } from '../app.ts';
import type { ClientVerb } from '../engine/client-actions.ts';
import { UserFailure, userErrorOf } from '../errors.ts';
import { withSlowProgress } from '../ui/progress.ts';
import { pickOne } from '../ui/quick-input.ts';
import { aboutClient } from '../ui/show-error.ts';
import { clientName } from '../ui/words.ts';
import { chooseClient } from './choose-client.ts';
import { type Command, FailureWithSteps, runCommand } from './command.ts';
import { targetOf } from './target.ts';
import { requireTrust } from './trust.ts';

/** DISCONNECT reason codes (v5 3.14.2.1). */
const normalDisconnection = 0x00;
const disconnectWithWillMessage = 0x04;

export const disconnectCommand: Command = {
  id: 'mqttSession.disconnect',
  async run(app, target) {
    const client = await chooseClient(app, 'disconnect', l10n.t('Disconnect'), target);
    if (client.state === 'connecting' || client.state === 'reconnecting') {
      return app.engine.request('cancelConnect', { client: client.key });
    }
    return withSlowProgress(
      l10n.t('Disconnecting {0}…', clientName(client)),
      app.engine.request('disconnect', { client: client.key, reasonCode: normalDisconnection }),
    );
  },
};

export const disconnectWithWillCommand: Command = {
  id: 'mqttSession.disconnectWithWill',
  async run(app, target) {
    const title = l10n.t('Disconnect with Will (0x04)');
    const client = await chooseClient(app, 'disconnectWithWill', title, target);
    return withSlowProgress(
      l10n.t('Disconnecting {0}…', clientName(client)),
      app.engine.request('disconnect', { client: client.key, reasonCode: disconnectWithWillMessage }),
    );
  },
};

export const dropCommand = cut('drop', () => l10n.t('Drop Connection'));
export const closeCommand = cut('close', () => l10n.t('Close Without DISCONNECT'));
export const freezeCommand = cut('freeze', () => l10n.t('Freeze'));

export const resumeCommand = connectAgain('resume', () => l10n.t('Resume Session'));
export const startCleanCommand = connectAgain('startClean', () => l10n.t('Start Clean'));

export const takeOverCommand: Command = {
  id: 'mqttSession.takeOver',
  async run(app, target) {
    requireTrust();
    const title = l10n.t('Take Over');
    const client = await chooseClient(app, 'takeOver', title, target);
    const cleanStart = targetOf(target).cleanStart ?? (await askCleanStart(app, title, client));
    return connecting(app, takeOverCommand, client, (key) =>
      app.engine.request('takeOver', { client: key, cleanStart }),
    );
  },
};

/** What ends or silences a connection at once, on our side. */
function cut(verb: 'drop' | 'close' | 'freeze', title: () => string): Command {
  return {
    id: `mqttSession.${verb}`,
    async run(app, target) {
      const client = await chooseClient(app, verb, title(), target);
      return app.engine.request(verb, { client: client.key });
    },
  };
}

/** What connects the same client once more. */
function connectAgain(verb: 'resume' | 'startClean', title: () => string): Command {
  const command: Command = {
    id: `mqttSession.${verb}`,
    async run(app, target) {
      requireTrust();
      const client = await chooseClient(app, verb satisfies ClientVerb, title(), target);
      return connecting(app, command, client, (key) => app.engine.request(verb, { client: key }));
    },
  };
  return command;
}

async function connecting(
  app: App,
  command: Command,
  client: ClientView,
  start: (key: string) => Promise<ClientView>,
): Promise<ClientView> {
  const name = clientName(client);
  try {
    const view = await withSlowProgress(l10n.t('Connecting {0}…', name), start(client.key), () =>
      app.engine.request('cancelConnect', { client: client.key }),
    );
    app.state.learn(view);
    return view;
  } catch (thrown) {
    if (!(thrown instanceof UserFailure)) throw thrown;
    throw new FailureWithSteps(new UserFailure(aboutClient(name, userErrorOf(thrown))), [
      { title: l10n.t('Retry'), run: () => runCommand(app, command, { client: client.key }) },
    ]);
  }
}

async function askCleanStart(app: App, title: string, client: ClientView): Promise<boolean> {
  const question = 'takeOver.cleanStart';
  const chosen = await pickOne({
    title,
    placeholder: l10n.t('How does the second client of {0} start?', clientName(client)),
    choices: [
      {
        id: 'resume',
        value: false,
        label: l10n.t('Resume the session'),
        description: l10n.t('Clean Start 0'),
      },
      { id: 'clean', value: true, label: l10n.t('Start clean'), description: l10n.t('Clean Start 1') },
    ],
    last: app.choices.get(question),
  });
  if (chosen.id !== undefined) app.choices.set(question, chosen.id);
  return chosen.value;
}
