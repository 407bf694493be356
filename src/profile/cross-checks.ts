/** Checks of profiles beside each other, over all files of a workspace. */
import { messageOf } from './checks.ts';
import { type Claim, claimsOf } from './claims.ts';
import type { ReadFile } from './file-reader.ts';
import { fixed } from './moving-range.ts';
import type { Found } from './problems.ts';

/** So many of the others are named. */
const MAX_RELATED = 5;

/** Who claims what, kept up to date file by file. */
export class Claims {
  readonly #byFile = new Map<string, readonly Claim[]>();
  readonly #byKey = new Map<string, Set<Claim>>();

  /** Takes the claims of a file anew; undefined when it is gone. Returns the other files that are concerned. */
  update(uri: string, read: ReadFile | undefined): ReadonlySet<string> {
    const concerned = new Set<string>();
    const old = this.#byFile.get(uri) ?? [];
    const now = read === undefined ? [] : claimsOf(uri, read);
    for (const claim of old) {
      const claims = this.#byKey.get(claim.key);
      claims?.delete(claim);
      if (claims?.size === 0) this.#byKey.delete(claim.key);
    }
    for (const claim of now) {
      const claims = this.#byKey.get(claim.key) ?? new Set();
      this.#byKey.set(claim.key, claims.add(claim));
    }
    if (now.length > 0) this.#byFile.set(uri, now);
    else this.#byFile.delete(uri);
    for (const { key } of [...old, ...now]) {
      for (const claim of this.#byKey.get(key) ?? []) if (claim.uri !== uri) concerned.add(claim.uri);
    }
    return concerned;
  }

  /** What is wrong with the claims of a file. */
  check(uri: string): readonly Found[] {
    return (this.#byFile.get(uri) ?? []).flatMap((claim) => {
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
