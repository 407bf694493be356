import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, mappedToV6, parseAddress } from '../../../src/trace/capture/addresses.ts';

describe('addresses of captures', () => {
  it('are the same after writing and reading them', () => {
    const address = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      // Many zeros, because what is left out of the text depends on them.
      fc
        .array(fc.constantFrom(0, 0, 0, 1, 0xab), { minLength: 16, maxLength: 16 })
        .map((bytes) => Uint8Array.from(bytes)),
    );
    fc.assert(
      fc.property(address, (bytes) => {
        const text = formatAddress(bytes);
        expect(parseAddress(text)).toEqual(bytes);
        expect(bytes.length === 4 || isIPv6(text)).toBe(true);
      }),
    );
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('%s is written %s', (text, written) => {
    expect(formatAddress(parseAddress(text) ?? new Uint8Array(0))).toBe(written);
  });

  it.each([
    '',
    'localhost',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    ':::',
    '1:2:3',
    '::1::',
    '1:2:3:4:5:6:7:8:9',
    'g::',
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it('reach from the one family into the other', () => {
    expect(formatAddress(mappedToV6(Uint8Array.of(10, 1, 2, 3)))).toBe('10.1.2.3');
  });
});
