import { l10n, type Uri, window } from 'vscode';
import type { ClientView, UserError } from '../../engine/messages.ts';
import type { App } from '../app.ts';
import { alreadyConnected, UserFailure } from '../errors.ts';
import { openAt } from '../profiles/problems.ts';
import { displayPath } from '../profiles/profile-files.ts';
import { type VariableLookup, variableLookup } from '../profiles/variables.ts';
import { withSlowProgress } from '../ui/progress.ts';
import type { NextStep } from '../ui/show-error.ts';
import { chooseProfile, type ProfilePlace } from './choose-profile.ts';
import { type Command, FailureWithSteps, runCommand } from './command.ts';
import { folderOf, usableProfile, withVariables } from './ready-profile.ts';
import { type Target, targetOf } from './target.ts';
import { requireTrust } from './trust.ts';

export const connectCommand: Command = {
  id: 'mqttSession.connect',
  async run(app, given) {
    requireTrust();
    const target = targetOf(given);
    const place = await chooseProfile(app, l10n.t('Connect'), ofClient(app, target));
    return connectProfile(app, place);
  },
};

/** A client stands for the profile that it was made from. */
function ofClient(app: App, target: Target): Target {
  const client = target.client === undefined ? undefined : app.state.clients.get(target.client);
  return client === undefined ? target : targetOf({ file: client.file, profile: client.profile });
}

/**
 * Connects one profile. Resolves with its client once the Server has accepted it and its subscriptions.
 * @throws {FailureWithSteps | UserFailure | Cancelled}
 */
async function connectProfile(app: App, place: ProfilePlace): Promise<ClientView> {
  const { source, name } = place;
  const file = source.uri;
  const profile = usableProfile(place);
  const existing = clientOf(app, file, name, ['connected']);
  if (existing !== undefined) throw alreadyConnected(name);

  const lookup = variableLookup(name, file, app.secrets);
  const resolved = await withVariables(profile, lookup, file);
  app.timeline.openAtFirstConnection();
  app.log.info(`Connecting ${name} of ${displayPath(file)}`);
  try {
    const client = await withSlowProgress(
      l10n.t('Connecting {0}…', name),
      app.engine.request('connect', {
        profile: resolved,
        file: file.toString(),
        folder: folderOf(file),
        sandbox: source.file.sandbox,
      }),
      async () => {
        const client = clientOf(app, file, name, ['connecting', 'reconnecting']);
        if (client !== undefined) await app.engine.request('cancelConnect', { client: client.key });
      },
    );
    app.state.learn(client);
    if (client.error !== undefined) warnOf(app, client.error, name);
    return client;
  } catch (thrown) {
    if (!(thrown instanceof UserFailure) || thrown.error.code === 'cancelled') throw thrown;
    throw new FailureWithSteps(named(name, thrown.error), nextSteps(app, place, lookup, thrown.error));
  }
}

/** What went wrong right after the Server had accepted: the client is connected all the same. */
function warnOf(app: App, error: UserError, name: string): void {
  const { message, hint } = named(name, error).error;
  app.log.warn(`${error.code}: ${message}`);
  void window.showWarningMessage(hint === undefined ? message : `${message} ${hint}`);
}

/** The message says which profile it is about, unless it names it already. */
function named(profile: string, error: UserError): UserFailure {
  return new UserFailure({ ...error, message: l10n.t('{0}: {1}', profile, error.message) });
}

const refusedCredentials = new Set(['bad-user-name-or-password', 'not-authorized']);

function nextSteps(
  app: App,
  place: ProfilePlace,
  lookup: VariableLookup,
  error: UserError,
): readonly NextStep[] {
  const retry = () => {
    const again = { file: place.source.uri, profile: place.name };

    return runCommand(app, connectCommand, again);
  };
  const steps: NextStep[] = [];
  if (refusedCredentials.has(error.code) && lookup.usedSecrets.size > 0) {
    steps.push({
      title: l10n.t('Enter Password Again'),
      run: async () => {
        for (const secret of lookup.usedSecrets) await app.secrets.forget(secret, place.source.uri);
        return retry();
      },
    });
  } else {
    steps.push({ title: l10n.t('Retry'), run: retry });
  }
  const range = place.source.file.names.find(({ name }) => name === place.name)?.range;
  steps.push({ title: l10n.t('Open Profile'), run: () => openAt(place.source.uri, range) });
  return steps;
}

function clientOf(
  app: App,
  file: Uri,
  profile: string,
  states: readonly ClientView['state'][],
): ClientView | undefined {
  if (app.state.stale) return undefined;
  return [...app.state.clients.values()].find(
    (client) =>
      client.file === file.toString() && client.profile === profile && states.includes(client.state),
  );
}
