import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesClient } from '../../../src/profile/fault-rules.ts';

describe('the Client Identifier that a rule is about', () => {
  it('is any one without a pattern, and the very same where it has no asterisk', () => {
    expect(matchesClient(undefined, '')).toBe(true);
    expect(matchesClient('demo', 'demo')).toBe(true);
    expect(matchesClient('demo', 'demo2')).toBe(false);
  });

  it('fits a pattern as the regular expression would, in which `*` is anything', () => {
    const letters = (...each: string[]) => fc.string({ unit: fc.constantFrom(...each), maxLength: 12 });
    fc.assert(
      fc.property(letters('a', 'b', '*'), letters('a', 'b'), (pattern, clientId) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(clientId);
        expect(matchesClient(pattern, clientId)).toBe(expected);
      }),
    );
  });

  it('is found in time that grows with its length, however many asterisks there are', () => {
    expect(matchesClient('*a'.repeat(30_000), 'a'.repeat(29_999))).toBe(false);
  });
});
