import { describe, expect, it } from 'vitest';
import type { AuthPacket, Property } from '../../../src/mqtt/packet.ts';
import { PROPERTY, propertyBytes, propertyString } from '../../../src/mqtt/properties.ts';
import type { Authenticator, AuthStep } from '../../../src/net/broker/access.ts';
import { settled } from '../support/duplex-pair.ts';
import { type Harness, harness } from './harness.ts';
import { connectPacket, number, type TestClient, utf8 } from './test-client.ts';

const method = 'COUNTING';

/** Goes on until the Client has sent `right`; anything that is no `step` is refused. Answers late where asked to. */
function counting(late: boolean): Authenticator {
  const stepFor = (data: string): AuthStep => {
    if (data === 'right') return { kind: 'success', data: utf8('done'), username: 'counted' };
    if (data === 'step') return { kind: 'continue', data: utf8('go on') };
    return { kind: 'refused', reasonCode: 0x87 };
  };
  return {
    mayConnect: () => true,
    begin: (name) =>
      name === method
        ? {
            next: (data) => {
              const step = stepFor(Buffer.from(data ?? []).toString());
              return late ? Promise.resolve(step) : step;
            },
          }
        : undefined,
  };
}

function authProperties(data: string, name = method): Property[] {
  return [
    { id: PROPERTY.authenticationMethod, kind: 'string', value: name },
    { id: PROPERTY.authenticationData, kind: 'bytes', value: utf8(data) },
  ];
}

function told(packet: { readonly properties: readonly Property[] }): [string | undefined, string] {
  const data = propertyBytes(packet.properties, PROPERTY.authenticationData);
  return [
    propertyString(packet.properties, PROPERTY.authenticationMethod),
    Buffer.from(data ?? []).toString(),
  ];
}

const auth = (reasonCode: number, data: string, name = method): AuthPacket => ({
  type: 'auth',
  reasonCode,
  properties: authProperties(data, name),
});

/** A connection whose CONNECT began with these Authentication Data. */
async function begun(made: Harness, data: string, clientId = 'demo'): Promise<TestClient> {
  const client = made.open();
  client.send(connectPacket({ clientId, properties: authProperties(data) }));
  await settled();
  return client;
}

