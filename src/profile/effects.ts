/**
 * What the settings of a profile will do, as far as the text says it: for hovers, inlay hints and What if. A value that
 * hangs on a variable or on the Server is unknown and says so.
 */
import type { ReadFile, ReadProfile } from './file-reader.ts';
import { defaultOf } from './key-defaults.ts';
import { NEVER_SECONDS } from './keys/value-types.ts';
import type { Range } from './model.ts';
import { fixed } from './moving-range.ts';
import { keysOf } from './schema.ts';
import type { Setting, Settings } from './settings.ts';

/** Where a value comes from. */
export interface EffectSource {
  /** The value in the file, or the key that would hold it; absent: a default, which stands nowhere. */
  readonly range: Range | undefined;
  /** Whose it is: a profile's name, `defaults`, or the default of the table of keys. */
  readonly from:
    | { readonly kind: 'profile'; readonly name: string }
    | { readonly kind: 'defaults' | 'default' };
}

/** Seconds; `never` for what does not end; undefined where it cannot be known from the file. */
export type Seconds = number | 'never' | undefined;

export interface Effect {
  readonly seconds: Seconds;
  /** Everything that it is made of, the deciding value first. */
  readonly sources: readonly EffectSource[];
}

/** What a profile's settings amount to. */
export interface ProfileEffects {
  readonly name: string;
  /** Where its name stands. */
  readonly range: Range;
  readonly protocolVersion: 3 | 4 | 5;
  /** How long the Session lasts after its connection: Session Expiry Interval; in 3.x 0, or `never` when it is kept. */
  readonly sessionLifetime: Effect;
  /** From the loss noticed to the will published: the shorter of Will Delay Interval and session lifetime. Absent: no will. */
  readonly willDelay?: Effect | undefined;
  /** From silence to the Server noticing, at most: 1.5 times Keep Alive (v5 3.1.2.10). `never` with Keep Alive 0. */
  readonly silenceNoticed: Effect;
  /** How long a subscriber of the will may believe a silent Client alive: the sum of the two. Absent: no will. */
  readonly believedAlive?: Effect | undefined;
}

/** What the settings of each profile of a file amount to, in its order. */
export function effectsOf(file: ReadFile): readonly ProfileEffects[] {
  return file.profiles.map((profile) => new Reading(file, profile).effects());
}

/** Reads the effects of one profile, each with where it comes from. */
class Reading {
  readonly #file: ReadFile;
  readonly #profile: ReadProfile;

  constructor(file: ReadFile, profile: ReadProfile) {
    this.#file = file;
    this.#profile = profile;
  }

  effects(): ProfileEffects {
    const { name, keyRange, settings } = this.#profile;
    const version = this.#version();
    const sessionLifetime = version === 5 ? this.#expiry() : this.#kept();
    const silenceNoticed = this.#silence();
    const will = settings.entries.get('will')?.value;
    const willDelay =
      will?.kind === 'object' ? this.#delay(will.settings, version, sessionLifetime) : undefined;
    return {
      name,
      range: fixed(keyRange),
      protocolVersion: version,
      sessionLifetime,
      willDelay,
      silenceNoticed,
      believedAlive: willDelay && {
        seconds: sum(silenceNoticed.seconds, willDelay.seconds),
        sources: [...silenceNoticed.sources, ...willDelay.sources],
      },
    };
  }

  #version(): 3 | 4 | 5 {
    const value = this.#profile.settings.entries.get('protocolVersion')?.value;
    return value?.kind === 'number' && (value.number === 3 || value.number === 4) ? value.number : 5;
  }

  #expiry(): Effect {
    return this.#seconds(this.#profile.settings, 'sessionExpiryInterval', 0);
  }

  /** In 3.x Clean Session decides: the Session ends with the connection, or it does not end. */
  #kept(): Effect {
    const { entries } = this.#profile.settings;
    const setting = entries.get('cleanSession') ?? entries.get('cleanStart');
    const sources = [this.#source(setting)];
    if (setting === undefined || setting.value.kind === 'unset') return { seconds: 0, sources };
    if (setting.value.kind !== 'boolean') return { seconds: undefined, sources };
    return { seconds: setting.value.boolean ? 0 : 'never', sources };
  }

  #silence(): Effect {
    const row = keysOf('profile').get('keepAlive');
    const standard = row === undefined ? undefined : defaultOf(row);
    const { seconds, sources } = this.#seconds(
      this.#profile.settings,
      'keepAlive',
      typeof standard === 'number' ? standard : 0,
    );
    if (typeof seconds !== 'number') return { seconds, sources };
    return { seconds: seconds === 0 ? 'never' : seconds * 1.5, sources };
  }

  #delay(will: Settings, version: 3 | 4 | 5, session: Effect): Effect {
    if (version !== 5) return { seconds: 0, sources: [] };
    const delay = this.#seconds(will, 'willDelayInterval', 0);
    if (delay.seconds === 0 || session.seconds === 'never') return delay;
    if (delay.seconds === undefined || session.seconds === undefined) {
      // A Session that ends at once decides whatever the delay.
      if (session.seconds === 0) return { ...session, sources: [...session.sources, ...delay.sources] };
      return { seconds: undefined, sources: [...delay.sources, ...session.sources] };
    }
    const shorter = delay.seconds === 'never' || session.seconds < delay.seconds;
    const [decides, other] = shorter ? [session, delay] : [delay, session];
    return { seconds: decides.seconds, sources: [...decides.sources, ...other.sources] };
  }

  #seconds(settings: Settings, key: string, standard: number): Effect {
    const setting = settings.entries.get(key);
    const sources = [this.#source(setting)];
    if (setting === undefined || setting.value.kind === 'unset') return { seconds: standard, sources };
    const { row, value } = setting;
    if (value.kind !== 'number') return { seconds: undefined, sources };
    const never =
      row.type.kind === 'duration' && row.type.never !== undefined && value.number === NEVER_SECONDS;
    return { seconds: never ? 'never' : value.number, sources };
  }

  #source(setting: Setting | undefined): EffectSource {
    if (setting === undefined) return { range: undefined, from: { kind: 'default' } };
    const range = fixed(setting.range);
    const { defaultsRegion } = this.#file;
    if (defaultsRegion !== undefined && holds(defaultsRegion, range))
      return { range, from: { kind: 'defaults' } };
    const owner = holds(this.#profile.region, range) ? this.#profile : findOwner(this.#file.profiles, range);
    return { range, from: { kind: 'profile', name: (owner ?? this.#profile).name } };
  }
}

const holds = (region: Range, { start }: Range): boolean => start >= region.start && start < region.end;

/** The profile that a range stands in. They stand in the order of the file. */
function findOwner(profiles: readonly ReadProfile[], range: Range): ReadProfile | undefined {
  let low = 0;
  let high = profiles.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const candidate = profiles[middle];
    if (candidate === undefined) return undefined;
    if (holds(candidate.region, range)) return candidate;
    if (candidate.region.start > range.start) high = middle - 1;
    else low = middle + 1;
  }
  return undefined;
}

function sum(a: Seconds, b: Seconds): Seconds {
  if (a === 'never' || b === 'never') return 'never';
  return a === undefined || b === undefined ? undefined : a + b;
}
