/** PUBACK, PUBREC, PUBREL and PUBCOMP (v5 3.4 to 3.7, v3.1.1 3.6). */
import { expect } from 'vitest';
import { TO_CLIENT } from '../../../../../src/mqtt/packet.ts';
import { PROPERTY, propertyString } from '../../../../../src/mqtt/properties.ts';
import { reasonCodeProblem } from '../../../../../src/mqtt/reason-codes.ts';
import { deny } from '../../harness.ts';
import { number, utf8 } from '../../test-client.ts';
import { packet } from '../bytes.ts';
import { both, type Case, type Coverage, server } from '../coverage.ts';
import { never } from '../dialogue.ts';
import { ack, expectBreach, type Scene, send } from '../scene.ts';

type Answer = 'puback' | 'pubrec';
const qosOf = { puback: 1, pubrec: 2 } as const;

/** What a PUBLISH is answered with in several cases: no subscriber, one, not permitted, not the UTF-8 it says. */
async function codes(scene: Scene, answer: Answer): Promise<readonly number[]> {
  scene.serve({ deny: [deny('secret', 'notAuthorized')] });
  const publisher = await scene.connect();
  publisher.acknowledges = false;
  const qos = qosOf[answer];
  await publisher.publish('a', { qos });
  await scene.watcher('a');
  await publisher.publish('a', { qos });
  await publisher.publish('secret', { qos });
  const properties = [number(PROPERTY.payloadFormatIndicator, 1)];
  await publisher.publish('a', { qos, properties, payload: new Uint8Array([0xff]) });
  return [1, 2, 3, 4].map(() => publisher.take(answer).reasonCode);
}

const listedCodes = (answer: Answer): Readonly<Record<string, Case>> => ({
  'what the Server answers is of the list': async (scene) => {
    const sent = await codes(scene, answer);
    expect(sent).toEqual([0x10, 0x00, 0x87, 0x99]);
    for (const code of sent) expect(reasonCodeProblem(answer, 5, code, TO_CLIENT)).toBeUndefined();
  },
  'another from a Client ends the connection': (scene) =>
    expectBreach(scene, packet(answer === 'puback' ? 0x40 : 0x50, 0, 1, 0x01), 0x82, 0x81),
});

const withoutReasonString =
  (answer: Answer): Case =>
  async (scene) => {
    scene.serve({ deny: [deny('secret', 'notAuthorized')] });
    const reasons: (string | undefined)[] = [];
    for (const most of [1_000, 20]) {
      const publisher = await scene.connect({ properties: [number(PROPERTY.maximumPacketSize, most)] });
      await publisher.publish('secret', { qos: qosOf[answer] });
      const { reasonCode, properties } = publisher.take(answer);
      expect(reasonCode).toBe(0x87);
      reasons.push(propertyString(properties, PROPERTY.reasonString));
    }
    expect(reasons).toEqual([expect.any(String), undefined]);
  };

