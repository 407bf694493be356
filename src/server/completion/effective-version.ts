/** The MQTT version of a profile as it is being written: what it says, or what it extends, or `defaults`, or 5. */
import type { ProtocolVersion } from '../../mqtt/packet.ts';
import type { Tree } from '../../profile/tree.ts';
import { entryOf, profileEntries, scalarOf } from '../places.ts';

const VERSIONS: Readonly<Record<string, ProtocolVersion>> = { '3.1': 3, '3.1.1': 4, '5': 5 };

/** `name` is undefined outside of a profile. */
export function effectiveVersion(tree: Tree | undefined, name: string | undefined): ProtocolVersion {
  const profiles = new Map(profileEntries(tree).map(({ key, value }) => [key, value]));
  const seen = new Set<string>();
  for (let next = name; next !== undefined && !seen.has(next); ) {
    seen.add(next);
    const profile = profiles.get(next);
    const version = ownVersion(profile);
    if (version !== undefined) return version;
    next = scalarOf(entryOf(profile, 'extends')?.value)?.text;
  }
  return ownVersion(entryOf(tree, 'defaults')?.value) ?? 5;
}

function ownVersion(profile: Tree | undefined): ProtocolVersion | undefined {
  const text = scalarOf(entryOf(profile, 'protocolVersion')?.value)?.text;
  return text === undefined ? undefined : VERSIONS[text];
}
