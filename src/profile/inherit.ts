/** `extends` and `defaults`: what each profile is made of. */
import { removeSetting, replaceText } from './fixes.ts';
import { nearest } from './nearest.ts';
import type { Problems } from './problems.ts';
import type { Merges, Settings } from './settings.ts';

export interface Source {
  readonly settings: Settings;
  /** It stands where the text could not be read. */
  readonly broken: boolean;
}

export interface Lineage {
  /** The profile over those it extends, over `defaults`. */
  readonly settings: Settings;
  readonly broken: boolean;
  /** Another profile extends this one. */
  readonly extended: boolean;
}

const MAX_COMPARED = 20;
const BROKEN: Source = { settings: { entries: new Map(), broken: true }, broken: true };

/** Merges every profile with what it extends and with `defaults`, each ancestor once. */
export function inherit(
  profiles: readonly (Source & { readonly name: string })[],
  defaults: Source,
  problems: Problems,
  merges: Merges,
): ReadonlyMap<string, Lineage> {
  const sources = new Map(profiles.map((profile) => [profile.name, profile]));
  const merged = new Map<string, Source>();
  const extended = new Set<string>();
  const parentOf = (source: Source): string | undefined => {
    const value = source.settings.entries.get('extends')?.value;
    return value?.kind === 'text' ? value.text : undefined;
  };
  for (const profile of profiles) {
    const parent = parentOf(profile);
    if (parent !== undefined) extended.add(parent);
  }

  const report = (
    source: Source,
    code: 'extends-unknown' | 'extends-cycle',
    message: string,
    near?: string,
  ) => {
    const setting = source.settings.entries.get('extends');
    if (setting === undefined) return;
    const fixes = near === undefined ? [removeSetting(setting)] : [replaceText(setting.range, near)];
    problems.add(code, setting.range, message, { fixes });
  };
  /** Only so many are compared with every name. */
  let compared = 0;

  /** Walks up to a profile that is merged already, or to one without a parent, then merges downwards. */
  const merge = (name: string): void => {
    const chain: (Source & { readonly name: string })[] = [];
    const onChain = new Set<string>();
    let above: Source | undefined;
    for (let next: string | undefined = name; next !== undefined; ) {
      above = merged.get(next);
      if (above !== undefined) break;
      const source = sources.get(next);
      if (source === undefined) break;
      chain.push(source);
      onChain.add(next);
      const parent = parentOf(source);
      if (parent !== undefined && onChain.has(parent)) {
        const circle = chain.slice(chain.findIndex((link) => link.name === parent));
        const words = [...circle, circle[0]].map((link) => `\`${link?.name ?? ''}\``).join(' extends ');
        for (const link of circle)
          report(link, 'extends-cycle', `${words}: a circle. Remove one of these \`extends\`.`);
        above = BROKEN;
        break;
      }
      if (parent !== undefined && !sources.has(parent)) {
        compared += 1;
        const near = compared > MAX_COMPARED ? undefined : nearest(parent, sources.keys());
        report(source, 'extends-unknown', unknownParent(parent, near), near);
        above = BROKEN;
        break;
      }
      next = parent;
    }
    for (const source of chain.toReversed()) {
      const settings =
        above === undefined
          ? source.settings
          : merges.merge(merges.inheritable(above.settings), source.settings);
      above = { settings, broken: source.broken || above?.broken === true };
      merged.set(source.name, above);
    }
  };

  const base = merges.inheritable(defaults.settings);
  const lineages = new Map<string, Lineage>();
  for (const { name } of profiles) {
    merge(name);
    const own = merged.get(name);
    if (own === undefined) continue;
    lineages.set(name, {
      settings: merges.merge(base, own.settings),
      broken: own.broken || defaults.broken,
      extended: extended.has(name),
    });
  }
  return lineages;
}

function unknownParent(parent: string, near: string | undefined): string {
  const next = near === undefined ? 'Name a profile of this file.' : `Did you mean \`${near}\`?`;
  return `\`extends\` names \`${parent}\`, and this file has no such profile. ${next}`;
}
