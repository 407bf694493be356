import { topicMatches } from '../../mqtt/topics.ts';
import type { DenyThen, SandboxRule, SandboxSettings } from '../../profile/model.ts';
import type { AuthExchange, Authenticator, Authorizer, ClientIdentity } from './access.ts';
import { Authentication } from './authentication.ts';
import { filterFor, filterIncludes, matchesPattern } from './authorization-filters.ts';

/** What a rule can be about. A will is published in the end, so what is said of publishing holds for it, too. */
const subjects = {
  publish: ['publish'],
  subscribe: ['subscribe'],
  will: ['will', 'publish'],
} as const satisfies Readonly<Record<string, readonly (keyof SandboxRule)[]>>;

type Subject = keyof typeof subjects;

/** One filter of a rule, and whom the rule is about. */
interface Entry {
  readonly rule: SandboxRule;
  readonly filter: string;
  readonly then: DenyThen;
}

interface Entries {
  readonly deny: readonly Entry[];
  readonly allow: readonly Entry[];
}

/** Whether a rule's filter, with the Client's names in it, holds what the Client wants. */
type Holds = (ruleFilter: string, wanted: string) => boolean;

/**
 * What Clients may do, as the `allow` and `deny` of the settings say. What is denied is denied, by the first
 * rule that is about it; where some rule allows something of a kind, nothing else of that kind is allowed.
 */
export class Authorization implements Authorizer, Authenticator {
  readonly #entries: Readonly<Record<Subject, Entries>>;
  readonly #authentication: Authentication;

  constructor(settings: SandboxSettings) {
    this.#entries = {
      publish: entriesOf(settings, 'publish'),
      subscribe: entriesOf(settings, 'subscribe'),
      will: entriesOf(settings, 'will'),
    };
    this.#authentication = new Authentication(settings);
  }

  mayConnect(userName: string | undefined, password: Uint8Array | undefined): boolean {
    return this.#authentication.mayConnect(userName, password);
  }

  begin(method: string): AuthExchange | undefined {
    return this.#authentication.begin(method);
  }

  mayPublish(who: ClientIdentity, topic: string): DenyThen | undefined {
    return refusal(this.#entries.publish, who, topic, topicMatches);
  }

  maySubscribe(who: ClientIdentity, topicFilter: string): DenyThen | undefined {
    return refusal(this.#entries.subscribe, who, topicFilter, filterIncludes);
  }

  mayWill(who: ClientIdentity, topic: string): DenyThen | undefined {
    return refusal(this.#entries.will, who, topic, topicMatches);
  }
}

function entriesOf({ deny, allow = [] }: SandboxSettings, subject: Subject): Entries {
  const entries = (rules: readonly (SandboxRule & { readonly then?: DenyThen })[]): Entry[] =>
    rules.flatMap((rule) =>
      subjects[subject].flatMap((key) => {
        const filter = rule[key];
        // biome-ignore lint/suspicious/noThenProperty: the key of the profile file, and a word, not a function
        return filter === undefined ? [] : [{ rule, filter, then: rule.then ?? 'notAuthorized' }];
      }),
    );
  return { deny: entries(deny), allow: entries(allow) };
}

/** Asked for every PUBLISH: without rules it costs nothing. */
function refusal(
  { deny, allow }: Entries,
  who: ClientIdentity,
  wanted: string,
  holds: Holds,
): DenyThen | undefined {
  if (deny.length > 0) {
    const denied = deny.find((entry) => isAbout(entry, 'deny', who, wanted, holds));
    if (denied !== undefined) return denied.then;
  }
  if (allow.length === 0 || allow.some((entry) => isAbout(entry, 'allow', who, wanted, holds))) {
    return undefined;
  }
  return 'notAuthorized';
}

function isAbout(
  { rule, filter }: Entry,
  list: 'allow' | 'deny',
  who: ClientIdentity,
  wanted: string,
  holds: Holds,
): boolean {
  if (!concerns(rule, who)) return false;
  const own = filterFor(filter, who, list);
  return own !== undefined && holds(own, wanted);
}

function concerns({ username, clientId }: SandboxRule, who: ClientIdentity): boolean {
  if (username !== undefined && !(who.username !== undefined && matchesPattern(username, who.username))) {
    return false;
  }
  return clientId === undefined || matchesPattern(clientId, who.clientId);
}
