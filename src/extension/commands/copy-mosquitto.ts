import { env, l10n, window } from 'vscode';
import type { App } from '../app.ts';
import { unusableProfile } from '../errors.ts';
import { errorsOf } from '../profiles/problems.ts';
import { displayPath } from '../profiles/profile-files.ts';
import { chooseProfile } from './choose-profile.ts';
import type { Command } from './command.ts';
import { targetOf } from './target.ts';

/** Copies a profile as a command line. Placeholders stand for secrets; what the command does not do is told. */
async function copy(
  app: App,
  kind: 'mosquitto_sub' | 'mosquitto_pub',
  title: string,
  given: unknown,
): Promise<string> {
  const { source, name } = await chooseProfile(app, title, targetOf(given));
  const profile = source.file.profiles.find((each) => each.name === name);
  if (profile === undefined) {
    const [first, ...more] = errorsOf(source, name);
    throw unusableProfile(
      name,
      displayPath(source.uri),
      first?.code ?? '',
      first?.message ?? '',
      more.length,
    );
  }
  const { mosquittoLine } = await import('../later.ts');
  const sandbox = app.state.sandboxes.find(({ file }) => file === source.uri.toString());
  const port = sandbox === undefined ? undefined : Number(/:(\d+)$/.exec(sandbox.address)?.[1]);
  const { command, notes } = mosquittoLine(kind, profile, port);
  await env.clipboard.writeText(command);
  if (notes.length === 0) window.setStatusBarMessage(l10n.t('Copied: {0}', command), 5_000);
  else {
    void window.showInformationMessage(
      l10n.t(
        'The command is in the clipboard. What it does not do as the profile does: {0}.',
        notes.join('; '),
      ),
    );
  }
  return command;
}

export const copyMosquittoSubCommand: Command = {
  id: 'mqttSession.copyMosquittoSub',
  run: (app, given) => copy(app, 'mosquitto_sub', l10n.t('Copy as mosquitto_sub Command'), given),
};

export const copyMosquittoPubCommand: Command = {
  id: 'mqttSession.copyMosquittoPub',
  run: (app, given) => copy(app, 'mosquitto_pub', l10n.t('Copy as mosquitto_pub Command'), given),
};
