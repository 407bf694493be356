/**
 * Reads a profile file: text in, usable profiles and diagnostics out. Never throws, and does bounded work whatever the
 * text. A profile is usable when everything that it is made of was understood; others of the file may be all the same.
 */
import { buildProfile, buildSandbox } from './build.ts';
import { inherit, type Lineage } from './inherit.ts';
import { missingKeys, wrongVersionKeys } from './merged-checks.ts';
import type { ConnectionProfile, ProfileFile, Range } from './model.ts';
import { Problems } from './problems.ts';
import { checkProfile } from './profile-checks.ts';
import { type Reading, readObject } from './read.ts';
import { checkSandbox } from './sandbox-checks.ts';
import { keysOf } from './schema.ts';
import { isBroken, locate, NO_SETTINGS, type Settings } from './settings.ts';
import { mapTexts } from './texts.ts';
import { type Entry, parseTree, type Tree } from './tree.ts';
import { replaceVariables, variablesIn } from './variables.ts';

/** Reads a profile file, YAML or JSON (which is YAML, too). `fileName` is for messages only. */
export function parseProfileFile(text: string, fileName: string): ProfileFile {
  const problems = new Problems();
  const { tree, usesAliases } = parseTree(text, problems);
  const syntaxErrors = problems.errorStarts;
  if (tree === undefined) {
    if (syntaxErrors.length === 0) problems.add('no-profiles', { start: 0, end: 0 }, noProfiles(fileName));
    return { profiles: [], names: [], sandbox: buildSandbox(NO_SETTINGS), diagnostics: problems.list() };
  }
  const reading: Reading = { problems, text };
  const file = readObject(tree, 'file', 'the file', reading);
  const parts = tree.kind === 'map' ? tree.entries : [];
  const regions = findRegions(parts, text.length);
  /** Syntax errors break what they stand in; where aliases carry values elsewhere, they break everything. */
  const brokenBySyntax = (region: Range | undefined): boolean =>
    region !== undefined &&
    syntaxErrors.some((start) => usesAliases || (start >= region.start && start < region.end));
  const wholeFileBroken =
    file.broken ||
    file.entries.get('version')?.value.kind === 'broken' ||
    syntaxErrors.some((start) => !regions.all.some((region) => start >= region.start && start < region.end));

  const sandbox = partOf(file, 'sandbox');
  const sandboxSound = checkSandbox(sandbox, problems);
  const defaults = partOf(file, 'defaults');
  const defaultsSound = rejectExtends(defaults, problems);
  const profiles = readProfiles(parts, reading);
  if (profiles.length === 0 && !wholeFileBroken && syntaxErrors.length === 0) {
    const at = parts.find(({ key }) => key === 'profiles')?.keyRange ?? { start: 0, end: 0 };
    problems.add('no-profiles', at, noProfiles(fileName));
  }

  const lineages = inherit(
    profiles.map(({ name, settings }) => ({
      name,
      settings,
      broken: brokenBySyntax(regions.profiles.get(name)),
    })),
    {
      settings: defaults,
      broken: !defaultsSound || partBroken(file, 'defaults') || brokenBySyntax(regions.parts.get('defaults')),
    },
    problems,
  );
  const sandboxBroken =
    !sandboxSound ||
    isBroken(sandbox) ||
    partBroken(file, 'sandbox') ||
    brokenBySyntax(regions.parts.get('sandbox'));
  const usable = new Map<string, ConnectionProfile>();
  for (const { name, keyRange } of profiles) {
    const lineage = lineages.get(name);
    if (lineage === undefined) continue;
    const own = regions.profiles.get(name) ?? keyRange;
    const profile = finishProfile(name, keyRange, own, lineage, problems);
    if (profile === undefined || wholeFileBroken) continue;
    if (profile.broker.kind === 'sandbox' && sandboxBroken) continue;
    usable.set(name, profile);
  }
  return {
    profiles: [...usable.values()],
    names: profiles.map(({ name, keyRange, settings }) => ({
      name,
      range: keyRange,
      usable: usable.has(name),
      description: descriptionOf(settings),
    })),
    sandbox: buildSandbox(sandbox),
    diagnostics: problems.list(),
  };
}

const noProfiles = (fileName: string): string =>
  `${fileName === '' ? 'This file' : `\`${fileName.replace(/^.*[\\/]/, '')}\``} names no profile. Write \`profiles:\`, and below it a name with its settings.`;

interface NamedProfile {
  readonly name: string;
  readonly keyRange: Range;
  readonly settings: Settings;
}

