import { describe, expect, it } from 'vitest';
import type { DenyThen, SandboxRule } from '../../../src/profile/model.ts';
import { settled } from '../support/duplex-pair.ts';
import { harness } from './harness.ts';

function denying(rule: SandboxRule, what: DenyThen) {
  // biome-ignore lint/suspicious/noThenProperty: the key of the profile file, and a word, not a function
  return harness({ deny: [{ ...rule, then: what }] });
}

const subscription = { qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;

describe('what a rule denies', () => {
  it.each([
    { word: 'notAuthorized', five: 0x87, before: 0x80, subscribed: false },
    { word: 'unspecifiedError', five: 0x80, before: 0x80, subscribed: false },
    { word: 'ignore', five: 1, before: 1, subscribed: false },
  ] as const)('of subscribing is told in SUBACK by $word, and the rest is granted', async (row) => {
    for (const version of [5, 4] as const) {
      const { connected } = denying({ subscribe: 'secret' }, row.word);
      const client = await connected({ version });
      client.send({
        type: 'subscribe',
        packetId: 1,
        properties: [],
        subscriptions: [
          { ...subscription, topicFilter: 'secret' },
          { ...subscription, topicFilter: 'open' },
        ],
      });
      await settled();
      expect(client.take('suback').reasonCodes).toEqual([version === 5 ? row.five : row.before, 1]);
      await client.publish('secret');
      await client.publish('open');
      expect(client.takeMessages()).toEqual(['open=x']);
    }
  });

  it('of subscribing ends the connection by disconnect, with nothing granted', async () => {
    const { connected, broker } = denying({ subscribe: 'secret' }, 'disconnect');
    const client = await connected({ sessionExpiryInterval: 60 });
    client.send({
      type: 'subscribe',
      packetId: 1,
      properties: [],
      subscriptions: [
        { ...subscription, topicFilter: 'open' },
        { ...subscription, topicFilter: 'secret' },
      ],
    });
    await settled();
    expect(client.take('disconnect').reasonCode).toBe(0x87);
    expect(broker.state().sessions.map(({ subscriptions }) => subscriptions)).toEqual([0]);
  });

  it('v5 4.8.2: of a Shared Subscription counts by the Topic Filter behind the ShareName', async () => {
    const { connected } = denying({ subscribe: 'secret' }, 'notAuthorized');
    const client = await connected();
    expect((await client.subscribe('$share/group/secret')).reasonCodes).toEqual([0x87]);
    expect((await client.subscribe('$share/secret/open')).reasonCodes).toEqual([1]);
  });

  it.each([
    { word: 'notAuthorized', five: 0x87 },
    { word: 'unspecifiedError', five: 0x80 },
    { word: 'ignore', five: 0 },
  ] as const)('of publishing reaches nobody by $word', async (row) => {
    const { connected, watcher } = denying({ publish: 'secret' }, row.word);
    const watching = await watcher();
    const client = await connected();
    await client.publish('secret', { qos: 1 });
    expect(client.take('puback').reasonCode).toBe(row.five);
    await client.publish('secret', { qos: 2 });
    expect(client.take('pubrec').reasonCode).toBe(row.five);
    const old = await connected({ version: 4, clientId: 'old' });
    await old.publish('secret', { qos: 2 });
    expect(old.take('pubcomp').reasonCode).toBe(0);
    expect(watching.takeMessages()).toEqual([]);
  });

  it.each([
    { word: 'notAuthorized', five: 0x87, before: 5 },
    { word: 'unspecifiedError', five: 0x80, before: 5 },
    { word: 'disconnect', five: 0x87, before: 5 },
    { word: 'ignore', five: 0, before: 0 },
  ] as const)('of a will is told in CONNACK by $word, or the will is not published', async (row) => {
    for (const version of [5, 4] as const) {
      const { open, watcher } = denying({ will: 'secret' }, row.word);
      const watching = await watcher();
      const client = open();
      const { reasonCode } = await client.connect({ version, will: { topic: 'secret' } });
      expect(reasonCode).toBe(version === 5 ? row.five : row.before);
      if (!client.closed) await client.reset();
      expect(watching.takeMessages()).toEqual([]);
    }
  });
});
