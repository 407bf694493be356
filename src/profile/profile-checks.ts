/**
 * The checks of a whole profile: what single values cannot show. They run on a profile from the file, with every
 * variable taken for an `x`, and again when the variables are known.
 */
import { checkBroker, checkTap, checkTls } from './checks-of-profiles/connection.ts';
import type { Finding } from './checks-of-profiles/finding.ts';
import { checkMessages, checkSubscriptions, checkWill } from './checks-of-profiles/messages.ts';
import { checkClientId, checkCredentials, checkSession } from './checks-of-profiles/session.ts';
import { checkTexts } from './checks-of-profiles/texts.ts';
import type { ConnectionProfile } from './model.ts';

type Check = (profile: ConnectionProfile) => Iterable<Finding>;

/** Everything wrong with a profile, in no particular order. */
export function checkProfile(profile: ConnectionProfile): readonly Finding[] {
  return CHECKS_OF_PROFILES.flatMap((check) => [...check(profile)]);
}

const CHECKS_OF_PROFILES: readonly Check[] = [
  checkTexts,
  checkBroker,
  checkClientId,
  checkCredentials,
  checkSession,
  checkWill,
  checkMessages,
  checkSubscriptions,
  checkTls,
  checkTap,
];
