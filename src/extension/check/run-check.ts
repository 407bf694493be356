import { randomUUID } from 'node:crypto';
import { l10n, ProgressLocation, window, workspace } from 'vscode';
import type { CheckReport } from '../../engine/messages.ts';
import { isLoopback } from '../../profile/broker-address.ts';
import type { ConnectionProfile } from '../../profile/model.ts';
import type { App } from '../app.ts';
import type { ProfilePlace } from '../commands/choose-profile.ts';
import { folderOf, usableProfile, withVariables } from '../commands/ready-profile.ts';
import { Cancelled } from '../errors.ts';
import { variableLookup } from '../profiles/variables.ts';
import { brokerText } from '../ui/words.ts';

/** Checks the broker of a profile and shows the report. @throws {Cancelled | UserFailure | FailureWithSteps} */
export async function checkProfile(app: App, place: ProfilePlace): Promise<CheckReport> {
  const { source, name } = place;
  const profile = usableProfile(place);
  await confirmRemote(profile);
  const file = source.uri;
  const resolved = await withVariables(profile, variableLookup(name, file, app.secrets), file);
  const prefix = workspace.getConfiguration('mqttSession').get<string>('check.prefix');
  const run = randomUUID();
  app.log.info(`Checking the broker of ${name}`);
  const report = await withCheckProgress(
    app,
    run,
    app.engine.request('checkBroker', {
      run,
      profile: resolved,
      file: file.toString(),
      folder: folderOf(file),
      sandbox: source.file.sandbox,
      ...(prefix === undefined || prefix === '' ? {} : { prefix }),
    }),
  );
  await app.check.show({ report, profile: name, reliances: await reliancesOf(app, name) });
  return report;
}

/** The check is no small thing to do to a broker that others may use. @throws {Cancelled} */
async function confirmRemote({ broker }: ConnectionProfile): Promise<void> {
  if (broker.kind === 'sandbox' || isLoopback(broker.host)) return;
  const go = l10n.t('Check');
  const detail = l10n.t(
    'It is not on this machine. The check opens some hundred connections to it within a minute, cuts most of them, and publishes under a prefix of its own.',
  );
  const question = l10n.t('Check the behaviour of {0}?', brokerText(broker));
  const chosen = await window.showWarningMessage(question, { modal: true, detail }, go);
  if (chosen !== go) throw new Cancelled();
}

function withCheckProgress(app: App, run: string, work: Promise<CheckReport>): Promise<CheckReport> {
  const title = l10n.t('Checking broker behaviour');
  return Promise.resolve(
    window.withProgress(
      { location: ProgressLocation.Notification, title, cancellable: true },
      (progress, token) => {
        let told = 0;
        const listener = app.engine.onDidCheckProgress(({ run: of, done, total, stage }) => {
          if (of !== run) return;
          const percent = (done / Math.max(1, total)) * 100;
          progress.report({
            message: l10n.t('{0} of {1}: {2}', done, total, stage),
            increment: Math.max(0, percent - told),
          });
          told = Math.max(told, percent);
        });
        // What was tried up to then is still told.
        token.onCancellationRequested(() => void app.engine.request('cancelCheck', { run }));
        return work.finally(() => listener.dispose());
      },
    ),
  );
}

/** What every usable profile of the workspace relies on, the one that was checked first. */
async function reliancesOf(app: App, first: string): Promise<{ profile: string; rows: readonly string[] }[]> {
  const { rowsReliedOn, whatIfSettingsOf } = await import('../later.ts');
  const sources = await app.files.all();
  const all = sources.flatMap(({ file }) =>
    file.profiles.map((profile) => ({
      profile: profile.name,
      rows: rowsReliedOn(whatIfSettingsOf(profile, file.sandbox)),
    })),
  );
  return all.toSorted((a, b) => Number(b.profile === first) - Number(a.profile === first));
}
