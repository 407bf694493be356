/** In which order lanes stand: those that the user pinned, the others as chosen, and last whoever only watches. Pure. */

export const laneSorts = ['arrival', 'newest', 'name', 'trouble'] as const;
/** arrival: as they came. newest: the last that came first. name: by name. trouble: what broke a rule or was noticed first. */
export type LaneSort = (typeof laneSorts)[number];

/** What the order depends on. */
export interface OrderedLane {
  readonly key: string;
  readonly name: string;
  readonly isObserver: boolean;
  readonly hasTrouble: boolean;
}

/** Makes `device-2` come before `device-10`. */
const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** The lanes, which come in the order in which they appeared, in the order in which they are to be shown. */
export function ordered<L extends OrderedLane>(
  lanes: readonly L[],
  sort: LaneSort,
  pinned: ReadonlySet<string>,
): readonly L[] {
  const rank = (lane: L): number => (lane.isObserver ? 2 : pinned.has(lane.key) ? 0 : 1);
  const sorted = sort === 'newest' ? lanes.toReversed() : [...lanes];
  // Sorting is stable: what compares as equal stays as it came.
  return sorted.sort((a, b) => rank(a) - rank(b) || compare(a, b, sort));
}

function compare(a: OrderedLane, b: OrderedLane, sort: LaneSort): number {
  switch (sort) {
    case 'name':
      return names.compare(a.name, b.name);
    case 'trouble':
      return Number(b.hasTrouble) - Number(a.hasTrouble);
    case 'arrival':
    case 'newest':
      return 0;
  }
}
