/** Where a file names its profiles: as keys of `profiles`, in `extends`, and in the steps of scenarios. */
import type { Range } from '../profile/model.ts';
import type { Tree } from '../profile/tree.ts';
import { profileEntries, visitTree } from './places.ts';

export interface NameUse {
  readonly name: string;
  readonly range: Range;
  readonly role: 'definition' | 'extends' | 'scenario';
}

/** The keys of a scenario's steps whose value, when it is one word, is the name of a profile. */
export const SCENARIO_NAME_KEYS: ReadonlySet<string> = new Set([
  'connect',
  'disconnect',
  'disconnectWithWill',
  'drop',
  'close',
  'freeze',
  'thaw',
  'resume',
  'startClean',
  'takeOver',
  'profile',
  'client',
  'from',
  'of',
  'by',
  'at',
]);

/** Every place where a profile is named, in the order of the file. Names that no profile has count too in `extends`. */
export function profileNameUses(tree: Tree | undefined): readonly NameUse[] {
  const uses: NameUse[] = [];
  const defined = new Set<string>();
  for (const { key, keyRange } of profileEntries(tree)) {
    defined.add(key);
    uses.push({ name: key, range: keyRange, role: 'definition' });
  }
  visitTree(tree, (value, shape, { entry }) => {
    if (value.kind !== 'scalar' || entry === undefined || entry.value !== value) return;
    if (shape.kind === 'value' && shape.row.in === 'profile' && shape.row.key === 'extends') {
      uses.push({ name: value.text, range: value.range, role: 'extends' });
    }
    if (shape.kind === 'scenarios' && SCENARIO_NAME_KEYS.has(entry.key) && defined.has(value.text)) {
      uses.push({ name: value.text, range: value.range, role: 'scenario' });
    }
  });
  return uses.toSorted((a, b) => a.range.start - b.range.start);
}
