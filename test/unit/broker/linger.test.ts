import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import type { Packet } from '../../../src/mqtt/packet.ts';
import { settled } from '../support/duplex-pair.ts';
import { type Harness, harness } from './harness.ts';
import { connectPacket } from './test-client.ts';

/** The Server's end of a link whose Client never closes its own. */
class StubbornLink extends Duplex {
  constructor() {
    super({ allowHalfOpen: true });
  }

  comes(packet: Packet): void {
    this.push(encodePacket(packet, 5));
  }

  override _read(): void {}

  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    done();
  }

  override _final(done: () => void): void {
    done();
  }
}

/** A link whose connection the Server has ended, for a second CONNECT. */
async function ended({ broker }: Harness): Promise<StubbornLink> {
  const link = new StubbornLink();
  broker.attach(link);
  link.comes(connectPacket());
  link.comes(connectPacket());
  await settled();
  expect(link.writableEnded).toBe(true);
  expect(broker.state().clients).toEqual([]);
  return link;
}

describe('a connection that the Server has ended', () => {
  it('is given up when the Client has not closed it in time', async () => {
    const made = harness({ lingerMs: 1_000 });
    const link = await ended(made);
    await made.advance(999);
    expect(link.destroyed).toBe(false);
    await made.advance(1);
    expect(link.destroyed).toBe(true);
  });

  it('is read for longer while the Client goes on sending, so that it can read what was said to it; not for ever', async () => {
    const made = harness({ lingerMs: 1_000 });
    const link = await ended(made);
    for (let second = 1; second < 10; second++) {
      link.comes({ type: 'pingreq' });
      await made.advance(1_000);
      expect(link.destroyed).toBe(false);
    }
    link.comes({ type: 'pingreq' });
    await made.advance(1_000);
    expect(link.destroyed).toBe(true);
    expect(made.clock.nextAtMs()).toBe(undefined);
  });
});
