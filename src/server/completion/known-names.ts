/** Names that completion may offer: those of the workspace's files, and those that the client has seen in the live trace. */
import type { SeenNames } from '../messages.ts';
import { seenNameMaxLength, seenNamesLimit } from '../messages.ts';
import { visitTree } from '../places.ts';
import type { ProfileDocument } from '../profile-document.ts';
import { variablePlaces } from '../variable-places.ts';

export interface KnownName {
  readonly name: string;
  /** Seen in the trace. */
  readonly live: boolean;
}

export interface KnownNames {
  readonly topics: readonly KnownName[];
  readonly clientIds: readonly KnownName[];
  readonly brokers: readonly string[];
  readonly secrets: readonly string[];
  readonly environment: readonly string[];
}

export const NOTHING_SEEN: SeenNames = { topics: [], clientIds: [], secrets: [] };

/** More files than these are not searched for names while somebody types. */
const FILES_MAX = 20;

/** The file in question comes first, so that its names are not crowded out. */
export function knownNames(files: Iterable<ProfileDocument>, seen: SeenNames): KnownNames {
  const topics = new Names();
  const clientIds = new Names();
  const brokers = new Names();
  const secrets = new Names();
  const environment = new Names();
  for (const name of seen.topics) topics.add(name, true);
  for (const name of seen.clientIds) clientIds.add(name, true);
  for (const name of seen.secrets) secrets.add(name, true);
  let searched = 0;
  for (const file of files) {
    searched += 1;
    if (searched > FILES_MAX) break;
    visitTree(file.tree, (value, shape) => {
      if (value.kind !== 'scalar') return;
      for (const { variable } of variablePlaces(file.text, value)) {
        if (variable.kind === 'secret') secrets.add(variable.name, false);
        if (variable.kind === 'env') environment.add(variable.name, false);
      }
      if (shape.kind !== 'value') return;
      const { row } = shape;
      if (row.type.kind === 'text' && row.type.role === 'topic') topics.add(value.text, false);
      if (row.in === 'profile' && row.key === 'clientId') clientIds.add(value.text, false);
      if (row.type.kind === 'broker') brokers.add(value.text, false);
    });
  }
  return {
    topics: topics.list(),
    clientIds: clientIds.list(),
    brokers: brokers.list().map(({ name }) => name),
    secrets: secrets.list().map(({ name }) => name),
    environment: environment.list().map(({ name }) => name),
  };
}

class Names {
  readonly #names = new Map<string, boolean>();

  add(name: string, live: boolean): void {
    if (name.trim() === '' || name.length > seenNameMaxLength || name.includes('\n')) return;
    if (this.#names.has(name) || this.#names.size >= 2 * seenNamesLimit) return;
    this.#names.set(name, live);
  }

  list(): readonly KnownName[] {
    return [...this.#names].map(([name, live]) => ({ name, live }));
  }
}

/** What a client has sent, cut to what is kept; whatever it sent. */
export function readSeenNames(given: unknown): SeenNames {
  const value =
    typeof given === 'object' && given !== null ? (given as Readonly<Record<string, unknown>>) : {};
  const list = (key: string): readonly string[] => {
    const names = value[key];
    return (Array.isArray(names) ? names : [])
      .filter((name): name is string => typeof name === 'string' && name.length <= seenNameMaxLength)
      .slice(0, seenNamesLimit);
  };
  return { topics: list('topics'), clientIds: list('clientIds'), secrets: list('secrets') };
}
