import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topicMatches } from '../../../src/mqtt/topics.ts';
import type { ClientIdentity } from '../../../src/net/broker/access.ts';
import { Authorization } from '../../../src/net/broker/authorization.ts';
import { filterFor, filterIncludes, matchesPattern } from '../../../src/net/broker/authorization-filters.ts';
import type { SandboxSettings } from '../../../src/profile/model.ts';
import { parseProfileFile } from '../../../src/profile/parse.ts';

/** Rules as a profile file writes them. */
function rules(text: string): Authorization {
  const { sandbox, diagnostics } = parseProfileFile(
    `sandbox:\n${text}\nprofiles:\n  a: { broker: sandbox }\n`,
    '',
  );
  expect(diagnostics).toEqual([]);
  const settings: SandboxSettings = sandbox;
  return new Authorization(settings);
}

const ann: ClientIdentity = { clientId: 'c1', username: 'ann' };
const nobody: ClientIdentity = { clientId: 'c2', username: undefined };

describe('deny', () => {
  const authorization = rules(`  deny:
    - { publish: test, then: disconnect }
    - { publish: secret/#, username: ann, then: ignore }
    - { subscribe: secret/#, clientId: 'c*' }
    - { will: last/+ }
    - { publish: '\${username}/out', subscribe: '\${clientId}/in' }`);

  it.each([
    ['a topic that everybody is denied', nobody, 'test', 'disconnect'],
    ['a topic that this user is denied', ann, 'secret/x', 'ignore'],
    ['a topic that another user is denied', nobody, 'secret/x', undefined],
    ['a topic with the own name', ann, 'ann/out', 'notAuthorized'],
    ['a topic with another name', nobody, 'ann/out', undefined],
    ['a topic that no rule is about', ann, 'free', undefined],
    ['what only a will must not', ann, 'last/x', undefined],
  ])('to publish: %s', (_what, who, topic, then) => {
    expect(authorization.mayPublish(who, topic)).toBe(then);
  });

  it.each([
    ['the filter itself', ann, 'secret/#', 'notAuthorized'],
    ['a filter within', ann, 'secret/+/a', 'notAuthorized'],
    ['a wider filter', ann, '#', undefined],
    ['for another Client', { clientId: 'd', username: 'ann' }, 'secret/#', undefined],
    ['with the own identifier', ann, 'c1/in', 'notAuthorized'],
    ['with another identifier', ann, 'c2/in', undefined],
    ['what is denied to publish', ann, 'test', undefined],
  ])('to subscribe: %s', (_what, who, filter, then) => {
    expect(authorization.maySubscribe(who, filter)).toBe(then);
  });

  it.each([
    ['what only a will must not', 'last/x', 'notAuthorized'],
    ['what is denied to publish', 'test', 'disconnect'],
    ['anything else', 'free', undefined],
  ])('as a will: %s', (_what, topic, then) => {
    expect(authorization.mayWill(nobody, topic)).toBe(then);
  });

  it('holds by its first rule that fits', () => {
    const both = rules(
      `  deny:\n    - { publish: a/#, then: ignore }\n    - { publish: a/b, then: disconnect }`,
    );
    expect(both.mayPublish(ann, 'a/b')).toBe('ignore');
  });
});

describe('allow', () => {
  const authorization = rules(`  allow:
    - { publish: 'out/\${clientId}/#' }
    - { publish: '#', username: admin }
    - { will: status/+ }
  deny:
    - { publish: out/c1/never, then: disconnect }`);

  it.each([
    ['what it names', ann, 'out/c1/x', undefined],
    ['what it names for another', ann, 'out/c2/x', 'notAuthorized'],
    ['what it names of another kind', ann, 'status/x', 'notAuthorized'],
    ['everything to one user', { clientId: 'x', username: 'admin' }, 'anything', undefined],
    ['not what is denied', ann, 'out/c1/never', 'disconnect'],
    [
      'nothing to a Client that is called like a wildcard',
      { clientId: '+', username: 'ann' },
      'out/c1/x',
      'notAuthorized',
    ],
    [
      'nothing to a Client whose name reaches further',
      { clientId: 'c1/x', username: 'ann' },
      'out/c1/x/y',
      'notAuthorized',
    ],
  ])('to publish: %s', (_what, who, topic, then) => {
    expect(authorization.mayPublish(who, topic)).toBe(then);
  });

  it('lets wills be what may be published, too', () => {
    expect(authorization.mayWill(ann, 'status/x')).toBeUndefined();
    expect(authorization.mayWill(ann, 'out/c1/x')).toBeUndefined();
    expect(authorization.mayWill(ann, 'else')).toBe('notAuthorized');
  });

  it('leaves free what no rule is about', () => {
    expect(authorization.maySubscribe(ann, 'anything/#')).toBeUndefined();
  });

  it('grants only filters that are included whole', () => {
    const some = rules(`  allow:\n    - { subscribe: a/# }\n    - { subscribe: b/+/c }`);
    expect(some.maySubscribe(ann, 'a/b/#')).toBeUndefined();
    expect(some.maySubscribe(ann, 'b/+/c')).toBeUndefined();
    expect(some.maySubscribe(ann, 'b/#')).toBe('notAuthorized');
    expect(some.maySubscribe(ann, '#')).toBe('notAuthorized');
  });
});

describe('filters of rules', () => {
  const levels = fc.array(fc.constantFrom('a', 'b', '', '$x', '+'), { minLength: 1, maxLength: 3 });
  const filters = fc
    .tuple(levels, fc.boolean())
    .map(([some, hash]) => [...some, ...(hash ? ['#'] : [])].join('/'))
    .filter((filter) => filter !== '');
  /** Enough to tell any two of these filters apart. */
  const topics = ((): string[] => {
    const names = ['a', 'b', '', '$x', 'z'];
    const all: string[][] = [[]];
    for (let depth = 0; depth < 5; depth++) {
      for (const topic of all.filter((each) => each.length === depth)) {
        for (const name of names) all.push([...topic, name]);
      }
    }
    return all.map((each) => each.join('/')).filter((topic) => topic !== '');
  })();

  it('one includes another exactly when it matches every topic of it', () => {
    fc.assert(
      fc.property(
        fc.oneof(filters, fc.constant('#')),
        fc.oneof(filters, fc.constant('#')),
        (wide, narrow) => {
          const all = topics.every((topic) => !topicMatches(narrow, topic) || topicMatches(wide, topic));
          expect(filterIncludes(wide, narrow)).toBe(all);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('names of a Client never become wildcards', () => {
    expect(filterFor(`a/\${clientId}`, { clientId: '#', username: undefined }, 'deny')).toBeUndefined();
    expect(filterFor(`a/\${username}`, nobody, 'allow')).toBeUndefined();
    expect(filterFor(`a/\${clientId}`, { clientId: 'x/y', username: undefined }, 'deny')).toBe('a/x/y');
  });

  it('a pattern matches as a regular expression would', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 8 }).map((each) => each.join('')),
        fc.array(fc.constantFrom('a', 'b'), { maxLength: 10 }).map((each) => each.join('')),
        (pattern, text) => {
          const expression = new RegExp(`^${pattern.replaceAll(/\*+/g, '.*')}$`);
          expect(matchesPattern(pattern, text)).toBe(expression.test(text));
        },
      ),
    );
  });
});