function readProfiles(parts: readonly Entry[], reading: Reading): readonly NamedProfile[] {
  const { problems } = reading;
  const tree = parts.find(({ key }) => key === 'profiles')?.value;
  if (tree === undefined || tree.kind === 'invalid' || tree.kind === 'nothing') return [];
  if (tree.kind !== 'map') {
    problems.add(
      'wrong-type',
      tree.range,
      '`profiles` is a map of names to profiles. Write `name:` and the settings below it, indented.',
    );
    return [];
  }
  const type = keysOf('file').get('profiles')?.type;
  const max = type?.kind === 'named' ? type.max : 0;
  const extra = tree.entries[max];
  if (extra !== undefined) {
    problems.add(
      'too-many',
      extra.keyRange,
      `At most ${max} profiles of a file are read. Move this one and those below it to another file.`,
    );
  }
  return tree.entries.slice(0, max).map(({ key, keyRange, value }) => {
    if (key.trim() === '') problems.add('value-missing', keyRange, 'A profile needs a name. Write one.');
    const settings =
      value.kind === 'nothing' || isNull(value)
        ? NO_SETTINGS
        : readObject(value, 'profile', `profile \`${key}\``, reading);
    return { name: key, keyRange, settings: key.trim() === '' ? { ...settings, broken: true } : settings };
  });
}

const isNull = (tree: Tree): boolean => tree.kind === 'scalar' && tree.plain && tree.value === null;

function partOf(file: Settings, key: 'defaults' | 'sandbox'): Settings {
  const value = file.entries.get(key)?.value;
  return value?.kind === 'object' ? value.settings : NO_SETTINGS;
}

const partBroken = (file: Settings, key: 'defaults' | 'sandbox'): boolean =>
  file.entries.get(key)?.value.kind === 'broken';

function rejectExtends(defaults: Settings, problems: Problems): boolean {
  const setting = defaults.entries.get('extends');
  if (setting === undefined) return true;
  problems.add(
    'unknown-key',
    setting.keyRange,
    '`defaults` lies under every profile and cannot extend one. Write `extends` in the profiles that need it.',
  );
  return false;
}

/** The checks of one profile as a whole; undefined when it cannot be used. */
function finishProfile(
  name: string,
  nameRange: Range,
  own: Range,
  lineage: Lineage,
  problems: Problems,
): ConnectionProfile | undefined {
  const { settings } = lineage;
  let usable = !lineage.broken && !isBroken(settings);
  const missing = missingKeys(settings, 'profile');
  if (missing.length > 0) {
    usable = false;
    // What others extend may be a part of a profile; it is then not offered, and nothing is wrong with it.
    if (!lineage.extended && !lineage.broken) {
      for (const { at, object } of missing) problems.add('required-missing', at ?? nameRange, object);
    }
  }
  const profile = buildProfile(name, settings);
  if (profile === undefined) return undefined;
  for (const { at, message } of wrongVersionKeys(settings, profile.protocolVersion, name, own)) {
    usable = false;
    problems.add('key-not-in-version', at ?? locate(settings, ['protocolVersion']) ?? nameRange, message);
  }
  if (!usable) return undefined;
  const found = problems.errorCount;
  if (holdsPassword(profile)) {
    problems.add(
      'password-in-file',
      locate(settings, ['password']) ?? nameRange,
      `A profile never holds a password, because the file is meant to be shared. Write \`\${secret:${/^[\w.-]+$/.test(name) ? name : 'name'}}\`, and be asked for it once, or \`\${env:NAME}\`.`,
    );
  }
  for (const { code, path, message } of checkProfile(withPlaceholders(profile))) {
    problems.add(code, locate(settings, path) ?? nameRange, message);
  }
  return problems.errorCount === found ? profile : undefined;
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

function descriptionOf(settings: Settings): string | undefined {
  const value = settings.entries.get('description')?.value;
  return value?.kind === 'text' ? value.text : undefined;
}

interface Regions {
  /** From each key of the file to the next. */
  readonly parts: ReadonlyMap<string, Range>;
  /** From each profile's name to the next. */
  readonly profiles: ReadonlyMap<string, Range>;
  /** Those whose errors concern nothing else. */
  readonly all: readonly Range[];
}

function findRegions(parts: readonly Entry[], end: number): Regions {
  const partRegions = toRegions(parts, end);
  const profilesPart = parts.find(({ key }) => key === 'profiles');
  const profilesEnd = partRegions.get('profiles')?.end ?? end;
  const named = profilesPart?.value.kind === 'map' ? profilesPart.value.entries : [];
  const profiles = toRegions(named, profilesEnd);
  const others = [...partRegions].filter(([key]) => key !== 'profiles' && keysOf('file').has(key));
  return {
    parts: partRegions,
    profiles,
    all: [...profiles.values(), ...others.map(([, region]) => region)],
  };
}

function toRegions(entries: readonly Entry[], end: number): Map<string, Range> {
  const regions = new Map<string, Range>();
  for (const [index, { key, keyRange }] of entries.entries()) {
    const next = entries[index + 1]?.keyRange.start ?? end;
    regions.set(key, { start: keyRange.start, end: Math.max(next, keyRange.end, keyRange.start + 1) });
  }
  return regions;
}