describe.each([{ late: false }, { late: true }])(
  'enhanced authentication (v5 4.12), answered late: $late',
  ({ late }) => {
    const made = (): Harness => harness({}, { authentication: counting(late) });
    const accepted = async (from: Harness): Promise<TestClient> => {
      const client = await begun(from, 'right');
      expect(client.take('connack').reasonCode).toBe(0);
      return client;
    };

    it('v5 [MQTT-4.12.0-2], [MQTT-4.12.0-3]: goes on with AUTH, and ends with CONNACK and the last data', async () => {
      const client = await begun(made(), 'step');
      const first = client.take('auth');
      expect([first.reasonCode, ...told(first)]).toEqual([0x18, method, 'go on']);
      client.send(auth(0x18, 'step'));
      await settled();
      expect(client.take('auth').reasonCode).toBe(0x18);
      client.send(auth(0x18, 'right'));
      await settled();
      const connack = client.take('connack');
      expect([connack.reasonCode, ...told(connack)]).toEqual([0, method, 'done']);
    });

    it('what comes behind an AUTH waits for its answer', async () => {
      const client = await begun(made(), 'step');
      client.send(auth(0x18, 'right'));
      client.send({ type: 'pingreq' });
      await settled();
      expect(client.inbox.map(({ type }) => type)).toEqual(['auth', 'connack', 'pingresp']);
    });

    it('v5 [MQTT-4.12.0-4]: refuses with CONNACK, and no Session begins', async () => {
      const from = made();
      const client = await begun(from, 'wrong');
      expect(client.take('connack').reasonCode).toBe(0x87);
      expect(client.closed).toBe(true);
      expect(from.broker.state().sessions).toEqual([]);
    });

    it('takes over an older connection only when it has succeeded', async () => {
      const from = made();
      const older = await from.connected({ clientId: 'demo' });
      const client = await begun(from, 'step');
      expect(older.closed).toBe(false);
      client.send(auth(0x18, 'right'));
      await settled();
      expect(older.take('disconnect').reasonCode).toBe(0x8e);
    });

    it.each([
      { what: '[MQTT-4.12.0-5]: another method', packet: auth(0x18, 'right', 'OTHER') },
      { what: '4.12: a Reason Code that does not go on', packet: auth(0x19, 'right') },
      { what: '[MQTT-3.1.2-30]: another packet', packet: { type: 'pingreq' } as const },
    ])('v5 $what before CONNACK is a Protocol Error', async ({ packet }) => {
      const client = await begun(made(), 'step');
      client.send(packet);
      await settled();
      expect(client.take('connack').reasonCode).toBe(0x82);
      expect(client.closed).toBe(true);
    });

    it('v5 [MQTT-3.1.2-30]: DISCONNECT before CONNACK ends it without a word', async () => {
      const client = await begun(made(), 'step');
      client.take('auth');
      client.send({ type: 'disconnect', reasonCode: 0, properties: [] });
      await settled();
      expect(client.inbox).toEqual([]);
      expect(client.closed).toBe(true);
    });

    it('v5 3.1.4: must be done in the time that a CONNECT has', async () => {
      const from = made();
      const client = await begun(from, 'step');
      await from.advance(10_000);
      expect(client.closed).toBe(true);
    });

    it('v5 4.12.1: may be done again while connected, with other packets in between', async () => {
      const client = await accepted(made());
      client.send(auth(0x19, 'step'));
      client.send({ type: 'pingreq' });
      await settled();
      expect(client.take('auth').reasonCode).toBe(0x18);
      client.take('pingresp');
      client.send(auth(0x18, 'right'));
      await settled();
      const last = client.take('auth');
      expect([last.reasonCode, ...told(last)]).toEqual([0, method, 'done']);
      expect(client.closed).toBe(false);
    });

    it('v5 [MQTT-4.12.1-2]: a failure of that ends the connection', async () => {
      const client = await accepted(made());
      client.send(auth(0x19, 'wrong'));
      await settled();
      expect(client.take('disconnect').reasonCode).toBe(0x87);
      expect(client.closed).toBe(true);
    });

    it.each([
      { what: '[MQTT-4.12.1-1]: another method', packet: auth(0x19, 'step', 'OTHER') },
      { what: '4.12.1: going on with what has not begun', packet: auth(0x18, 'step') },
    ])('v5 $what is a Protocol Error', async ({ packet }) => {
      const client = await accepted(made());
      client.send(packet);
      await settled();
      expect(client.take('disconnect').reasonCode).toBe(0x82);
    });

    it('v5 [MQTT-4.12.0-1]: a method that is not known is refused with 0x8C', async () => {
      const client = made().open();
      const { reasonCode } = await client.connect({ properties: authProperties('x', 'UNKNOWN') });
      expect(reasonCode).toBe(0x8c);
    });

    it('v5 [MQTT-3.2.2-19]: AUTH that is too large for the Client ends it', async () => {
      const client = made().open();
      client.send(
        connectPacket({ properties: [...authProperties('step'), number(PROPERTY.maximumPacketSize, 10)] }),
      );
      await settled();
      expect(client.inbox).toEqual([]);
      expect(client.closed).toBe(true);
    });
  },
);

describe('an exchange that fails in the broker', () => {
  it('ends its connection, and is reported', async () => {
    const authentication: Authenticator = {
      mayConnect: () => true,
      begin: () => ({ next: () => Promise.reject(new Error('the fault')) }),
    };
    const { open, broker, log } = harness({}, { authentication, faults: 'kept' });
    const client = open();
    client.send(connectPacket({ properties: authProperties('x') }));
    await settled();
    expect(client.closed).toBe(true);
    expect(broker.state().sessions).toEqual([]);
    expect(log.filter((line) => line.startsWith('error:'))[0]).toContain('the fault');
  });
});
