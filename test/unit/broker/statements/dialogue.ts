import { expect } from 'vitest';
import type { PacketType } from '../../../../src/mqtt/packet.ts';
import { deny } from '../harness.ts';
import type { Case } from './coverage.ts';
import { ack, type Scene, send, subscribeTo, unsubscribeFrom } from './scene.ts';

const users = [{ username: 'user', password: 'right' }];
const login = { userName: 'user', password: 'right' };

/** Plays what makes the Server send each type of packet, with good news and with bad; answers all that it sent. */
async function everyAnswer(scene: Scene) {
  scene.serve({
    users,
    deny: [deny('secret', 'notAuthorized'), { ...deny('none', 'notAuthorized'), subscribe: 'secret' }],
  });
  const refused = scene.open();
  const sent: (typeof refused.inbox)[number][] = [await refused.connect({ userName: 'eve', password: 'x' })];
  const client = scene.open();
  sent.push(await client.connect(login));
  await send(
    client,
    subscribeTo(1, [
      ['a', 2],
      ['secret', 0],
    ]),
    unsubscribeFrom(2, 'none', 'more'),
    ack('pubrec', 1_000),
    ack('pubrel', 1_000),
  );
  for (const topic of ['a', 'secret', 'b']) {
    for (const qos of [1, 2] as const) await client.publish(topic, { qos });
  }
  await send(client, unsubscribeFrom(3, 'a'), { type: 'pingresp' });
  return [...sent, ...client.inbox];
}

/** The Server puts this property into no packet of the type; so it makes none too large. */
export function never(type: PacketType, propertyId: number): Case {
  return async (scene) => {
    const packets = (await everyAnswer(scene)).filter((packet) => packet.type === type);
    expect(packets.length).toBeGreaterThan(0);
    for (const packet of packets) {
      const ids = 'properties' in packet ? packet.properties.map(({ id }) => id) : [];
      expect(ids).not.toContain(propertyId);
    }
  };
}
