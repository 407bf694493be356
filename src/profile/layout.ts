/** A profile file taken apart: the keys of the file, and the profiles. Each part knows whether its text could be read. */
import type { Range } from './model.ts';
import { FILE_START, MovingRange, type Origin } from './moving-range.ts';
import { type Found, Problems } from './problems.ts';
import { keysOf } from './schema.ts';
import { type Entry, parseTree, type Tree } from './tree.ts';

/** A key of the file, or a profile. The same object as long as its text is the same. */
export interface Part extends Entry {
  /** The text that it was read from, and where that begins in the file. */
  readonly text: string;
  readonly origin: Origin;
  /** From its key to the next. */
  readonly region: Range;
  /** What is wrong with it as YAML. */
  readonly syntax: readonly Found[];
  /** Not all of it could be read. */
  readonly broken: boolean;
}

export interface Layout {
  /** The whole file; undefined when nothing could be read. */
  readonly tree: Tree | undefined;
  /** The keys of the file, `profiles` among them unless it is split into the profiles. */
  readonly parts: readonly Part[];
  readonly profiles: readonly Part[];
  readonly profilesKey: Range | undefined;
  /** What is wrong as YAML, of no part. */
  readonly syntax: readonly Found[];
  /** Something is wrong that concerns every part. */
  readonly broken: boolean;
  /** Anything at all is wrong as YAML. */
  readonly faulty: boolean;
}

/** Reads a file as a whole. */
export function wholeLayout(text: string): Layout {
  const problems = new Problems();
  const { tree, usesAliases } = parseTree(text, problems);
  const errors = problems.found.map(({ range }) => range.start);
  const entries = tree?.kind === 'map' ? tree.entries : [];
  const profilesTree = entries.find(({ key }) => key === 'profiles')?.value;
  const profileEntries = profilesTree?.kind === 'map' ? profilesTree.entries : [];
  const holds = (region: Range, at: number): boolean => at >= region.start && at < region.end;
  const toPart =
    (regions: readonly Range[]) =>
    (entry: Entry, index: number): Part => {
      const region = regions[index] ?? entry.keyRange;
      // Where aliases carry values elsewhere, an error breaks everything.
      const broken = usesAliases ? errors.length > 0 : errors.some((at) => holds(region, at));
      return { ...entry, text, origin: FILE_START, region, syntax: [], broken };
    };
  const partRegions = toRegions(entries, text.length);
  const profilesEnd = partRegions[entries.findIndex(({ key }) => key === 'profiles')]?.end ?? text.length;
  const profileRegions = toRegions(profileEntries, profilesEnd);
  const known = keysOf('file');
  const regions = [
    ...profileRegions,
    ...partRegions.filter((_, index) => {
      const key = entries[index]?.key ?? '';
      return key !== 'profiles' && known.has(key);
    }),
  ];
  return {
    tree,
    parts: entries.map(toPart(partRegions)),
    profiles: profileEntries.map(toPart(profileRegions)),
    profilesKey: entries.find(({ key }) => key === 'profiles')?.keyRange,
    syntax: problems.found,
    broken:
      (tree?.kind === 'map' && tree.damaged) ||
      errors.some((at) => !regions.some((region) => holds(region, at))),
    faulty: errors.length > 0,
  };
}

function toRegions(entries: readonly Entry[], end: number): readonly Range[] {
  return entries.map(({ keyRange }, index) => {
    const next = entries[index + 1]?.keyRange.start ?? end;
    return new MovingRange(FILE_START, keyRange.start, Math.max(next, keyRange.end, keyRange.start + 1));
  });
}
