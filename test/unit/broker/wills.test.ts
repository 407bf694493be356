import { describe, expect, it } from 'vitest';
import { harness } from './harness.ts';

describe('a will', () => {
  it('is published after its delay, and not a moment before', async () => {
    const { connected, watcher, advance } = harness();
    const subscriber = await watcher();
    const demo = await connected({ sessionExpiryInterval: 10, will: { willDelayInterval: 5 } });
    await demo.reset();
    await advance(4_999);
    expect(subscriber.takeMessages()).toEqual([]);
    await advance(1);
    expect(subscriber.takeMessages()).toEqual(["offline=I'm offline"]);
    await advance(60_000);
    expect(subscriber.takeMessages()).toEqual([]);
  });
});
