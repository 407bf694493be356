/** Topic Names and Topic Filters (v5 4.7, 4.8.2; v3.1.1 4.7). */
import { type StatementIds, statementOf } from './malformed.ts';
import type { ProtocolVersion, StatementRef } from './packet.ts';

/** Why a string is no Topic Name or no Topic Filter. */
export interface TopicProblem {
  readonly code: TopicProblemCode;
  /** One sentence for people. */
  readonly message: string;
  readonly statement: StatementRef;
}

interface TopicProblemRow {
  readonly message: string;
  readonly statement: StatementIds;
}

/** Every way in which a topic can be wrong. */
export const topicProblems = {
  empty: {
    message: 'It must have at least one character.',
    statement: { 5: 'MQTT-4.7.3-1', 4: 'MQTT-4.7.3-1' },
  },
  'null-character': {
    message: 'It must not contain the null character U+0000.',
    statement: { 5: 'MQTT-4.7.3-2', 4: 'MQTT-4.7.3-2' },
  },
  'too-long': {
    message: 'It must not be longer than 65,535 bytes in UTF-8.',
    statement: { 5: 'MQTT-4.7.3-3', 4: 'MQTT-4.7.3-3' },
  },
  'wildcard-in-name': {
    message: 'A Topic Name must not contain the wildcard characters + and #.',
    statement: { 5: 'MQTT-4.7.0-1', 4: 'MQTT-4.7.1-1' },
  },
  'multi-level-wildcard': {
    message: '# must be the last character, alone or after /.',
    statement: { 5: 'MQTT-4.7.1-1', 4: 'MQTT-4.7.1-2' },
  },
  'single-level-wildcard': {
    message: '+ must take up a whole level.',
    statement: { 5: 'MQTT-4.7.1-2', 4: 'MQTT-4.7.1-3' },
  },
  'share-name-empty': {
    message: 'A Shared Subscription needs a ShareName of at least one character.',
    statement: { 5: 'MQTT-4.8.2-1' },
  },
  'share-name-invalid': {
    message: 'A ShareName must not contain + or #, and / and a Topic Filter must follow it.',
    statement: { 5: 'MQTT-4.8.2-2' },
  },
} as const satisfies Readonly<Record<string, TopicProblemRow>>;

export type TopicProblemCode = keyof typeof topicProblems;

const sharePrefix = '$share/';
const maxBytes = 65_535;

/** Says why `topic` is no Topic Name, in the words of `version`; undefined when it is one. */
export function topicNameProblem(topic: string, version: ProtocolVersion = 5): TopicProblem | undefined {
  const common = commonProblem(topic);
  if (common !== undefined) return problem(common, version);
  return hasWildcard(topic) ? problem('wildcard-in-name', version) : undefined;
}

/**
 * Says why `filter` is no Topic Filter, in the words of `version`; undefined when it is one. In 5.0 a filter that
 * starts with `$share/` must be a whole Shared Subscription; before, that is a level like any other.
 */
export function topicFilterProblem(filter: string, version: ProtocolVersion = 5): TopicProblem | undefined {
  const common = commonProblem(filter);
  if (common !== undefined) return problem(common, version);
  if (version === 5 && filter.startsWith(sharePrefix)) {
    const slash = filter.indexOf('/', sharePrefix.length);
    const shareName = filter.slice(sharePrefix.length, slash < 0 ? undefined : slash);
    if (shareName === '') return problem('share-name-empty', version);
    if (slash < 0 || hasWildcard(shareName)) return problem('share-name-invalid', version);
    const rest = filter.slice(slash + 1);
    if (rest === '') return problem('share-name-invalid', version);
    return wildcardProblem(rest, version);
  }
  return wildcardProblem(filter, version);
}

/** Splits a Shared Subscription (v5 4.8.2); undefined when `filter` is an ordinary Topic Filter. */
export function sharedSubscription(
  filter: string,
): { readonly shareName: string; readonly filter: string } | undefined {
  if (!filter.startsWith(sharePrefix)) return undefined;
  const slash = filter.indexOf('/', sharePrefix.length);
  if (slash <= sharePrefix.length || slash === filter.length - 1) return undefined;
  return { shareName: filter.slice(sharePrefix.length, slash), filter: filter.slice(slash + 1) };
}

/** Whether `text` contains `+` or `#`. */
export function hasWildcard(text: string): boolean {
  return text.includes('#') || text.includes('+');
}

/**
 * Whether a Topic Filter matches a Topic Name (v5 4.7.1). A filter that starts with a wildcard does not match a
 * topic that starts with `$` (v5 [MQTT-4.7.2-1]). Of a Shared Subscription, give the part behind the ShareName.
 */
export function topicMatches(filter: string, topic: string): boolean {
  const first = filter.charCodeAt(0);
  if (topic.charCodeAt(0) === DOLLAR && (first === PLUS || first === HASH)) return false;
  let at = 0;
  let filterAt = 0;
  while (filterAt < filter.length) {
    const unit = filter.charCodeAt(filterAt);
    if (unit === HASH) return true;
    if (unit === PLUS) {
      while (at < topic.length && topic.charCodeAt(at) !== SLASH) at += 1;
      filterAt += 1;
    } else if (at < topic.length && topic.charCodeAt(at) === unit) {
      at += 1;
      filterAt += 1;
    } else {
      // `sport/#` also matches `sport` itself: the multi-level wildcard includes the parent level.
      return at === topic.length && unit === SLASH && filterAt + 2 === filter.length
        ? filter.charCodeAt(filterAt + 1) === HASH
        : false;
    }
  }
  return at === topic.length;
}

const SLASH = 0x2f;
const PLUS = 0x2b;
const HASH = 0x23;
const DOLLAR = 0x24;

function problem(code: TopicProblemCode, version: ProtocolVersion): TopicProblem {
  const row = topicProblems[code];
  return { code, message: row.message, statement: statementOf(row.statement, version) };
}

function commonProblem(topic: string): TopicProblemCode | undefined {
  if (topic === '') return 'empty';
  if (topic.includes('\u0000')) return 'null-character';
  return longerThan(topic, maxBytes) ? 'too-long' : undefined;
}

function longerThan(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  if (text.length * 3 <= bytes) return false;
  let length = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return length > bytes;
}

function wildcardProblem(filter: string, version: ProtocolVersion): TopicProblem | undefined {
  const hash = filter.indexOf('#');
  if (hash >= 0 && (hash !== filter.length - 1 || (hash > 0 && filter[hash - 1] !== '/'))) {
    return problem('multi-level-wildcard', version);
  }
  for (let plus = filter.indexOf('+'); plus >= 0; plus = filter.indexOf('+', plus + 1)) {
    const before = plus === 0 || filter[plus - 1] === '/';
    const after = plus === filter.length - 1 || filter[plus + 1] === '/';
    if (!before || !after) return problem('single-level-wildcard', version);
  }
  return undefined;
}
