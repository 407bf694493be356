/** Reads a file block by block, and again only those whose text has changed. */
import { type Block, splitBlocks } from './blocks.ts';
import type { Layout, Part } from './layout.ts';
import type { Range } from './model.ts';
import { MovingRange, type Origin } from './moving-range.ts';
import { type Found, Problems } from './problems.ts';
import { type Entry, MAX_FILE_LENGTH, parseTree, reportDuplicate, type Tree } from './tree.ts';

/** Levels of nesting around what stands below `profiles`. */
const PROFILE_DEPTH = 1;

/** The parts of the last text, which is what makes the next one cheap. */
export class BlockLayouts {
  #parts: readonly Part[] = [];
  #profiles: readonly Part[] = [];

  /** Undefined when the blocks of the text cannot be read on their own. */
  read(text: string): Layout | undefined {
    if (text.length > MAX_FILE_LENGTH) return undefined;
    const blocks = splitBlocks(text);
    if (blocks === undefined) return undefined;
    const parts = update(this.#parts, blocks.parts, text, 0);
    if (parts === undefined) return undefined;
    const profiles = update(this.#profiles, blocks.profiles, text, PROFILE_DEPTH);
    if (profiles === undefined) return undefined;
    // Written as `profiles: { ... }`.
    if (parts.some(({ key, value }) => key === 'profiles' && value.kind === 'map')) return undefined;
    this.#parts = parts;
    this.#profiles = profiles;
    return toLayout(parts, profiles, blocks.profilesKey, text);
  }
}

function toLayout(
  parts: readonly Part[],
  profiles: readonly Part[],
  profilesKey: Block | undefined,
  text: string,
): Layout {
  const problems = new Problems();
  const ofProfiles = unique(profiles, problems);
  const profilesEntry: Entry | undefined = profilesKey && {
    key: 'profiles',
    keyRange: profilesKey,
    value: {
      kind: 'map',
      range: {
        start: profiles[0]?.keyRange.start ?? profilesKey.end,
        end: profiles.at(-1)?.region.end ?? profilesKey.end,
      },
      entries: ofProfiles,
      damaged: problems.errorCount > 0,
    },
  };
  const before = problems.errorCount;
  const all =
    profilesEntry === undefined
      ? parts
      : [...parts, profilesEntry].sort((a, b) => a.keyRange.start - b.keyRange.start);
  const entries = unique(all, problems);
  const damaged = problems.errorCount > before;
  const named = entries.find(({ key }) => key === 'profiles');
  const kept = new Set<Entry>(entries);
  const tree: Tree = {
    kind: 'map',
    range: { start: entries[0]?.keyRange.start ?? 0, end: text.length },
    entries,
    damaged,
  };
  const keptParts = parts.filter((part) => kept.has(part));
  return {
    tree,
    parts: keptParts,
    // Where `profiles` is not split, it is empty or no map.
    profiles: profilesEntry !== undefined && kept.has(profilesEntry) ? ofProfiles : [],
    profilesKey: named?.keyRange,
    syntax: problems.found,
    broken: damaged,
    faulty: problems.errorCount > 0 || parts.some(hasErrors) || profiles.some(hasErrors),
  };
}

const hasErrors = ({ syntax }: Part): boolean => syntax.length > 0;

/** Those whose key did not stand before. */
function unique<T extends Entry>(entries: readonly T[], problems: Problems): readonly T[] {
  const seen = new Set<string>();
  return entries.filter(({ key, keyRange }) => {
    if (!seen.has(key)) return seen.add(key);
    reportDuplicate(key, keyRange, problems);
    return false;
  });
}

/** The parts of the blocks, the old ones where the text is the same at either end. Undefined when one cannot be read alone. */
function update(
  old: readonly Part[],
  blocks: readonly Block[],
  text: string,
  depth: number,
): readonly Part[] | undefined {
  const parts: Part[] = [];
  const most = Math.min(old.length, blocks.length);
  let before = 0;
  while (before < most && same(old[before], blocks[before], text)) before += 1;
  let after = 0;
  while (after < most - before && same(old.at(-1 - after), blocks.at(-1 - after), text)) after += 1;
  for (const [index, block] of blocks.entries()) {
    const kept =
      index < before
        ? old[index]
        : index >= blocks.length - after
          ? old[index - blocks.length + old.length]
          : undefined;
    const part = kept ?? readBlock(text.slice(block.start, block.end), block.start, depth);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  // Only now: were it given up, the old parts would point to where they are not.
  for (const [index, part] of parts.entries()) part.origin.offset = blocks[index]?.start ?? 0;
  return parts;
}

function same(part: Part | undefined, block: Block | undefined, text: string): boolean {
  if (part === undefined || block === undefined) return false;
  return part.text.length === block.end - block.start && text.startsWith(part.text, block.start);
}

function readBlock(text: string, start: number, depth: number): Part | undefined {
  const problems = new Problems();
  const origin: Origin = { offset: start };
  const { tree, usesAliases } = parseTree(text, problems, { origin, depth });
  if (usesAliases || tree?.kind !== 'map' || tree.entries.length !== 1) return undefined;
  const [entry] = tree.entries;
  if (entry === undefined) return undefined;
  if (problems.found.some(concernsOthers)) return undefined;
  const region: Range = new MovingRange(origin, entry.keyRange.start - start, text.length);
  return {
    ...entry,
    text,
    origin,
    region,
    syntax: problems.found,
    broken: tree.damaged || problems.errorCount > 0,
  };
}

/** An alias may have its anchor in another block, and what is nested too deeply keeps the whole file from being read. */
const concernsOthers = ({ code }: Found): boolean => code === 'yaml-alias' || code === 'nesting-too-deep';
