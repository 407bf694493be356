import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { l10n, type Uri, workspace } from 'vscode';
import type { ConnectionProfile } from '../../profile/model.ts';
import { Cancelled, UserFailure, unusableProfile, virtualWorkspace } from '../errors.ts';
import { errorsOf, openAt } from '../profiles/problems.ts';
import { displayPath } from '../profiles/profile-files.ts';
import type { VariableLookup } from '../profiles/variables.ts';
import type { ProfilePlace } from './choose-profile.ts';
import { FailureWithSteps } from './command.ts';

/** @throws {FailureWithSteps | UserFailure} the profile has errors, or its file is not on this machine */
export function usableProfile({ source, name }: ProfilePlace): ConnectionProfile {
  const file = source.uri;
  const profile = source.file.profiles.find((each) => each.name === name);
  if (profile !== undefined) {
    if (!['file', 'untitled'].includes(file.scheme)) throw virtualWorkspace(displayPath(file));
    return profile;
  }
  const errors = errorsOf(source, name);
  const [first] = errors;
  const failure = unusableProfile(
    name,
    displayPath(file),
    first?.code ?? 'error',
    first?.message ?? l10n.t('it has an error'),
    Math.max(0, errors.length - 1),
  );
  throw new FailureWithSteps(failure, [
    { title: l10n.t('Open Profile'), run: () => openAt(file, first?.range) },
  ]);
}

/** The profile with all its variables answered. @throws {Cancelled | FailureWithSteps} */
export async function withVariables(
  profile: ConnectionProfile,
  lookup: VariableLookup,
  file: Uri,
): Promise<ConnectionProfile> {
  const { resolveProfile } = await import('../later.ts');
  const result = await resolveProfile(profile, lookup.answer);
  if (lookup.cancelled) throw new Cancelled();
  if (result.ok) return result.profile;
  const [first] = result.errors;
  throw new FailureWithSteps(
    new UserFailure(
      first ?? { code: 'variable-unresolved', message: l10n.t('Profile {0} cannot be used.', profile.name) },
    ),
    [{ title: l10n.t('Open Profile'), run: () => openAt(file, undefined) }],
  );
}

/** Where relative paths of a profile start: beside its file. */
export function folderOf(file: Uri): string {
  if (file.scheme === 'file') return dirname(file.fsPath);
  return workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir();
}
