import { topicMatches } from '../../mqtt/topics.ts';
import type { DenyThen, SandboxRule, SandboxSettings } from '../../profile/model.ts';
import type { AuthExchange, Authenticator, Authorizer, ClientIdentity } from './access.ts';
import { Authentication } from './authentication.ts';
import { filterFor, filterIncludes, matchesPattern } from './authorization-filters.ts';

/** What a rule can be about. */
type Subject = 'publish' | 'subscribe' | 'will';

/** Whether the topics of a rule, with the Client's names in them, hold what the Client wants. */
type Holds = (ruleFilter: string, wanted: string) => boolean;

/** A will is published in the end, so what is said of publishing holds for it, too. */
const willSubjects = ['will', 'publish'] as const;

/**
 * What Clients may do, as the `allow` and `deny` of the settings say. What is denied is denied, by the first
 * rule that is about it; where some rule allows something of a kind, nothing else of that kind is allowed.
 */
export class Authorization implements Authorizer, Authenticator {
  readonly #settings: Pick<SandboxSettings, 'allow' | 'deny'>;
  readonly #authentication: Authentication;

  constructor(settings: SandboxSettings) {
    this.#settings = settings;
    this.#authentication = new Authentication(settings);
  }

  mayConnect(userName: string | undefined, password: Uint8Array | undefined): boolean {
    return this.#authentication.mayConnect(userName, password);
  }

  begin(method: string): AuthExchange | undefined {
    return this.#authentication.begin(method);
  }

  mayPublish(who: ClientIdentity, topic: string): DenyThen | undefined {
    return this.#refusal(who, topic, ['publish'], topicMatches);
  }

  maySubscribe(who: ClientIdentity, topicFilter: string): DenyThen | undefined {
    return this.#refusal(who, topicFilter, ['subscribe'], filterIncludes);
  }

  mayWill(who: ClientIdentity, topic: string): DenyThen | undefined {
    return this.#refusal(who, topic, willSubjects, topicMatches);
  }

  #refusal(
    who: ClientIdentity,
    wanted: string,
    subjects: readonly Subject[],
    holds: Holds,
  ): DenyThen | undefined {
    const { deny, allow = [] } = this.#settings;
    const isAbout = (list: 'allow' | 'deny') => (rule: SandboxRule) =>
      subjects.some((subject) => {
        const filter = rule[subject];
        if (filter === undefined || !concerns(rule, who)) return false;
        const own = filterFor(filter, who, list);
        return own !== undefined && holds(own, wanted);
      });
    const denied = deny.find(isAbout('deny'));
    if (denied !== undefined) return denied.then;
    const limited = allow.some((rule) => subjects.some((subject) => rule[subject] !== undefined));
    return limited && !allow.some(isAbout('allow')) ? 'notAuthorized' : undefined;
  }
}

function concerns({ username, clientId }: SandboxRule, who: ClientIdentity): boolean {
  if (username !== undefined && !(who.username !== undefined && matchesPattern(username, who.username))) {
    return false;
  }
  return clientId === undefined || matchesPattern(clientId, who.clientId);
}
