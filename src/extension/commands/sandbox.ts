import { env, l10n, QuickPickItemKind, type Uri, window } from 'vscode';
import type { SandboxView } from '../../engine/messages.ts';
import type { SandboxSettings } from '../../profile/model.ts';
import type { App } from '../app.ts';
import { noSandbox, unusableSandbox } from '../errors.ts';
import { activeProfileFile, displayPath } from '../profiles/profile-files.ts';
import { withSlowProgress } from '../ui/progress.ts';
import { type Choice, pickOne } from '../ui/quick-input.ts';
import type { Command } from './command.ts';
import { type Target, targetOf } from './target.ts';
import { requireTrust } from './trust.ts';

/** The sandbox of no file: everybody may connect, nothing is denied. */
const plainSettings: SandboxSettings = { deny: [], users: [] };

export const startSandboxCommand: Command = {
  id: 'mqttSession.startSandbox',
  async run(app, given) {
    requireTrust();
    const file = await chooseSettings(app, targetOf(given));
    const settings = file === undefined ? plainSettings : await settingsOf(app, file);
    const sandbox = await withSlowProgress(
      l10n.t('Starting the sandbox broker…'),
      app.engine.request('startSandbox', { file: file?.toString() ?? '', settings, port: 0 }),
    );
    app.state.learnSandbox(sandbox);
    announce(sandbox);
    return sandbox;
  },
};

export const stopSandboxCommand: Command = {
  id: 'mqttSession.stopSandbox',
  async run(app, given) {
    const sandbox = await chooseSandbox(app, l10n.t('Stop Sandbox Broker'), targetOf(given));
    return app.engine.request('stopSandbox', { file: sandbox.file });
  },
};

export const copySandboxAddressCommand: Command = {
  id: 'mqttSession.copySandboxAddress',
  async run(app, given) {
    const sandbox = await chooseSandbox(app, l10n.t('Copy Sandbox Address'), targetOf(given));
    await env.clipboard.writeText(sandbox.address);
    return sandbox.address;
  },
};

function announce(sandbox: SandboxView): void {
  const copy = l10n.t('Copy Address');
  void window
    .showInformationMessage(
      l10n.t('The sandbox broker listens at {0}, on this machine only.', sandbox.address),
      copy,
    )
    .then((chosen) => (chosen === copy ? env.clipboard.writeText(sandbox.address) : undefined));
}

/** Throws `unusable-sandbox`: half of the settings would not be what was meant. */
async function settingsOf(app: App, uri: Uri): Promise<SandboxSettings> {
  const { sandbox, sandboxUsable, diagnostics } = (await app.files.read(uri)).file;
  if (sandboxUsable) return sandbox;
  const error = diagnostics.find(({ severity }) => severity === 'error');
  throw unusableSandbox(displayPath(uri), error?.message ?? '');
}

/** The file whose `sandbox:` settings count; undefined for none. */
async function chooseSettings(app: App, target: Target): Promise<Uri | undefined> {
  if (target.file !== undefined) return target.file;
  const sources = await app.files.all();
  if (sources.length === 0) return undefined;
  const active = activeProfileFile()?.toString();
  const plain: Choice<Uri | undefined> = {
    id: 'plain',
    value: undefined,
    label: l10n.t('Plain'),
    description: l10n.t('everybody may connect, nothing is denied'),
  };
  const files = sources.map(
    ({ uri }): Choice<Uri | undefined> => ({
      id: uri.toString(),
      value: uri,
      label: displayPath(uri),
      description: l10n.t('as its sandbox: settings say'),
    }),
  );
  const first = files.filter(({ id }) => id === active);
  const rest = files.filter(({ id }) => id !== active);
  const separator: Choice<Uri | undefined> = {
    value: undefined,
    label: l10n.t('profile files'),
    kind: QuickPickItemKind.Separator,
  };
  const chosen = await pickOne({
    title: l10n.t('Start Sandbox Broker'),
    placeholder: l10n.t('Which settings does it follow?'),
    choices: [...first, plain, separator, ...rest],
    last: app.choices.get('sandbox.settings'),
  });
  if (chosen.id !== undefined) app.choices.set('sandbox.settings', chosen.id);
  return chosen.value;
}

async function chooseSandbox(app: App, title: string, target: Target): Promise<SandboxView> {
  const wanted = target.file?.toString();
  const candidates = app.state.sandboxes.filter(
    ({ file, server }) =>
      (wanted === undefined || file === wanted) && (target.server === undefined || server === target.server),
  );
  const [only] = candidates;
  if (only === undefined) throw noSandbox();
  if (candidates.length === 1) return only;
  const chosen = await pickOne({
    title,
    placeholder: l10n.t('Which sandbox broker?'),
    choices: candidates.map((sandbox) => ({
      value: sandbox,
      label: sandbox.server,
      description: sandbox.address,
    })),
  });
  return chosen.value;
}
