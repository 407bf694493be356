import { describe, expect, it } from 'vitest';
import { ipOffset, isKnownLink } from '../../../src/trace/capture/link-layers.ts';
import { sessionOf } from './frames.ts';
import { links } from './link-frames.ts';

describe('the IP packet in a frame', () => {
  it.each(links)('of $name is found, of either family and in either byte order', ({ number, frame }) => {
    expect(isKnownLink(number)).toBe(true);
    for (const { bytes } of [...sessionOf('IPv4').slice(0, 4), ...sessionOf('IPv6').slice(0, 4)]) {
      for (const little of [true, false]) {
        const framed = frame(bytes, little);
        const at = ipOffset(number, framed);
        expect(Buffer.from(framed.subarray(at, at + bytes.length))).toEqual(Buffer.from(bytes));
      }
    }
  });

  it('is not looked for in frames of other protocols', () => {
    const arp = Uint8Array.from([
      ...new Array<number>(12).fill(2),
      0x08,
      0x06,
      ...new Array<number>(28).fill(0x45),
    ]);
    const discovery = Uint8Array.from([
      ...new Array<number>(12).fill(2),
      0x88,
      0x63,
      0x11,
      9,
      0,
      0,
      0,
      0,
      0x45,
    ]);
    expect(ipOffset(1, arp)).toBe(-1);
    expect(ipOffset(1, discovery)).toBe(-1);
  });
});
