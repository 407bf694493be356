/**
 * Reads a profile file, and reads it again after each edit: only the parts whose text has changed, and the profiles that
 * are made of them. What it yields is the same as from a reader that has never seen the file before.
 */
import { BlockLayouts } from './block-layout.ts';
import { buildSandbox } from './build.ts';
import { type FinishedProfile, finishProfile } from './finish-profile.ts';
import { inherit, type Lineage } from './inherit.ts';
import { type Layout, type Part, wholeLayout } from './layout.ts';
import type { ProfileFile, Range } from './model.ts';
import { fixed } from './moving-range.ts';
import type { Problem } from './problem.ts';
import { type Found, Problems, report } from './problems.ts';
import { readObject } from './read.ts';
import { finishScenarios, type ReadScenario, readScenarios } from './read-scenarios.ts';
import { checkSandbox } from './sandbox-checks.ts';
import type { Scenario } from './scenarios.ts';
import { keysOf } from './schema.ts';
import { isBroken, Merges, NO_SETTINGS, type Settings } from './settings.ts';
import type { Tree } from './tree.ts';

export interface ReadProfile extends FinishedProfile {
  readonly name: string;
  readonly keyRange: Range;
  /** The part of the file that is this profile. */
  readonly region: Range;
  readonly usable: boolean;
  /** Its own settings, without what it inherits. */
  readonly own: Settings;
}

/**
 * A file as it stands, until it is read again: then its ranges are those of the new text. What has been taken out of
 * `file` and `problems` stays as it is.
 */
export interface ReadFile {
  readonly tree: Tree | undefined;
  readonly profiles: readonly ReadProfile[];
  readonly defaults: Settings;
  /** The part of the file that is `defaults`. */
  readonly defaultsRegion: Range | undefined;
  readonly scenarios: readonly Scenario[];
  readonly file: ProfileFile;
  readonly problems: readonly Problem[];
}

interface PartReading {
  readonly settings: Settings;
  readonly found: readonly Found[];
}

interface Finishing {
  readonly lineage: Lineage;
  readonly read: ReadProfile;
}

export class FileReader {
  readonly #layouts = new BlockLayouts();
  readonly #merges = new Merges();
  readonly #readings = new WeakMap<Part, PartReading>();
  readonly #scenarios = new WeakMap<
    Part,
    { readonly list: readonly ReadScenario[]; readonly found: readonly Found[] }
  >();
  readonly #finishings = new WeakMap<Part, Finishing>();

  /** Reads a text. `fileName` is for messages only. */
  read(text: string, fileName: string): ReadFile {
    return this.#read(this.#layouts.read(text) ?? wholeLayout(text), text, fileName);
  }

  /** As `read`, without taking the file apart before: slower, and the measure of it. */
  readWhole(text: string, fileName: string): ReadFile {
    return this.#read(wholeLayout(text), text, fileName);
  }

