import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import type { PublishPacket } from '../../../src/mqtt/packet.ts';
import { settled } from '../support/duplex-pair.ts';
import { harness } from './harness.ts';

const message: PublishPacket = {
  type: 'publish',
  dup: false,
  qos: 1,
  retain: false,
  topic: 't',
  packetId: 1,
  properties: [],
  payload: new Uint8Array(100),
};

describe('a Client that sends as fast as it can', () => {
  it('lets others have their turn: a subscriber acknowledges in between, and nothing is dropped', async () => {
    const made = harness({ queuedMessages: 400 });
    const subscriber = await made.connected({ clientId: 'subscriber' });
    await subscriber.subscribe('t', 1);
    const publisher = await made.connected({ clientId: 'publisher' });
    const bytes = encodePacket(message, 5);
    const chunk = Buffer.concat(Array.from({ length: 300 }, () => bytes));
    // As a socket that always has more does: each chunk comes as soon as the one before is taken.
    for (let count = 0; count < 10; count++) publisher.link.write(chunk);
    for (let turn = 0; turn < 40; turn++) await settled();
    expect(made.broker.stats.publishDropped).toBe(0);
    expect(subscriber.takeMessages()).toHaveLength(3_000);
    expect(publisher.inbox.filter(({ type }) => type === 'puback')).toHaveLength(3_000);
  });
});
