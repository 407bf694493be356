import { basename } from 'node:path';
import { l10n, QuickPickItemKind, ThemeIcon, type Uri } from 'vscode';
import type { App } from '../app.ts';
import { noProfiles, noSuchProfile } from '../errors.ts';
import { activeProfileFile, displayPath, type ProfileSource } from '../profiles/profile-files.ts';
import { type Choice, pickOne } from '../ui/quick-input.ts';
import { brokerText, clientStateWord } from '../ui/words.ts';
import { FailureWithSteps } from './command.ts';
import { createProfileStep } from './new-profile.ts';
import type { Target } from './target.ts';

/** A profile by its place; whether it can be used is for whoever uses it to say. */
export interface ProfilePlace {
  readonly source: ProfileSource;
  readonly name: string;
}

type Row = Choice<ProfilePlace | undefined>;

const question = 'profile.connect';

/**
 * The profile that is to be connected: the target's, the only one there is, or the one that the user picks. The list
 * begins with the profiles of the active file, and shows the unusable ones too: choosing one says what is wrong with it.
 * @throws {UserFailure | Cancelled}
 */
export async function chooseProfile(app: App, title: string, target: Target): Promise<ProfilePlace> {
  if (target.file !== undefined && target.profile !== undefined) {
    return inFile(await app.files.read(target.file), target.profile);
  }
  const sources = target.file === undefined ? await sourcesInOrder(app) : [await app.files.read(target.file)];
  const places = sources.flatMap((source) => source.file.names.map(({ name }) => ({ source, name })));
  const named = target.profile === undefined ? places : places.filter(({ name }) => name === target.profile);
  const [only] = named;
  if (only === undefined) {
    throw new FailureWithSteps(noProfiles(), [createProfileStep()]);
  }
  if (named.length === 1) return only;
  const rows = sources.flatMap((source) => rowsOf(app, source, named));
  const chosen = await pickOne({
    title,
    placeholder: l10n.t('Which profile?'),
    choices: rows,
    last: app.choices.get(question),
  });
  if (chosen.value === undefined) return chooseProfile(app, title, target);
  if (chosen.id !== undefined) app.choices.set(question, chosen.id);
  return chosen.value;
}

function inFile(source: ProfileSource, name: string): ProfilePlace {
  if (source.file.names.some((each) => each.name === name)) return { source, name };
  throw noSuchProfile(name, displayPath(source.uri));
}

async function sourcesInOrder(app: App): Promise<readonly ProfileSource[]> {
  const all = await app.files.all();
  const active = activeProfileFile()?.toString();
  return [...all].sort((a, b) => rank(a.uri, active) - rank(b.uri, active));
}

function rank(uri: Uri, active: string | undefined): number {
  return uri.toString() === active ? 0 : 1;
}

function rowsOf(app: App, source: ProfileSource, among: readonly ProfilePlace[]): readonly Row[] {
  const rows = source.file.names
    .filter(({ name }) => among.some((place) => place.source === source && place.name === name))
    .map(({ name, usable, description }): Row => {
      const profile = source.file.profiles.find((each) => each.name === name);
      const client = [...app.state.clients.values()].find(
        (each) => each.profile === name && each.file === source.uri.toString(),
      );
      return {
        id: `${source.uri.toString()} ${name}`,
        value: { source, name },
        label: name,
        ...(usable ? {} : { iconPath: new ThemeIcon('error') }),
        description: [
          profile === undefined ? l10n.t('has errors') : brokerText(profile.broker),
          ...(client === undefined ? [] : [clientStateWord(client.state)]),
        ].join(' · '),
        ...(description === undefined ? {} : { detail: description }),
      };
    });
  if (rows.length === 0) return [];
  const separator: Row = {
    value: undefined,
    label: basename(displayPath(source.uri)),
    kind: QuickPickItemKind.Separator,
  };
  return [separator, ...rows];
}
