import { l10n, Uri, window } from 'vscode';
import { noSecrets } from '../errors.ts';
import { displayPath } from '../profiles/profile-files.ts';
import { pickOne } from '../ui/quick-input.ts';
import type { Command } from './command.ts';

export const forgetSecretCommand: Command = {
  id: 'mqttSession.forgetSecret',
  async run(app) {
    const kept = app.secrets.list();
    if (kept.length === 0) throw noSecrets();
    // Forgetting cannot be undone, so that even a single one is asked for.
    const { value } = await pickOne({
      title: l10n.t('Forget Secret'),
      placeholder: l10n.t('Which secret? It will be asked for again when a profile needs it.'),
      choices: kept.map((entry) => ({
        value: entry,
        label: entry.name,
        description: displayPath(Uri.parse(entry.scope)),
      })),
    });
    await app.secrets.forgetListed(value);
    window.setStatusBarMessage(l10n.t('Secret "{0}" is forgotten.', value.name), 5_000);
  },
};
