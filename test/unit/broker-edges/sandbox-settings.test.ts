import { describe, expect, it } from 'vitest';
import { parseProfileFile } from '../../../src/profile/parse.ts';

/** What a `sandbox:` of these lines is read as. */
function read(...lines: readonly string[]) {
  const text = `profiles:\n  a: { broker: sandbox }\nsandbox:\n${lines.map((line) => `  ${line}\n`).join('')}`;
  const { sandbox, diagnostics, profiles } = parseProfileFile(text, 'a.mqtt.yaml');
  return {
    sandbox,
    profiles,
    said: diagnostics.map(({ code, message, range }) => ({
      code,
      message,
      at: text.slice(range.start, range.end),
    })),
  };
}

describe('the rules of a sandbox', () => {
  it('are read with whom they are about', () => {
    const { sandbox, said } = read(
      'deny:',
      `  - { publish: test, then: disconnect }`,
      `  - { subscribe: "secret/\${clientId}/#", will: last, username: ann, clientId: 'c*', then: ignore }`,
      'allow: [{ publish: a }]',
    );
    expect(said).toEqual([]);
    const personal = { subscribe: `secret/\${clientId}/#`, will: 'last', username: 'ann', clientId: 'c*' };
    expect(sandbox.deny.map(({ then: what, ...rule }) => [what, rule])).toEqual([
      ['disconnect', { publish: 'test' }],
      ['ignore', personal],
    ]);
    expect(sandbox.allow).toEqual([{ publish: 'a' }]);
  });

  it('refuse without being asked to do more', () => {
    expect(read('deny: [{ publish: a }]').sandbox.deny[0]?.then).toBe('notAuthorized');
  });

  it.each([
    ['a rule about nothing', 'deny: [{ username: ann }]', 'required-missing', /names what it is about/],
    [
      'a filter that is none',
      'allow: [{ will: a/#/b }]',
      'topic-filter-invalid',
      /`will` is not a valid topic filter/,
    ],
    [
      'a variable of the profile',
      `deny: [{ publish: "\${env:X}" }]`,
      'variable-not-here',
      /knows the Client only/,
    ],
    ['an unknown consequence', 'deny: [{ publish: a, then: explode }]', 'unknown-choice', /`then`/],
    ['a consequence of what is allowed', 'allow: [{ publish: a, then: ignore }]', 'unknown-key', /`then`/],
    ['a user without a password', 'users: [{ username: ann }]', 'required-missing', /`password`/],
    [
      'a user twice',
      'users: [{ username: a, password: b }, { username: a, password: c }]',
      'duplicate-key',
      /twice/,
    ],
    ['what no string of the wire holds', 'responseInformation: "a\\0b"', 'text-not-utf8', /U\+0000/],
    ['a text longer than the wire', `responseInformation: ${'x'.repeat(65_536)}`, 'text-too-long', /65535/],
    ['a number out of range', 'receiveMaximum: 0', 'out-of-range', /from 1 to 65535/],
    ['a word that is none of it', 'queuePolicy: wait', 'unknown-choice', /dropNewest/],
  ])('keep the profiles of the sandbox from being used: %s', (_what, line, code, message) => {
    const { said, profiles } = read(line);
    expect(said).toEqual([{ code, message: expect.stringMatching(message), at: expect.any(String) }]);
    expect(profiles).toEqual([]);
  });
});
