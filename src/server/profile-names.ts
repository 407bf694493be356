/** Where a file names its profiles: as keys of `profiles`, in `extends`, and in the steps of scenarios. */
import type { Range } from '../profile/model.ts';
import type { Tree } from '../profile/tree.ts';
import { nameRow, profileEntries, visitTree } from './places.ts';

export interface NameUse {
  readonly name: string;
  readonly range: Range;
  readonly role: 'definition' | 'extends' | 'scenario';
}

/** Every place where a profile is named, in the order of the file. Names that no profile has count too. */
export function profileNameUses(tree: Tree | undefined): readonly NameUse[] {
  const uses: NameUse[] = [];
  for (const { key, keyRange } of profileEntries(tree)) {
    uses.push({ name: key, range: keyRange, role: 'definition' });
  }
  visitTree(tree, (value, shape, { entry }) => {
    if (value.kind !== 'scalar' || entry === undefined || entry.value !== value) return;
    const row = nameRow(shape);
    if (row === undefined) return;
    uses.push({ name: value.text, range: value.range, role: row.in === 'profile' ? 'extends' : 'scenario' });
  });
  return uses.toSorted((a, b) => a.range.start - b.range.start);
}