  #read(layout: Layout, text: string, fileName: string): ReadFile {
    const problems = new Problems();
    const parts = new Map(layout.parts.map((part) => [part.key, part]));
    const readings = layout.parts.map((part) => this.#part(part));
    if (layout.tree !== undefined && layout.tree.kind !== 'map') {
      readObject(layout.tree, 'file', 'the file', { problems, text, origin: { offset: 0 } });
    }
    const settingsOf = (key: string): Settings => {
      const part = parts.get(key);
      const value = part && this.#part(part).settings.entries.get(key)?.value;
      return value?.kind === 'object' ? value.settings : NO_SETTINGS;
    };
    const valueBroken = (key: string): boolean => {
      const part = parts.get(key);
      return part !== undefined && (part.broken || isBroken(this.#part(part).settings));
    };
    const broken =
      layout.broken ||
      problems.errorCount > 0 ||
      readings.some(({ settings }) => settings.broken) ||
      valueBroken('version');

    const sandbox = settingsOf('sandbox');
    const sandboxSound = checkSandbox(sandbox, problems) && !valueBroken('sandbox');
    const defaults = settingsOf('defaults');
    const defaultsSound = rejectExtends(defaults, problems) && !valueBroken('defaults');
    const named = this.#profiles(layout, parts.get('profiles'), problems);
    if (named.length === 0 && !broken && !layout.faulty) {
      problems.add('no-profiles', layout.profilesKey ?? { start: 0, end: 0 }, noProfiles(fileName));
    }

    const lineages = inherit(
      named.map((part) => ({ name: part.key, settings: this.#profile(part).settings, broken: part.broken })),
      { settings: defaults, broken: !defaultsSound },
      problems,
      this.#merges,
    );
    const profiles = named.flatMap((part): readonly ReadProfile[] => {
      const lineage = lineages.get(part.key);
      if (lineage === undefined) return [];
      return [this.#finish(part, lineage, !broken, sandboxSound)];
    });
    const written = this.#scenariosOf(parts.get('scenarios'));
    const played = finishScenarios(
      written.list,
      new Map(profiles.map(({ name, usable, profile }) => [name, usable ? profile : undefined])),
    );
    const all = report(
      [
        layout.syntax,
        ...layout.parts.map(({ syntax }) => syntax),
        ...layout.profiles.map(({ syntax }) => syntax),
        ...readings.map(({ found }) => found),
        ...named.map((part) => this.#profile(part).found),
        problems.found,
        written.found,
        played.found,
        ...profiles.map(({ found }) => found),
      ],
      text,
    );
    let file: ProfileFile | undefined;
    return {
      tree: layout.tree,
      profiles,
      defaults,
      defaultsRegion: parts.get('defaults')?.region,
      scenarios:
        broken || valueBroken('scenarios')
          ? played.scenarios.map((each) => ({ ...each, usable: false }))
          : played.scenarios,
      problems: all,
      get file() {
        file ??= { ...toFile(profiles, sandbox, all), sandboxUsable: sandboxSound && !broken };
        return file;
      },
    };
  }

  /** A key of the file. */
  #part(part: Part): PartReading {
    return this.#remember(part, (problems) =>
      readObject({ kind: 'map', range: part.region, entries: [part], damaged: false }, 'file', 'the file', {
        problems,
        text: part.text,
        origin: part.origin,
      }),
    );
  }

  #profile(part: Part): PartReading {
    const { key, keyRange, value, text, origin } = part;
    return this.#remember(part, (problems) => {
      const unnamed = key.trim() === '';
      if (unnamed) problems.add('value-missing', keyRange, 'A profile needs a name. Write one.');
      const settings =
        value.kind === 'nothing' || isNull(value)
          ? NO_SETTINGS
          : readObject(value, 'profile', `profile \`${key}\``, { problems, text, origin });
      return unnamed ? { ...settings, broken: true } : settings;
    });
  }

  #scenariosOf(part: Part | undefined) {
    const known = part && this.#scenarios.get(part);
    if (known !== undefined) return known;
    const problems = new Problems();
    const list =
      part === undefined ? [] : readScenarios(part.value, { problems, text: part.text, origin: part.origin });
    const read = { list, found: problems.found };
    if (part !== undefined) this.#scenarios.set(part, read);
    return read;
  }

  #remember(part: Part, read: (problems: Problems) => Settings): PartReading {
    const known = this.#readings.get(part);
    if (known !== undefined) return known;
    const problems = new Problems();
    const reading = { settings: read(problems), found: problems.found };
    this.#readings.set(part, reading);
    return reading;
  }

  #profiles(layout: Layout, part: Part | undefined, problems: Problems): readonly Part[] {
    const value = part?.value;
    if (value !== undefined && value.kind !== 'map' && value.kind !== 'invalid' && value.kind !== 'nothing') {
      problems.add(
        'wrong-type',
        value.range,
        '`profiles` is a map of names to profiles. Write `name:` and the settings below it, indented.',
      );
    }
    const type = keysOf('file').get('profiles')?.type;
    const max = type?.kind === 'named' ? type.max : 0;
    const extra = layout.profiles[max];
    if (extra === undefined) return layout.profiles;
    problems.add(
      'too-many',
      extra.keyRange,
      `At most ${max} profiles of a file are read. Move this one and those below it to another file.`,
    );
    return layout.profiles.slice(0, max);
  }

  /** The same object as long as nothing changed that it is made of. */
  #finish(part: Part, lineage: Lineage, fileSound: boolean, sandboxSound: boolean): ReadProfile {
    const known = this.#finishings.get(part);
    const { settings, broken, extended } = lineage;
    const same =
      known !== undefined &&
      known.lineage.settings === settings &&
      known.lineage.broken === broken &&
      known.lineage.extended === extended;
    const finished: FinishedProfile = same
      ? known.read
      : finishProfile(part.key, part.keyRange, part.region, lineage);
    const onSandbox = finished.profile?.broker.kind === 'sandbox';
    const usable = finished.sound && fileSound && (sandboxSound || !onSandbox);
    if (same && known.read.usable === usable) return known.read;
    const own = this.#profile(part).settings;
    const read = { ...finished, name: part.key, keyRange: part.keyRange, region: part.region, own, usable };
    this.#finishings.set(part, { lineage, read });
    return read;
  }
}

function toFile(
  profiles: readonly ReadProfile[],
  sandbox: Settings,
  diagnostics: readonly Problem[],
): Omit<ProfileFile, 'sandboxUsable'> {
  return {
    profiles: profiles.flatMap(({ usable, profile }) => (usable && profile !== undefined ? [profile] : [])),
    names: profiles.map(({ name, keyRange, own, usable }) => ({
      name,
      range: fixed(keyRange),
      usable,
      description: descriptionOf(own),
    })),
    sandbox: buildSandbox(sandbox),
    diagnostics,
  };
}

const isNull = (tree: Tree): boolean => tree.kind === 'scalar' && tree.plain && tree.value === null;

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

const noProfiles = (fileName: string): string =>
  `${fileName === '' ? 'This file' : `\`${fileName.replace(/^.*[\\/]/, '')}\``} names no profile. Write \`profiles:\`, and below it a name with its settings.`;

function descriptionOf(settings: Settings): string | undefined {
  const value = settings.entries.get('description')?.value;
  return value?.kind === 'text' ? value.text : undefined;
}
