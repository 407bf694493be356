import { l10n } from 'vscode';
import { chooseProfile } from './choose-profile.ts';
import type { Command } from './command.ts';
import { targetOf } from './target.ts';

/** Opens the page of What-if for a profile. Nothing connects and no variable is resolved, so that it works without trust. */
export const whatIfCommand: Command = {
  id: 'mqttSession.whatIf',
  async run(app, given) {
    const { source, name } = await chooseProfile(app, l10n.t('What If...'), targetOf(given));
    await app.whatIf.show(source, name);
  },
};
