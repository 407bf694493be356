/** A filter ready to be asked about a million records: what each term says of a lane, a type, a topic is worked out once. */
import { hasWildcard, topicMatches } from '../../mqtt/topics.ts';
import { directionNamed, type Filter, type FilterTerm, typesNamed } from './filter.ts';
import { type RecordType, recordTypes } from './record-types.ts';

/** How a lane is named, for the terms that speak of lanes. */
export interface LaneNames {
  readonly client: string;
  readonly server: string;
}

type Test = (connection: number, type: RecordType, direction: number, topic: number) => boolean;

/** Terms of one key widen each other; terms of different keys, free words and negated ones narrow. */
interface Group {
  readonly tests: readonly Test[];
  readonly negated: boolean;
}

export class RecordFilter {
  readonly isEmpty: boolean;
  /** Whether it asks about records, not only about whole lanes. */
  readonly asksAboutRecords: boolean;
  readonly #terms: readonly FilterTerm[];
  readonly #groups: readonly Group[];
  readonly #lanes: (connection: number) => LaneNames | undefined;
  readonly #topics: readonly string[];
  readonly #forgettable: (() => void)[] = [];

  constructor(
    filter: Filter,
    lanes: (connection: number) => LaneNames | undefined,
    topics: readonly string[],
  ) {
    this.#lanes = lanes;
    this.#topics = topics;
    this.#terms = filter.terms;
    this.isEmpty = filter.terms.length === 0;
    this.asksAboutRecords = filter.terms.some(({ key }) => key !== 'client' && key !== 'server');
    this.#groups = this.#grouped(filter.terms);
  }

  /** A lane that these terms leave out is not shown, whatever its records are. */
  matchesLane(names: LaneNames): boolean {
    const lane = this.#terms.filter(({ key }) => key === 'client' || key === 'server');
    return byKey(lane).every(({ terms, negated }) => terms.some((term) => laneHit(term, names)) !== negated);
  }

  /** Whether a lane is shown for its will, though none of its records is. A will has neither type nor direction. */
  matchesWill(names: LaneNames, topic: string): boolean {
    if (this.#terms.some(({ key }) => key === 'type' || key === 'to')) return false;
    return byKey(this.#terms).every(
      ({ terms, negated }) =>
        terms.some((term) => laneHit(term, names) || (speaksOfTopics(term) && topicHit(term, topic))) !==
        negated,
    );
  }

  matchesRecord(connection: number, type: RecordType, direction: number, topic: number): boolean {
    return this.#groups.every(
      ({ tests, negated }) => tests.some((test) => test(connection, type, direction, topic)) !== negated,
    );
  }

  /** Connections have got other names: forget what was worked out about them. */
  forgetLanes(): void {
    for (const forget of this.#forgettable) forget();
  }

  #grouped(terms: readonly FilterTerm[]): readonly Group[] {
    return byKey(terms).map((group) => ({
      negated: group.negated,
      tests: group.terms.map((term) => this.#test(term)),
    }));
  }

  #test(term: FilterTerm): Test {
    switch (term.key) {
      case 'client':
      case 'server': {
        const lane = this.#laneTest(term);
        return (connection) => lane(connection);
      }
      case 'type': {
        const types = new Set(typesNamed(term.value));
        return (_connection, type) => types.has(type);
      }
      case 'to': {
        const wanted = directionNamed(term.value);
        return (_connection, type, direction) => type < 16 && direction === wanted;
      }
      case 'topic': {
        const topic = this.#topicTest(term);
        return (_connection, _type, _direction, index) => topic(index);
      }
      case 'text': {
        const lane = this.#laneTest(term);
        const topic = this.#topicTest(term);
        const types = new Set(
          recordTypes.flatMap((row, index) => (row.word.includes(term.value) ? [index] : [])),
        );
        return (connection, type, _direction, index) => types.has(type) || lane(connection) || topic(index);
      }
    }
  }

  #laneTest(term: FilterTerm): (connection: number) => boolean {
    const known = new Map<number, boolean>();
    this.#forgettable.push(() => known.clear());
    return (connection) => {
      let hit = known.get(connection);
      if (hit === undefined) {
        const names = this.#lanes(connection);
        hit = names !== undefined && laneHit(term, names);
        if (names !== undefined) known.set(connection, hit);
      }
      return hit;
    };
  }

  #topicTest(term: FilterTerm): (index: number) => boolean {
    const known: boolean[] = [];
    return (index) => {
      if (index < 0) return false;
      let hit = known[index];
      if (hit === undefined) {
        hit = topicHit(term, this.#topics[index] ?? '');
        known[index] = hit;
      }
      return hit;
    };
  }
}

function byKey(
  terms: readonly FilterTerm[],
): readonly { readonly terms: readonly FilterTerm[]; readonly negated: boolean }[] {
  const groups = new Map<string, FilterTerm[]>();
  terms.forEach((term, index) => {
    // Free words each narrow, so each is a group of its own; so is each negated term.
    const name = term.key === 'text' || term.negated ? `${index}` : term.key;
    groups.set(name, [...(groups.get(name) ?? []), term]);
  });
  return [...groups.values()].map((group) => ({ terms: group, negated: group[0]?.negated ?? false }));
}

function laneHit({ key, value, exact }: FilterTerm, names: LaneNames): boolean {
  const hit = (name: string): boolean =>
    exact ? name.toLowerCase() === value : name.toLowerCase().includes(value);
  if (key === 'client') return hit(names.client);
  if (key === 'server') return hit(names.server);
  return key === 'text' && (hit(names.client) || hit(names.server));
}

function speaksOfTopics({ key }: FilterTerm): boolean {
  return key === 'topic' || key === 'text';
}

function topicHit({ key, value, exact }: FilterTerm, topic: string): boolean {
  if (key === 'topic' && hasWildcard(value)) return topicMatches(value, topic);
  if (exact) return topic === value;
  return topic.toLowerCase().includes(value.toLowerCase());
}
