import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodePacket } from '../../../src/mqtt/decode.ts';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { TO_SERVER } from '../../../src/mqtt/packet.ts';
import { PROPERTY, userProperties } from '../../../src/mqtt/properties.ts';
import { connectPacket } from '../../../src/net/client/connect-packet.ts';
import type { ConnectionProfile, WillSettings } from '../../../src/profile/model.ts';
import { failureOf, message, plainProfile } from './support/bench.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'connect-packet-'));
  writeFileSync(join(folder, 'will.bin'), Buffer.from([0, 1, 0xff]));
});
afterAll(() => rmSync(folder, { recursive: true }));

const will: WillSettings = {
  ...message('offline', "I'm offline", { qos: 1, retain: true }),
  willDelayInterval: 5,
  messageExpiryInterval: 3600,
  payloadFormatIndicator: 'utf8',
  contentType: 'text/plain',
  responseTopic: 'demo/reply',
  correlationData: { kind: 'text', text: 'abc' },
  userProperties: [
    ['why', 'lost'],
    ['10', 'a'],
    ['why', 'again'],
    ['9', 'b'],
  ],
};

async function sent(profile: Partial<ConnectionProfile>, clientId = 'demo', cleanStart = true) {
  const packet = await connectPacket({ ...plainProfile, ...profile }, clientId, cleanStart, folder);
  const bytes = encodePacket(packet, packet.version);
  const decoded = decodePacket(bytes, 0, bytes.length, packet.version, TO_SERVER);
  if (!decoded.ok || decoded.packet.type !== 'connect') throw new Error('It is no CONNECT.');
  return decoded.packet;
}

describe('CONNECT', () => {
  it('carries every setting of 5.0, in the order of the standard', async () => {
    const packet = await sent({
      sessionExpiryInterval: 0xffffffff,
      receiveMaximum: 20,
      maximumPacketSize: 65_535,
      topicAliasMaximum: 10,
      requestResponseInformation: false,
      requestProblemInformation: true,
      userProperties: [
        ['site', 'lab'],
        ['site', 'two'],
      ],
      keepAliveSeconds: 30,
      username: 'demo',
      password: 'päss',
      will,
    });
    expect(packet).toMatchObject({
      protocolName: 'MQTT',
      version: 5,
      cleanStart: true,
      keepAliveSeconds: 30,
      clientId: 'demo',
      userName: 'demo',
    });
    expect(Buffer.from(packet.password ?? []).toString()).toBe('päss');
    expect(packet.properties).toEqual([
      { id: PROPERTY.sessionExpiryInterval, kind: 'number', value: 0xffffffff },
      { id: PROPERTY.receiveMaximum, kind: 'number', value: 20 },
      { id: PROPERTY.maximumPacketSize, kind: 'number', value: 65_535 },
      { id: PROPERTY.topicAliasMaximum, kind: 'number', value: 10 },
      { id: PROPERTY.requestResponseInformation, kind: 'number', value: 0 },
      { id: PROPERTY.requestProblemInformation, kind: 'number', value: 1 },
      { id: PROPERTY.userProperty, kind: 'pair', name: 'site', value: 'lab' },
      { id: PROPERTY.userProperty, kind: 'pair', name: 'site', value: 'two' },
    ]);
    expect(packet.will).toMatchObject({ topic: 'offline', qos: 1, retain: true });
    expect(Buffer.from(packet.will?.payload ?? []).toString()).toBe("I'm offline");
    expect(packet.will?.properties.map(({ id }) => id)).toEqual([
      PROPERTY.willDelayInterval,
      PROPERTY.payloadFormatIndicator,
      PROPERTY.messageExpiryInterval,
      PROPERTY.contentType,
      PROPERTY.responseTopic,
      PROPERTY.correlationData,
      ...Array.from({ length: 4 }, () => PROPERTY.userProperty),
    ]);
    expect(userProperties(packet.will?.properties ?? [])).toEqual(will.userProperties);
  });

  it('leaves out what the profile does not set', async () => {
    expect(await sent({})).toEqual({
      type: 'connect',
      protocolName: 'MQTT',
      version: 5,
      cleanStart: true,
      keepAliveSeconds: 0,
      clientId: 'demo',
      properties: [],
    });
  });

  it.each([
    [4, 'MQTT'],
    [3, 'MQIsdp'],
  ] as const)('has no properties before 5.0 (version %i)', async (protocolVersion, protocolName) => {
    const packet = await sent({ protocolVersion, will, sessionExpiryInterval: 10 }, 'demo', false);
    expect(packet).toMatchObject({
      protocolName,
      version: protocolVersion,
      cleanStart: false,
      properties: [],
    });
    expect(packet.will?.properties).toEqual([]);
  });

  it('can say what MQTT.js would refuse and 5.0 allows', async () => {
    expect(await sent({}, '', false)).toMatchObject({ clientId: '', cleanStart: false });
    const anonymous = await sent({ password: 'token' });
    expect(anonymous.userName).toBeUndefined();
    expect(Buffer.from(anonymous.password ?? []).toString()).toBe('token');
  });

  it.each([
    [{ kind: 'base64', base64: 'AAH/' }, [0, 1, 0xff]],
    [{ kind: 'file', path: './will.bin' }, [0, 1, 0xff]],
    [{ kind: 'text', text: '' }, []],
  ] as const)('takes the will payload from %o', async (payload, bytes) => {
    const packet = await sent({ will: { ...will, payload } });
    expect([...(packet.will?.payload ?? [9])]).toEqual(bytes);
  });

  it('names a payload file that is not there, and a field that is too long', async () => {
    const missing = connectPacket(
      { ...plainProfile, will: { ...will, payload: { kind: 'file', path: 'none.bin' } } },
      'demo',
      true,
      folder,
    );
    expect((await failureOf(missing)).message).toBe('none.bin (will.payloadFile) cannot be read: ENOENT.');
    const long = connectPacket({ ...plainProfile, password: 'x'.repeat(65_536) }, 'demo', true, folder);
    expect((await failureOf(long)).message).toBe('password has 65536 bytes; MQTT carries at most 65535.');
  });

  it('keeps any User Properties in their order', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 10 }).filter((each) => !each.includes('\u0000'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { maxLength: 20 }), async (pairs) => {
        const packet = await sent({ userProperties: pairs, will: { ...will, userProperties: pairs } });
        expect(userProperties(packet.properties)).toEqual(pairs);
        expect(userProperties(packet.will?.properties ?? [])).toEqual(pairs);
      }),
    );
  });
});