export const acknowledgementCases: readonly Coverage[] = [
  server(
    { 5: '3.1.2-29' },
    {
      'a refusal tells why only where the Client wants to know': async (scene) => {
        scene.serve({ deny: [deny('secret', 'notAuthorized')] });
        for (const wanted of [1, 0]) {
          const properties = [number(PROPERTY.requestProblemInformation, wanted)];
          const publisher = await scene.connect({ properties });
          await publisher.publish('secret', { qos: 1 });
          const puback = publisher.take('puback');
          await publisher.publish('secret', { qos: 2 });
          const pubrec = publisher.take('pubrec');
          for (const answer of [puback, pubrec]) {
            expect(answer.reasonCode).toBe(0x87);
            const text = propertyString(answer.properties, PROPERTY.reasonString);
            if (wanted === 1) expect(text).toContain('secret');
            else expect(answer.properties).toEqual([]);
          }
        }
      },
      'no answer of another kind has a Reason String or User Properties then': async (scene) => {
        scene.serve({ deny: [{ ...deny('none', 'notAuthorized'), subscribe: 'secret' }] });
        const subscriber = await scene.connect({
          properties: [number(PROPERTY.requestProblemInformation, 0)],
        });
        const answers = [await subscriber.subscribe('secret', 0), await subscriber.subscribe('a', 2)];
        await subscriber.publish('a', { qos: 2 });
        await send(subscriber, ack('pubrel', 999), ack('pubrec', 999));
        await send(subscriber, {
          type: 'unsubscribe',
          packetId: 9,
          properties: [],
          topicFilters: ['x', 'a'],
        });
        const withProperties = [...answers, ...subscriber.inbox].filter(
          (each) => each.type !== 'publish' && 'properties' in each && each.properties.length > 0,
        );
        expect(withProperties).toEqual([]);
        expect(subscriber.inbox.map((each) => each.type)).toEqual(
          expect.arrayContaining(['pubrec', 'pubrel', 'pubcomp', 'unsuback']),
        );
      },
    },
  ),
  both({ 5: '3.4.2-1' }, listedCodes('puback')),
  both({ 5: '3.4.2-2' }, { 'is left out where it does not fit': withoutReasonString('puback') }),
  both({ 5: '3.4.2-3' }, { 'none has one': never('puback', PROPERTY.userProperty) }),
  both({ 5: '3.5.2-1' }, listedCodes('pubrec')),
  both({ 5: '3.5.2-2' }, { 'is left out where it does not fit': withoutReasonString('pubrec') }),
  both({ 5: '3.5.2-3' }, { 'none has one': never('pubrec', PROPERTY.userProperty) }),
  both(
    { 5: '3.6.1-1', 4: '3.6.1-1' },
    {
      'holds for what the Server sends': async (scene) => {
        const watcher = await scene.watcher();
        const first: number[] = [];
        watcher.link.on('data', (chunk: Buffer) => first.push(chunk[0] ?? 0));
        await (await scene.connect()).publish('a', { qos: 2 });
        expect(watcher.take('pubrel')).toBeDefined();
        expect(first).toContain(0x62);
        expect(first.filter((each) => each >> 4 === 6)).toEqual([0x62]);
      },
      'other flags end the connection': async (scene) => {
        for (let flags = 0; flags < 16; flags++) {
          if (flags !== 2) await expectBreach(scene, packet(0x60 | flags, 0, 1), 0x81);
        }
      },
    },
  ),
  both(
    { 5: '3.6.2-1' },
    {
      'is 0x00, or 0x92 for an identifier that is not known': async (scene) => {
        const watcher = await scene.watcher();
        await (await scene.connect()).publish('a', { qos: 2 });
        expect(watcher.take('pubrel').reasonCode).toBe(0x00);
        await send(watcher, ack('pubrec', 4_711));
        expect(watcher.take('pubrel')).toMatchObject({ packetId: 4_711, reasonCode: 0x92 });
      },
      'another from a Client ends the connection': (scene) =>
        expectBreach(scene, packet(0x62, 0, 1, 0x80), 0x82, 0x81),
    },
  ),
  both({ 5: '3.6.2-2' }, { 'none has one': never('pubrel', PROPERTY.reasonString) }),
  both({ 5: '3.6.2-3' }, { 'none has one': never('pubrel', PROPERTY.userProperty) }),
  both(
    { 5: '3.7.2-1' },
    {
      'is 0x00, or 0x92 for an identifier that is not known': async (scene) => {
        const publisher = await scene.connect();
        await publisher.publish('a', { qos: 2, payload: utf8('x') });
        expect(publisher.take('pubcomp').reasonCode).toBe(0x00);
        await send(publisher, ack('pubrel', 4_711));
        expect(publisher.take('pubcomp')).toMatchObject({ packetId: 4_711, reasonCode: 0x92 });
      },
      'another from a Client ends the connection': (scene) =>
        expectBreach(scene, packet(0x70, 0, 1, 0x80), 0x82, 0x81),
    },
  ),
  both({ 5: '3.7.2-2' }, { 'none has one': never('pubcomp', PROPERTY.reasonString) }),
  both({ 5: '3.7.2-3' }, { 'none has one': never('pubcomp', PROPERTY.userProperty) }),
];
