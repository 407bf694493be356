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
  #text = '';
  #parts: readonly Part[] = [];
  #profiles: readonly Part[] = [];

  /** Undefined when the blocks of the text cannot be read on their own. */
  read(text: string): Layout | undefined {
    if (text.length > MAX_FILE_LENGTH) return undefined;
    const blocks = splitBlocks(text);
    if (blocks === undefined) return undefined;
    const same = sameEnds(this.#text, text);
    const parts = update(this.#parts, blocks.parts, text, same, 0);
    if (parts === undefined) return this.#forget();
    const profiles = update(this.#profiles, blocks.profiles, text, same, PROFILE_DEPTH);
    if (profiles === undefined) return this.#forget();
    // Written as `profiles: { ... }`.
    if (parts.some(({ key, value }) => key === 'profiles' && value.kind === 'map')) return this.#forget();
    this.#text = text;
    this.#parts = parts;
    this.#profiles = profiles;
    return toLayout(parts, profiles, blocks.profilesKey, text);
  }

  /** Parts that have been moved to where a text has them that was given up then are of no use. */
  #forget(): undefined {
    this.#text = '';
    this.#parts = [];
    this.#profiles = [];
    return undefined;
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
  return entries.filter(({ key, keyRange, value }) => {
    if (!seen.has(key)) return seen.add(key);
    reportDuplicate(key, keyRange, value.range, problems);
    return false;
  });
}

/** How much of two texts is the same at their beginnings and at their ends, in UTF-16 units. */
interface SameEnds {
  readonly before: number;
  readonly after: number;
  /** By how much the new text is longer. */
  readonly growth: number;
}

/** Whole pieces are compared at once, which is much cheaper than unit by unit. */
const PIECE = 4096;

function sameEnds(old: string, text: string): SameEnds {
  const most = Math.min(old.length, text.length);
  let before = 0;
  while (before + PIECE <= most && old.slice(before, before + PIECE) === text.slice(before, before + PIECE)) {
    before += PIECE;
  }
  while (before < most && old.charCodeAt(before) === text.charCodeAt(before)) before += 1;
  const left = most - before;
  const fromEnd = (of: string, at: number, length: number) =>
    of.slice(of.length - at - length, of.length - at);
  let after = 0;
  while (after + PIECE <= left && fromEnd(old, after, PIECE) === fromEnd(text, after, PIECE)) after += PIECE;
  while (
    after < left &&
    old.charCodeAt(old.length - 1 - after) === text.charCodeAt(text.length - 1 - after)
  ) {
    after += 1;
  }
  return { before, after, growth: text.length - old.length };
}

/** The parts of the blocks, the old ones where their text is the same. Undefined when one cannot be read alone. */
function update(
  old: readonly Part[],
  blocks: readonly Block[],
  text: string,
  { before, after, growth }: SameEnds,
  depth: number,
): readonly Part[] | undefined {
  const parts: Part[] = [];
  const changedEnd = text.length - after;
  let next = 0;
  for (const { start, end } of blocks) {
    const moved = start >= changedEnd;
    let part: Part | undefined;
    if (moved || end <= before) {
      // What stood there, if it was a block then: blocks that were changed stand in between.
      const oldStart = moved ? start - growth : start;
      while (next < old.length && (old[next]?.origin.offset ?? 0) < oldStart) next += 1;
      const candidate = old[next];
      if (candidate?.origin.offset === oldStart && candidate.text.length === end - start) {
        part = candidate;
        next += 1;
      }
    }
    part ??= readBlock(ownCopy(text.slice(start, end)), start, depth);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index];
    const block = blocks[index];
    if (part !== undefined && block !== undefined) part.origin.offset = block.start;
  }
  return parts;
}

/** A part of a text that does not keep the whole of it in memory, as engines let slices do. */
const ownCopy = (slice: string): string => ` ${slice}`.slice(1);

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
