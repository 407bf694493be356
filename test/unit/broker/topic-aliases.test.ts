import { describe, expect, it } from 'vitest';
import type { PublishPacket } from '../../../src/mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../../../src/mqtt/properties.ts';
import { harness } from './harness.ts';
import { number, type TestClient, utf8 } from './test-client.ts';

function aliases(client: TestClient): [topic: string, alias: number | undefined][] {
  const packets = client.inbox.splice(0);
  return packets
    .filter((packet): packet is PublishPacket => packet.type === 'publish')
    .map(({ topic, properties }) => [topic, propertyNumber(properties, PROPERTY.topicAlias)]);
}

const takes = (maximum: number) => [number(PROPERTY.topicAliasMaximum, maximum)];

describe('a Topic Alias towards the Client', () => {
  it('v5 [MQTT-3.1.2-26], [MQTT-3.1.2-27]: is set with the topic, then stands for it; never more than the Client takes', async () => {
    const { connected } = harness();
    const client = await connected({ properties: takes(1) });
    await client.subscribe('#', 2);
    for (const [index, topic] of ['a', 'a', 'b', 'a'].entries()) {
      await client.publish(topic, { qos: index === 1 ? 2 : 0 });
    }
    expect(aliases(client)).toEqual([
      ['a', 1],
      ['', 1],
      ['b', undefined],
      ['', 1],
    ]);
  });

  it('is not used for a Client that takes none, or when the settings say so', async () => {
    for (const { settings, maximum } of [
      { settings: {}, maximum: 0 },
      { settings: { topicAliasesSent: 0 }, maximum: 5 },
    ]) {
      const client = await harness(settings).connected({ properties: takes(maximum) });
      await client.subscribe('t');
      await client.publish('t');
      await client.publish('t');
      expect(aliases(client)).toEqual([
        ['t', undefined],
        ['t', undefined],
      ]);
    }
  });

  it('v5 [MQTT-3.3.2-7]: ends with the connection, also for what is sent again', async () => {
    const { connected, open } = harness();
    const wish = { properties: takes(5), sessionExpiryInterval: 60 };
    const client = await connected({ ...wish, clientId: 'resuming' });
    await client.subscribe('t', 1);
    client.acknowledges = false;
    await client.publish('t', { qos: 1 });
    expect(aliases(client)).toEqual([['t', 1]]);
    await client.reset();
    const again = open();
    await again.connect({ ...wish, clientId: 'resuming', cleanStart: false });
    expect(aliases(again)).toEqual([['t', 1]]);
  });

  it('is not set where the Client takes the packet only without it', async () => {
    const { connected } = harness();
    const fits = 2 + 3 + 1 + 30;
    const client = await connected({ properties: [...takes(5), number(PROPERTY.maximumPacketSize, fits)] });
    await client.subscribe('t');
    await client.publish('t', { payload: new Uint8Array(30) });
    await client.publish('t', { payload: utf8('y') });
    expect(aliases(client)).toEqual([
      ['t', undefined],
      ['t', 1],
    ]);
  });

  it('is not set by a packet that was too large to be sent', async () => {
    const { connected } = harness();
    const client = await connected({ properties: [...takes(5), number(PROPERTY.maximumPacketSize, 40)] });
    await client.subscribe('t');
    await client.publish('t', { payload: new Uint8Array(60) });
    await client.publish('t', { payload: utf8('y') });
    await client.publish('t', { payload: utf8('y') });
    expect(aliases(client)).toEqual([
      ['t', 1],
      ['', 1],
    ]);
  });
});
