/** What the tests say of the normative statements: each is shown by cases, or a reason tells why there are none. */
import type { Scene, TestedVersion } from './scene.ts';

/** Whom a statement binds. */
export type Bound = 'Server' | 'Client' | 'both';

/** Plays one side of a statement and fails where the broker does not keep it. */
export type Case = (scene: Scene) => Promise<void>;

/** Statement ids of each version, without `MQTT-`. */
export type Ids = { readonly [V in TestedVersion]?: string | readonly string[] };

export type Coverage = { readonly ids: Ids; readonly binds: Bound } & (
  | {
      /** By what each shows. */
      readonly cases: Readonly<Record<string, Case>>;
      /** Where it ends: what a setting bounds. */
      readonly within?: string | undefined;
      /** What the broker does not keep of it. The cases show the rest. */
      readonly notMet?: string | undefined;
    }
  | { readonly reason: string }
);

/** One statement of one version, with what is said of it. */
export interface CoveredStatement {
  readonly version: TestedVersion;
  /** With `MQTT-`. */
  readonly id: string;
  readonly coverage: Coverage;
}

/** A statement that binds the Server, shown by cases. */
export function server(ids: Ids, cases: Readonly<Record<string, Case>>): Coverage {
  return { ids, binds: 'Server', cases };
}

/** The same, as far as settings let it go. */
export function serverWithin(within: string, ids: Ids, cases: Readonly<Record<string, Case>>): Coverage {
  return { ids, binds: 'Server', cases, within };
}

/** A statement that binds both sides, shown by cases. */
export function both(ids: Ids, cases: Readonly<Record<string, Case>>): Coverage {
  return { ids, binds: 'both', cases };
}

/** A statement that binds the Client: shown by what the Server makes of a breach, or with a reason why it is not. */
export function client(ids: Ids, shown: Readonly<Record<string, Case>> | string): Coverage {
  return typeof shown === 'string'
    ? { ids, binds: 'Client', reason: shown }
    : { ids, binds: 'Client', cases: shown };
}

/** A statement that binds the Server and of which nothing can be seen from outside, or nothing arises here. */
export function unseen(ids: Ids, reason: string, binds: Bound = 'Server'): Coverage {
  return { ids, binds, reason };
}

/** One entry a statement and version, in the order of the table. */
export function covered(table: readonly Coverage[]): readonly CoveredStatement[] {
  return table.flatMap((coverage) =>
    testedVersions.flatMap((version) => {
      const ids = coverage.ids[version] ?? [];
      return (typeof ids === 'string' ? [ids] : ids).map((id) => ({ version, id: `MQTT-${id}`, coverage }));
    }),
  );
}

export const testedVersions: readonly TestedVersion[] = [5, 4];
