/** Checks of profiles beside each other, over all files of a workspace. */
import { messageOf } from './checks.ts';
import { type Claim, claimsOf } from './claims.ts';
import type { ReadFile, ReadProfile } from './file-reader.ts';
import { fixed } from './moving-range.ts';
import type { Found } from './problems.ts';

/** So many of the others are named. */
const MAX_RELATED = 5;

/** Who claims what, kept up to date file by file. */
export class Claims {
  readonly #byFile = new Map<string, ReadonlyMap<ReadProfile, readonly Claim[]>>();
  readonly #byKey = new Map<string, Set<Claim>>();

  /** Takes the claims of a file anew; undefined when it is gone. Returns the other files that are concerned. */
  update(uri: string, read: ReadFile | undefined): ReadonlySet<string> {
    const concerned = new Set<string>();
    const old = this.#byFile.get(uri);
    const now = new Map<ReadProfile, readonly Claim[]>();
    for (const profile of read?.profiles ?? []) now.set(profile, old?.get(profile) ?? claimsOf(uri, profile));
    const changed: Claim[] = [];
    for (const [profile, claims] of old ?? []) {
      if (now.has(profile)) continue;
      changed.push(...claims);
      for (const claim of claims) this.#remove(claim);
    }
    for (const [profile, claims] of now) {
      if (old?.has(profile) === true) continue;
      changed.push(...claims);
      for (const claim of claims) this.#add(claim);
    }
    if (read === undefined) this.#byFile.delete(uri);
    else this.#byFile.set(uri, now);
    // Of those that stayed, the place may have moved, and others point to it.
    for (const { key } of [...changed, ...[...now.values()].flat()]) {
      for (const claim of this.#byKey.get(key) ?? []) if (claim.uri !== uri) concerned.add(claim.uri);
    }
    return concerned;
  }

  #add(claim: Claim): void {
    const claims = this.#byKey.get(claim.key) ?? new Set();
    this.#byKey.set(claim.key, claims.add(claim));
  }

  #remove(claim: Claim): void {
    const claims = this.#byKey.get(claim.key);
    claims?.delete(claim);
    if (claims?.size === 0) this.#byKey.delete(claim.key);
  }

  /** What is wrong with the claims of a file. */
  check(uri: string): readonly Found[] {
    const claims = [...(this.#byFile.get(uri)?.values() ?? [])].flat();
    return claims.flatMap((claim) => {
      const all = this.#byKey.get(claim.key);
      if (all === undefined || all.size < 2) return [];
      const others = firstOthers(all, claim);
      // The worst of them is named.
      const other = others.find(({ returns }) => returns && claim.returns) ?? others[0];
      return other === undefined ? [] : [collision(claim, other, others)];
    });
  }
}

function firstOthers(all: ReadonlySet<Claim>, own: Claim): readonly Claim[] {
  const others: Claim[] = [];
  for (const claim of all) {
    if (claim !== own) others.push(claim);
    if (others.length === MAX_RELATED) break;
  }
  return others;
}

function collision(claim: Claim, other: Claim, others: readonly Claim[]): Found {
  const code =
    claim.kind === 'tap'
      ? 'tap-port-shared'
      : claim.returns && other.returns
        ? 'client-ids-fight'
        : 'client-id-shared';
  return {
    code,
    range: claim.range,
    message: messageOf(code, { other: other.profile, port: claim.port }),
    related: others.map(({ uri, range, profile }) => ({
      uri,
      range: fixed(range),
      message: `Profile \`${profile}\`.`,
    })),
  };
}
