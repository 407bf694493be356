/** What a Server offers, found out before anything is tried. */
import type { ProtocolVersion } from '../mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../mqtt/properties.ts';
import { reasonCodeName } from '../mqtt/reason-codes.ts';
import type { Answer } from './connecting.ts';
import { CannotTry } from './failures.ts';
import type { ServerAbilities } from './report.ts';
import type { Stage } from './stage.ts';

export interface Survey {
  readonly abilities: ServerAbilities;
  /** Why a version is not offered. */
  readonly refusals: ReadonlyMap<ProtocolVersion, string>;
  /** Of observers and the like. */
  readonly plainVersion: ProtocolVersion;
}

const never = 0xffff_ffff;

/**
 * Asks for each version.
 *
 * @throws CannotTry when none is let in, or the Server cannot be reached
 */
export async function survey(stage: Stage): Promise<Survey> {
  const refusals = new Map<ProtocolVersion, string>();
  const versions: ProtocolVersion[] = [];
  let abilities: ServerAbilities = { versions };
  for (const version of [5, 4, 3] as const) {
    const expiry = version === 5 ? never : undefined;
    const wish = { version, cleanStart: true, expiry, anyExpiry: true, as: `v${version}` } as const;
    const answer = await stage.connect(wish, { mayRefuse: false });
    if (!answer.accepted) {
      refusals.set(version, reasonOf(version, answer));
      continue;
    }
    versions.push(version);
    if (version === 5) abilities = { versions, ...said(answer) };
    await stage.disconnect(answer.party);
  }
  const [plainVersion] = versions;
  if (plainVersion === undefined) {
    throw new CannotTry(`the Server lets nobody in: ${[...new Set(refusals.values())].join(', ')}`);
  }
  return { abilities, refusals, plainVersion };
}

function reasonOf(version: ProtocolVersion, answer: Extract<Answer, { readonly accepted: false }>): string {
  const { connack } = answer;
  if (connack === undefined) return 'it closes without CONNACK';
  return `CONNACK 0x${connack.reasonCode.toString(16).padStart(2, '0')}, ${reasonCodeName('connack', version, connack.reasonCode)}`;
}

function said({ party }: Extract<Answer, { readonly accepted: true }>): Omit<ServerAbilities, 'versions'> {
  const { properties } = party.connack;
  const retain = propertyNumber(properties, PROPERTY.retainAvailable);
  const expiry = propertyNumber(properties, PROPERTY.sessionExpiryInterval);
  const given = {
    maximumQoS: propertyNumber(properties, PROPERTY.maximumQoS),
    retainAvailable: retain === undefined ? undefined : retain === 1,
    serverKeepAlive: propertyNumber(properties, PROPERTY.serverKeepAlive),
    sessionExpiryMaximum: expiry === never ? undefined : expiry,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
