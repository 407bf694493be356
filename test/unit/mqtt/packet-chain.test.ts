import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import { looksLikePackets, packetsIn } from '../../../src/mqtt/packet-chain.ts';
import { bytesOf, concat, publish } from '../trace/support.ts';

const said = encodePacket(publish(), 5);
const ping = bytesOf(0xc0, 0);
const unknown = { version: undefined };

describe('bytes from the middle of a connection', () => {
  it('are packets up to the beginning of one that goes on', () => {
    const bytes = concat(said, ping, said.subarray(0, 4));
    expect(packetsIn(bytes, 0, bytes.length, TO_SERVER)).toBe(2);
    expect(packetsIn(bytes, said.length, bytes.length, TO_SERVER, { version: 5 })).toBe(1);
  });

  it('are none when one of them makes no sense, though it has the borders of one', () => {
    // A topic that is no UTF-8, and a Topic Filter that ends behind its packet.
    const publication = bytesOf(0x30, 6, 0, 2, 0xc3, 0x28, 1, 2);
    const subscribe = bytesOf(0x82, 6, 0, 1, 0, 9, 0x61, 0);
    for (const bad of [publication, subscribe]) {
      expect(looksLikePackets(bad, TO_SERVER, unknown)).toBe(false);
      expect(looksLikePackets(concat(ping, bad), TO_SERVER, unknown)).toBe(false);
    }
  });

  it('are read by the version that is known, or else by any', () => {
    const of4 = encodePacket(publish({ topic: 'a', payload: bytesOf(0xff) }), 4);
    expect(looksLikePackets(of4, TO_CLIENT, unknown)).toBe(true);
    expect(looksLikePackets(of4, TO_CLIENT, { version: 5 })).toBe(false);
  });

  it('are hardly ever taken for packets when they are a payload of any bytes', () => {
    const chunk = new Uint8Array(1400);
    let state = 1;
    let taken = 0;
    for (let count = 0; count < 5000; count += 1) {
      for (let at = 0; at < chunk.length; at += 1) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        chunk[at] = state >>> 24;
      }
      if (looksLikePackets(chunk, TO_SERVER, unknown)) taken += 1;
    }
    expect(taken).toBe(0);
  });
});
