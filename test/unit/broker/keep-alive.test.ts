import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { PROPERTY, propertyNumber } from '../../../src/mqtt/properties.ts';
import { settled } from '../support/duplex-pair.ts';
import { harness } from './harness.ts';

describe('Keep Alive', () => {
  it('v5 [MQTT-3.1.2-22]: ends a silent connection at 1.5 times its value, with 0x8D', async () => {
    const { connected, watcher, advance } = harness();
    const subscriber = await watcher();
    const client = await connected({ keepAliveSeconds: 10, will: {} });
    await advance(14_999);
    expect(client.closed).toBe(false);
    await advance(1);
    expect(client.take('disconnect').reasonCode).toBe(0x8d);
    expect(client.closed).toBe(true);
    expect(subscriber.takeMessages()).toEqual(["offline=I'm offline"]);
  });

  it('v3.1.1 [MQTT-3.1.2-24]: ends it without a word', async () => {
    const { connected, advance } = harness();
    const client = await connected({ version: 4, keepAliveSeconds: 1 });
    await advance(1_500);
    expect(client.inbox).toEqual([]);
    expect(client.closed).toBe(true);
  });

  it('counts from the last packet, whatever it is', async () => {
    const { connected, advance } = harness();
    const client = await connected({ keepAliveSeconds: 10 });
    await advance(14_000);
    client.send({ type: 'pingreq' });
    await settled();
    client.take('pingresp');
    await advance(14_000);
    await client.publish('t');
    await advance(14_999);
    expect(client.closed).toBe(false);
    await advance(1);
    expect(client.closed).toBe(true);
  });

  it('does not count a packet that has not come whole', async () => {
    const { connected, advance } = harness();
    const client = await connected({ keepAliveSeconds: 10 });
    await advance(14_000);
    client.sendBytes(encodePacket({ type: 'pingreq' }, 5).subarray(0, 1));
    await advance(1_000);
    expect(client.closed).toBe(true);
  });

  it('is off when 0', async () => {
    const { connected, advance } = harness();
    const client = await connected({ keepAliveSeconds: 0 });
    await advance(10 * 86_400_000);
    expect(client.closed).toBe(false);
  });

  it('v5 [MQTT-3.2.2-21]: is the one of the Server when CONNACK says so, also where the Client has none', async () => {
    const { open, advance } = harness({ serverKeepAlive: 2 });
    const client = open();
    const { properties } = await client.connect({ keepAliveSeconds: 0 });
    expect(propertyNumber(properties, PROPERTY.serverKeepAlive)).toBe(2);
    await advance(3_000);
    expect(client.closed).toBe(true);
  });

  it('v3.1.1: is the one of the Client, which the Server could not tell another', async () => {
    const { connected, advance } = harness({ serverKeepAlive: 2 });
    const client = await connected({ version: 4, keepAliveSeconds: 10 });
    await advance(14_999);
    expect(client.closed).toBe(false);
  });
});
