/**
 * The checks of a whole profile: what single values cannot show. They run on a profile from the file, with every
 * variable taken for an `x`, and again when the variables are known.
 */
import { checkBroker, checkTap, checkTls } from './checks-of-profiles/connection.ts';
import type { Finding } from './checks-of-profiles/finding.ts';
import { checkMessages, checkSubscriptions, checkWill } from './checks-of-profiles/messages.ts';
import { checkOverlaps } from './checks-of-profiles/overlap.ts';
import { checkPayloads } from './checks-of-profiles/payloads.ts';
import { checkPresence } from './checks-of-profiles/presence.ts';
import { checkSecrecy } from './checks-of-profiles/secrecy.ts';
import { checkClientId, checkCredentials, checkSession } from './checks-of-profiles/session.ts';
import { checkTexts } from './checks-of-profiles/texts.ts';
import { checkDelay, checkKeepAlive, checkSessionName } from './checks-of-profiles/timing.ts';
import type { ConnectionProfile } from './model.ts';

type Check = (profile: ConnectionProfile) => Iterable<Finding>;

/**
 * Everything wrong with a profile, in no particular order.
 * @param raw the same profile with its variables, for what is compared as it is written
 */
export function checkProfile(profile: ConnectionProfile, raw = profile): readonly Finding[] {
  return [
    ...CHECKS_OF_PROFILES.flatMap((check) => [...check(profile)]),
    ...CHECKS_OF_RAW_PROFILES.flatMap((check) => [...check(raw)]),
  ];
}

const CHECKS_OF_PROFILES: readonly Check[] = [
  checkTexts,
  checkBroker,
  checkClientId,
  checkCredentials,
  checkSession,
  checkDelay,
  checkWill,
  checkMessages,
  checkSubscriptions,
  checkTls,
  checkTap,
];

/** None of these finds an error: what is wrong once the variables are known is found by the others. */
const CHECKS_OF_RAW_PROFILES: readonly Check[] = [
  checkSessionName,
  checkKeepAlive,
  checkPayloads,
  checkPresence,
  checkOverlaps,
  checkSecrecy,
];
