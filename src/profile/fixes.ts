/** Ways to mend a problem, as they are planned where it is found: which setting becomes what. fix-edits.ts makes edits of them. */
import type { Range } from './model.ts';
import type { Setting, Settings } from './settings.ts';

export type FixStep =
  /** A value, or a key. It is put in quotes where its place needs them. */
  | { readonly kind: 'replace'; readonly range: Range; readonly newText: string }
  /** A new setting, beside one that stands there. */
  | { readonly kind: 'insert'; readonly beside: Range; readonly key: string; readonly value: string }
  | { readonly kind: 'remove'; readonly keyRange: Range; readonly range: Range };

export interface FixPlan {
  readonly title: string;
  readonly steps: readonly FixStep[];
  readonly preferred?: true | undefined;
  readonly safe?: true | undefined;
  readonly secret?: { readonly name: string; readonly value: string } | undefined;
}

export const replaceText = (range: Range, newText: string): FixPlan => ({
  title: `Write \`${newText}\``,
  steps: [{ kind: 'replace', range, newText }],
  preferred: true,
});

/** The same, where nothing else can have been meant. */
export const correct = (range: Range, newText: string): FixPlan => ({
  ...replaceText(range, newText),
  safe: true,
});

export const removeSetting = ({ row, keyRange, range }: Setting): FixPlan =>
  removeEntry(row.key, keyRange, range);

export const removeEntry = (key: string, keyRange: Range, range: Range): FixPlan => ({
  title: `Remove \`${key}\``,
  steps: [{ kind: 'remove', keyRange, range }],
});

/**
 * Sets a key of a map that stands in the part `own` of the file: its value there is replaced, or it is added beside
 * another key. Undefined when nothing of the map stands there.
 */
export function setKey(settings: Settings, key: string, value: string, own: Range): FixPlan | undefined {
  const inOwn = ({ keyRange }: Setting) => keyRange.start >= own.start && keyRange.end <= own.end;
  const there = settings.entries.get(key);
  const title = `Set \`${key}: ${value}\``;
  if (there !== undefined && inOwn(there) && there.value.kind !== 'object' && there.value.kind !== 'list') {
    return { title, steps: [{ kind: 'replace', range: there.range, newText: value }] };
  }
  const sibling = [...settings.entries.values()].find(inOwn);
  if (sibling === undefined) return undefined;
  return { title, steps: [{ kind: 'insert', beside: sibling.keyRange, key, value }] };
}

/** Adds a key beside one that stands in the part `own` of the file. */
export function addKey(settings: Settings, key: string, value: string, own?: Range): FixPlan | undefined {
  const sibling = [...settings.entries.values()].find(
    ({ keyRange }) => own === undefined || (keyRange.start >= own.start && keyRange.end <= own.end),
  );
  if (sibling === undefined) return undefined;
  return {
    title: `Add \`${key}: ${value}\``,
    steps: [{ kind: 'insert', beside: sibling.keyRange, key, value }],
    preferred: true,
  };
}

/** Those that are there. */
export const plans = (...list: readonly (FixPlan | undefined)[]): readonly FixPlan[] =>
  list.filter((plan) => plan !== undefined);
