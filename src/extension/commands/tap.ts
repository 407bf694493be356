import { env, l10n, window } from 'vscode';
import type { EngineMethods, TapView } from '../../engine/messages.ts';
import { isLoopback } from '../../profile/broker-address.ts';
import type { App } from '../app.ts';
import { certificateFolder } from '../certificate-folder.ts';
import { Cancelled, noTap, UserFailure } from '../errors.ts';
import { openAt } from '../profiles/problems.ts';
import { variableLookup } from '../profiles/variables.ts';
import { withSlowProgress } from '../ui/progress.ts';
import { pickOne } from '../ui/quick-input.ts';
import { aboutClient } from '../ui/show-error.ts';
import { chooseProfile, type ProfilePlace } from './choose-profile.ts';
import { type Command, FailureWithSteps, runCommand } from './command.ts';
import { folderOf, usableProfile, withVariables } from './ready-profile.ts';
import { showTapAddress } from './tap-address.ts';
import { type Target, targetOf } from './target.ts';
import { requireTrust } from './trust.ts';

type StartTap = EngineMethods['startTap']['params'];
type Listen = NonNullable<StartTap['listen']>;

/** Where a tap listens whose profile does not say: beside the usual port of brokers, or where there is room. */
const usualListen: Listen = { host: '127.0.0.1', port: 1884 };

export const startTapCommand: Command = {
  id: 'mqttSession.startTap',
  async run(app, given) {
    requireTrust();
    const place = await chooseProfile(app, l10n.t('Start Tap'), targetOf(given));
    const tap = await startTap(app, place, targetOf(given).port);
    app.state.learnTap(tap);
    app.timeline.openAtFirstConnection();
    await env.clipboard.writeText(tap.address);
    announce(app, tap);
    return tap;
  },
};

export const stopTapCommand: Command = {
  id: 'mqttSession.stopTap',
  async run(app, given) {
    const tap = await chooseTap(app, l10n.t('Stop Tap'), targetOf(given));
    await withSlowProgress(
      l10n.t('Stopping the tap at {0}…', tap.address),
      app.engine.request('stopTap', { tap: tap.key }),
    );
  },
};

/** Copies the address, or what to change in a program so that it connects there. */
export const copyTapAddressCommand: Command = {
  id: 'mqttSession.copyTapAddress',
  async run(app, given) {
    return showTapAddress(app, await chooseTap(app, l10n.t('Copy Tap Address'), targetOf(given)));
  },
};

/** The target's tap, the only one, or the one that the user picks. @throws {UserFailure | Cancelled} */
export async function chooseTap(app: App, title: string, target: Target): Promise<TapView> {
  const { tap: key, file, profile, server } = target;
  const candidates = app.state.taps.filter(
    (tap) =>
      (key === undefined || tap.key === key) &&
      (file === undefined || tap.file === file.toString()) &&
      (profile === undefined || tap.profile === profile) &&
      (server === undefined || tap.server === server),
  );
  const [only] = candidates;
  if (only === undefined) throw noTap();
  if (candidates.length === 1) return only;
  const chosen = await pickOne({
    title,
    placeholder: l10n.t('Which tap?'),
    choices: candidates.map((tap) => ({
      id: tap.key,
      value: tap,
      label: tap.address,
      description: l10n.t('to {0} · {1}', tap.to, tap.profile),
    })),
  });
  return chosen.value;
}

async function startTap(app: App, place: ProfilePlace, port: number | undefined): Promise<TapView> {
  const { source, name } = place;
  const file = source.uri;
  const profile = usableProfile(place);
  const listen = profile.tap?.listen;
  const allowRemote = listen !== undefined && !isLoopback(listen.host);
  if (allowRemote) await confirmRemote(`${listen.host}:${listen.port}`);
  const resolved = await withVariables(profile, variableLookup(name, file, app.secrets), file);
  const start = (at: Listen | undefined): Promise<TapView> =>
    app.engine.request('startTap', {
      profile: resolved,
      file: file.toString(),
      folder: folderOf(file),
      sandbox: source.file.sandbox,
      ...(at === undefined ? {} : { listen: at }),
      ...(allowRemote ? { allowRemote } : {}),
      certificateFolder: certificateFolder(app.context),
    });
  const wanted = port === undefined ? listen : { host: listen?.host ?? usualListen.host, port };
  app.log.info(`Starting a tap for ${name}`);
  try {
    return await withSlowProgress(
      l10n.t('Starting the tap…'),
      wanted === undefined ? startAnywhere(start) : start(port === undefined ? undefined : wanted),
    );
  } catch (thrown) {
    if (!(thrown instanceof UserFailure)) throw thrown;
    const range = source.file.names.find((each) => each.name === name)?.range;
    const elsewhere = {
      title: l10n.t('Use a Free Port'),
      run: () => runCommand(app, startTapCommand, { file, profile: name, port: 0 }),
    };
    throw new FailureWithSteps(new UserFailure(aboutClient(name, thrown.error)), [
      ...(thrown.error.code === 'EADDRINUSE' ? [elsewhere] : []),
      { title: l10n.t('Open Profile'), run: () => openAt(file, range) },
    ]);
  }
}

async function startAnywhere(start: (at: Listen) => Promise<TapView>): Promise<TapView> {
  try {
    return await start(usualListen);
  } catch (thrown) {
    const isTaken = thrown instanceof UserFailure && thrown.error.code === 'EADDRINUSE';
    if (!isTaken) throw thrown;
    return start({ ...usualListen, port: 0 });
  }
}

/** @throws {Cancelled} */
async function confirmRemote(address: string): Promise<void> {
  const listen = l10n.t('Listen');
  const chosen = await window.showWarningMessage(
    l10n.t('Let other machines connect to the tap at {0}?', address),
    {
      modal: true,
      detail: l10n.t(
        'Whoever can reach this machine can then use your broker through it, and the tap sees what they send.',
      ),
    },
    listen,
  );
  if (chosen !== listen) throw new Cancelled();
}

function announce(app: App, tap: TapView): void {
  const show = l10n.t('What to Change');
  void window
    .showInformationMessage(
      l10n.t('The tap listens at {0}, which is in the clipboard, and forwards to {1}.', tap.address, tap.to),
      show,
    )
    .then((chosen) => {
      return chosen === show ? runCommand(app, copyTapAddressCommand, { tap: tap.key }) : undefined;
    });
}
