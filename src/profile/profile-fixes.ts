/** What goes with the findings of a profile: their other end, and what mends them, where it stands in the file. */
import type { Finding, Remedy } from './checks-of-profiles/finding.ts';
import { type FixPlan, plans, removeSetting, setKey } from './fixes.ts';
import type { Range } from './model.ts';
import type { Aside } from './problems.ts';
import { type ListItem, locate, type Path, type Setting, type Settings } from './settings.ts';

/** @param own the part of the file that is this profile: what it inherits is not changed on its account */
export function asideOf(finding: Finding, settings: Settings, nameRange: Range, own: Range): Aside {
  const { related, fixes = [] } = finding;
  const [first, ...others] = plans(...fixes.map((remedy) => toPlan(remedy, settings, own)));
  return {
    related: related && [{ range: locate(settings, related.path) ?? nameRange, message: related.message }],
    fixes: first === undefined ? [] : [{ ...first, preferred: true }, ...others],
  };
}

function toPlan(remedy: Remedy, settings: Settings, own: Range): FixPlan | undefined {
  const { path } = remedy;
  const key = path.at(-1);
  const inside = settingsAt(settings, path.slice(0, -1));
  if (typeof key !== 'string' || inside === undefined) return undefined;
  if (remedy.do === 'set') return setKey(inside, key, remedy.value, own);
  const setting = inside.entries.get(key);
  return setting !== undefined && isIn(setting, own) ? removeSetting(setting) : undefined;
}

const isIn = ({ keyRange }: Setting, own: Range): boolean =>
  keyRange.start >= own.start && keyRange.end <= own.end;

/** The settings of the object at the end of a path. */
function settingsAt(settings: Settings, path: Path): Settings | undefined {
  let inside: Settings | undefined = settings;
  let list: readonly ListItem[] = [];
  for (const step of path) {
    if (typeof step === 'number') {
      const item = list[step]?.value;
      inside = item?.kind === 'object' ? item.settings : undefined;
      continue;
    }
    const value = inside?.entries.get(step)?.value;
    inside = value?.kind === 'object' ? value.settings : undefined;
    list = value?.kind === 'list' ? value.items : [];
  }
  return inside;
}
