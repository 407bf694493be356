/** The checks of one profile as a whole, with everything it inherits. */
import { buildProfile } from './build.ts';
import { replaceText } from './fixes.ts';
import type { Lineage } from './inherit.ts';
import { missingKeys, wrongVersionKeys } from './merged-checks.ts';
import type { ConnectionProfile, Range } from './model.ts';
import { type Found, Problems } from './problems.ts';
import { checkProfile } from './profile-checks.ts';
import { asideOf } from './profile-fixes.ts';
import { isBroken, locate, type Settings } from './settings.ts';
import { checkTapFaults } from './tap-faults.ts';
import { mapTexts } from './texts.ts';
import { replaceVariables, variablesIn } from './variables.ts';

export interface FinishedProfile {
  readonly settings: Settings;
  /** What the settings amount to, where they were all understood; it may have errors all the same. */
  readonly profile: ConnectionProfile | undefined;
  /** Nothing keeps the profile itself from being used. */
  readonly sound: boolean;
  readonly found: readonly Found[];
}

/** @param own the part of the file that is this profile */
export function finishProfile(name: string, nameRange: Range, own: Range, lineage: Lineage): FinishedProfile {
  const { settings } = lineage;
  const problems = new Problems();
  const unusable = (): FinishedProfile => ({
    settings,
    profile: undefined,
    sound: false,
    found: problems.found,
  });
  let usable = !lineage.broken && !isBroken(settings);
  const missing = missingKeys(settings, 'profile', { own });
  if (missing.length > 0) {
    usable = false;
    // What others extend may be a part of a profile; it is then not offered, and nothing is wrong with it.
    if (!lineage.extended && !lineage.broken) {
      for (const { at, object, fixes } of missing) {
        problems.add('required-missing', at ?? nameRange, object, { fixes });
      }
    }
  }
  const profile = buildProfile(name, settings);
  if (profile === undefined) return unusable();
  for (const { at, message, fixes } of wrongVersionKeys(settings, profile.protocolVersion, name, own)) {
    usable = false;
    const range = at ?? locate(settings, ['protocolVersion']) ?? nameRange;
    problems.add('key-not-in-version', range, message, { fixes });
  }
  if (!usable) return unusable();
  const before = problems.errorCount;
  checkPassword(profile, settings, nameRange, problems);
  const findings = [...checkTapFaults(settings), ...checkProfile(withPlaceholders(profile), profile)];
  for (const finding of findings) {
    const range = locate(settings, finding.path) ?? nameRange;
    problems.add(finding.code, range, finding.message, asideOf(finding, settings, nameRange, own));
  }
  return { settings, profile, sound: problems.errorCount === before, found: problems.found };
}

function checkPassword(
  profile: ConnectionProfile,
  settings: Settings,
  nameRange: Range,
  problems: Problems,
): void {
  const { name, password } = profile;
  if (password === undefined || !holdsPassword(profile)) return;
  const secret = /^[\w.-]+$/.test(name) ? name : 'name';
  const range = locate(settings, ['password']);
  const variable = `\${secret:${secret}}`;
  problems.add(
    'password-in-file',
    range ?? nameRange,
    `A profile never holds a password, because the file is meant to be shared. Write \`${variable}\`, and be asked for it once, or \`\${env:NAME}\`.`,
    {
      fixes:
        range === undefined || password.includes('${')
          ? []
          : [
              {
                ...replaceText(range, variable),
                title: `Write \`${variable}\` and move the password to secret storage`,
                preferred: true,
                secret: { name: secret, value: password },
              },
            ],
    },
  );
}

/** Whether the password stands in the file itself. The sandbox guards nothing, so there it may. */
function holdsPassword({ password, broker }: ConnectionProfile): boolean {
  if (password === undefined || password === '' || broker.kind === 'sandbox') return false;
  return !variablesIn(password).some(({ kind }) => kind === 'secret' || kind === 'env' || kind === 'input');
}

/** The profile as it can be checked before its variables are known: each stands for some text. */
function withPlaceholders(profile: ConnectionProfile): ConnectionProfile {
  return mapTexts(profile, (text) =>
    replaceVariables(text, ({ kind, name }) => (kind === 'random' ? 'x'.repeat(Number(name)) : 'x')),
  );
}
