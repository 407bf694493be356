import { describe, expect, test } from 'vitest';
import { TO_CLIENT } from '../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../src/mqtt/properties.ts';
import type { ExpectationView } from '../../../src/session/model.ts';
import { SessionRules } from '../../../src/session/rules.ts';
import { number, type Peer, Story, utf8, willTopic } from './support/story.ts';

const codes = (expectation: ExpectationView): string[] => expectation.facts.map(({ code }) => code);

/** A Client whose will is due 5 s from now; somebody else is subscribed as told. */
function lost(subscribe: (story: Story) => Peer): { story: Story; observer: Peer } {
  const story = new Story();
  const observer = subscribe(story);
  const demo = story.connected('demo', { delay: 5, expiry: 10 });
  story.wait(1000);
  demo.cut();
  return { story, observer };
}

describe('a will that nobody could have seen', () => {
  test('is unobserved when nobody is subscribed', () => {
    const { story } = lost((each) => each.open('nobody'));
    story.settle();
    const will = story.expectation('will');
    expect(will.verdict).toBe('unobserved');
    expect(codes(will)).toContain('nobodySubscribed');
  });

  test('is unobserved when the subscription does not match', () => {
    const { story } = lost((each) => each.observer('online'));
    expect(story.settle().expectation('will').verdict).toBe('unobserved');
  });

  test('is unobserved when the subscription is shared', () => {
    const { story } = lost((each) => each.observer('$share/group/#'));
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('unobserved');
    expect(codes(will)).toContain('onlyShared');
  });

  test('is unobserved when the Server refused the subscription', () => {
    const { story } = lost((each) => {
      const observer = each.connected('observer', { will: false });
      observer.send({
        type: 'subscribe',
        packetId: 1,
        properties: [],
        subscriptions: [
          { topicFilter: '#', qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 },
        ],
      });
      observer.get({ type: 'suback', packetId: 1, properties: [], reasonCodes: [0x87] });
      return observer;
    });
    expect(story.settle().expectation('will').verdict).toBe('unobserved');
  });

  test('is unobserved when the subscriber unsubscribed before', () => {
    const { story, observer } = lost((each) => each.observer());
    observer.send({ type: 'unsubscribe', packetId: 9, properties: [], topicFilters: ['#'] });
    expect(story.settle().expectation('will').verdict).toBe('unobserved');
  });

  test('is unobserved when the subscriber was away, and says so', () => {
    const { story, observer } = lost((each) => {
      const peer = each.connected('observer', { will: false, expiry: 600 });
      return peer.subscribe([{ topicFilter: '#' }]);
    });
    story.wait(1000);
    observer.cut();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('unobserved');
    expect(codes(will)).toContain('onlyOffline');
  });

  test('is unobserved when the subscriber is the same Client with No Local', () => {
    const story = new Story();
    const demo = story.connected('demo', { delay: 5, expiry: 10 });
    demo.cut();
    story.wait(5000);
    const again = story.connected('demo', { cleanStart: true, will: false });
    again.subscribe([{ topicFilter: '#', noLocal: true }]);
    story.settle();
    const [will] = story.expectations('will');
    expect(will?.verdict).toBe('unobserved');
  });

  test('is unobserved when a wildcard should have caught a topic that starts with $', () => {
    const story = new Story();
    story.observer('#');
    story.connected('demo', { will: { topic: '$offline' } }).cut();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('unobserved');
    expect(codes(will)).toContain('nobodySubscribedDollar');
  });

  test('is unobserved when it is larger than the subscriber takes', () => {
    const story = new Story();
    const small = story.connected('small', {
      will: false,
      properties: [number(PROPERTY.maximumPacketSize, 100)],
    });
    small.subscribe([{ topicFilter: '#' }]);
    story.connected('demo', { will: { payload: new Uint8Array(200) } }).cut();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('unobserved');
    expect(codes(will)).toContain('tooLargeForSubscriber');
  });

  test('is met after all when a copy comes from where none was expected', () => {
    const { story, observer } = lost((each) => each.observer('$share/group/#'));
    story.wait(5100);
    observer.receives();
    expect(story.settle().expectation('will').verdict).toBe('met');
  });
});

describe('a will that was not seen', () => {
  test('is undecided when the subscriber came only after the connection had ended', () => {
    const { story } = lost((each) => each.open('nobody'));
    story.wait(1000);
    story.observer();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('undecided');
    expect(codes(will)).toContain('subscribedTooLate');
  });

  test('is undecided on a topic that starts with $, because a Server may refuse those', () => {
    const story = new Story();
    story.observer('$offline');
    story.connected('demo', { will: { topic: '$offline' } }).cut();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('undecided');
    expect(codes(will)).toContain('readingA15');
  });

  test('is undecided when the link failed and Keep Alive is off, because T0 has no bound', () => {
    const story = new Story();
    story.observer();
    const demo = story.connected('demo', { keepAlive: 0 });
    story.wait(1000);
    demo.close({ by: 'network', how: 'error', detail: 'ETIMEDOUT' });
    expect(story.settle().expectation('will').verdict).toBe('undecided');
  });

  test('is waited for until the Keep Alive would have run out, when the link failed', () => {
    const story = new Story();
    const observer = story.observer();
    const demo = story.connected('demo', { keepAlive: 60 });
    story.wait(1000);
    demo.close({ by: 'network', how: 'error', detail: 'ETIMEDOUT' });
    expect(story.settle(60_000).expectation('will').verdict).toBe('pending');
    story.wait(28_000);
    observer.receives();
    expect(story.settle().expectation('will').verdict).toBe('met');
  });

  test('is missed after the grace, and late when it comes after all', () => {
    const { story, observer } = lost((each) => each.observer());
    expect(story.settle(14_000).expectation('will').verdict).toBe('pending');
    expect(story.settle(1500).expectation('will').verdict).toBe('missed');
    observer.receives();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('late');
    expect(will.severity).toBe('should');
    expect(codes(will)).not.toContain('notReceived');
  });

  test('is missed with a hint when it would have come with QoS 0', () => {
    const { story } = lost((each) => each.observer('#', { qos: 0 }));
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('missed');
    expect(codes(will)).toContain('notReceivedQos0');
  });

  test('is undecided after a DISCONNECT whose connection nobody closed, and judged once it is closed', () => {
    const story = new Story();
    const observer = story.observer();
    const demo = story.connected('demo', {});
    demo.disconnect(4);
    expect(story.settle().expectation('will').verdict).toBe('undecided');
    demo.fin();
    story.wait(20);
    observer.receives();
    expect(story.settle().expectation('will').verdict).toBe('met');
  });
});

describe('a copy', () => {
  test('of an ordinary PUBLISH is not taken for the will', () => {
    const { story, observer } = lost((each) => each.observer());
    const other = story.connected('other', { will: false });
    other.publish();
    story.wait(3);
    observer.receives();
    story.wait(5000);
    observer.receives();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('met');
    expect(will.observed?.atMs).toBe(story.entities.wills.get(will.will ?? 0)?.publishedAtMs);
    expect(will.deviationMs).toBeGreaterThan(0);
  });

  test('that an ordinary PUBLISH and the will both explain leaves the will undecided', () => {
    const { story, observer } = lost((each) => each.observer());
    const other = story.connected('other', { will: false });
    story.wait(5000);
    other.publish();
    story.wait(3);
    observer.receives();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('undecided');
    expect(codes(will)).toContain('sameMessagePublished');
  });

  test('to another subscriber is a further copy, not a second publication', () => {
    const { story, observer } = lost((each) => each.observer());
    const second = story.connected('second', { will: false });
    second.subscribe([{ topicFilter: willTopic }]);
    story.wait(5000);
    observer.receives();
    story.wait(3);
    second.receives();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('met');
    expect(will.checks.find(({ id }) => id === 'P5')?.passed).toBe(true);
  });

  test('for each of two overlapping subscriptions is no second publication', () => {
    const { story, observer } = lost((each) => {
      const peer = each.observer('#');
      return peer.subscribe([{ topicFilter: willTopic }]);
    });
    story.wait(5010);
    observer.receives().receives();
    expect(
      story
        .settle()
        .expectation('will')
        .checks.find(({ id }) => id === 'P5')?.passed,
    ).toBe(true);
  });

  test('that is sent again with DUP is no second publication', () => {
    const { story, observer } = lost((each) => each.observer());
    story.wait(5010);
    observer.receives();
    story.wait(2000);
    observer.receives({ dup: true });
    expect(
      story
        .settle()
        .expectation('will')
        .checks.find(({ id }) => id === 'P5')?.passed,
    ).toBe(true);
  });

  test('that comes a second time without DUP fails P5', () => {
    const { story, observer } = lost((each) => each.observer());
    story.wait(5010);
    observer.receives();
    story.wait(2000);
    observer.receives();
    expect(
      story
        .settle()
        .expectation('will')
        .checks.find(({ id }) => id === 'P5')?.passed,
    ).toBe(false);
  });

  test('is recognised behind a Topic Alias', () => {
    const story = new Story();
    const observer = story.connected('observer', {
      will: false,
      properties: [number(PROPERTY.topicAliasMaximum, 5)],
    });
    observer.subscribe([{ topicFilter: '#' }]);
    observer.receives({ payload: 'something else', properties: [number(PROPERTY.topicAlias, 3)] });
    const demo = story.connected('demo', {});
    demo.cut();
    story.wait(10);
    observer.receives({ topic: '', properties: [number(PROPERTY.topicAlias, 3)] });
    expect(story.settle().expectation('will').verdict).toBe('met');
  });

  test('of an ordinary PUBLISH is recognised though that was sent with a Topic Alias', () => {
    const { story, observer } = lost((each) => each.observer());
    const other = story.open('other');
    other.connect({ clientId: 'other', will: false });
    other.connack({ properties: [number(PROPERTY.topicAliasMaximum, 5)] });
    other.publish({ payload: 'x', properties: [number(PROPERTY.topicAlias, 2)] });
    other.publish({ topic: '', properties: [number(PROPERTY.topicAlias, 2)] });
    story.wait(3);
    observer.receives();
    expect(story.settle().expectation('will').verdict).toBe('missed');
  });

  test('on another Server does not count', () => {
    const { story } = lost((each) => each.observer());
    const elsewhere = story.open('elsewhere', 'other:1883');
    elsewhere.connect({ clientId: 'elsewhere', will: false }).connack();
    elsewhere.subscribe([{ topicFilter: '#' }]);
    story.wait(5010);
    elsewhere.receives();
    expect(story.settle().expectation('will').verdict).toBe('missed');
  });

  test('that was kept for a subscriber that was away leaves the time open', () => {
    const { story, observer } = lost((each) => {
      const peer = each.connected('observer', { will: false, expiry: 600 });
      return peer.subscribe([{ topicFilter: '#' }]);
    });
    observer.cut();
    story.wait(20_000);
    const back = story.open('observer');
    back.connect({ clientId: 'observer', will: false, cleanStart: false, expiry: 600 });
    back.connack({ sessionPresent: true }).receives();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('undecided');
    expect(codes(will)).toContain('receivedQueued');
    expect(story.entities.wills.get(will.will ?? 0)?.state).toBe('published');
  });
});

describe('copies that are no will', () => {
  const armed = (subscribe: (story: Story) => Peer): { story: Story; observer: Peer; other: Peer } => {
    const story = new Story();
    const observer = subscribe(story);
    story.connected('demo', {});
    const other = story.connected('other', { will: false });
    story.wait(5000);
    return { story, observer, other };
  };

  test('come twice of one ordinary PUBLISH where subscriptions overlap', () => {
    const { story, observer, other } = armed((each) => {
      const peer = each.observer('#');
      return peer.subscribe([{ topicFilter: willTopic }]);
    });
    other.publish();
    story.wait(3);
    observer.receives().receives();
    expect(story.settle().expectations('will')).toEqual([]);
  });

  test('come again of an ordinary PUBLISH with DUP', () => {
    const { story, observer, other } = armed((each) => each.observer('#'));
    other.publish();
    story.wait(3);
    observer.receives();
    story.wait(5000);
    observer.receives({ dup: true });
    expect(story.settle().expectations('will')).toEqual([]);
  });

  test('were kept for a subscriber from before the will', () => {
    const { story } = armed((each) => each.open('nobody'));
    const back = story.open('back');
    back.connect({ clientId: 'back', will: false, cleanStart: false, expiry: 60 });
    back.connack({ sessionPresent: true }).receives();
    expect(story.settle().expectations('will')).toEqual([]);
  });

  test('were on their way when the will was set', () => {
    const story = new Story();
    const observer = story.observer();
    const other = story.connected('other', { will: false });
    other.publish();
    story.connected('demo', {});
    observer.receives();
    expect(story.settle().expectations('will')).toEqual([]);
  });

  test('go to the publisher itself, but not with No Local', () => {
    const story = new Story();
    const observer = story.observer('#', { noLocal: true });
    const demo = story.connected('demo', {});
    story.wait(5000);
    observer.publish();
    story.wait(100);
    demo.cut();
    story.wait(5);
    observer.receives();
    expect(story.settle().expectation('will').verdict).toBe('met');
  });
});

describe('a copy with RETAIN 1 just after a SUBSCRIBE', () => {
  const lostRetained = (retainHandling: 0 | 2): ExpectationView => {
    const story = new Story();
    const demo = story.connected('demo', { will: { retain: true } });
    const observer = story.observer('#', { retainAsPublished: true, retainHandling });
    story.wait(100);
    demo.cut();
    story.wait(5);
    observer.receives({ retain: true });
    return story.settle().expectation('will');
  };

  test('may be an old retained message, and then the will is undecided and not missed', () => {
    const will = lostRetained(0);
    expect(will.verdict).toBe('undecided');
    expect(codes(will)).toContain('retainedOfUnknownAge');
  });

  test('is the will where Retain Handling 2 keeps retained messages away', () => {
    expect(lostRetained(2).verdict).toBe('met');
  });
});

describe('two wills with the same topic and payload', () => {
  test('take one copy each, in the order in which they are due', () => {
    const story = new Story();
    const observer = story.observer();
    const first = story.connected('first', { delay: 5, expiry: 60 });
    const second = story.connected('second', { delay: 20, expiry: 60 });
    first.cut();
    second.cut();
    story.wait(5010);
    observer.receives();
    story.wait(15_000);
    observer.receives();
    story.settle();
    expect(story.expectation('will', 'first').verdict).toBe('met');
    expect(story.expectation('will', 'second').verdict).toBe('met');
  });

  test('are both undecided when they were due together and only one copy came', () => {
    const story = new Story();
    const observer = story.observer();
    const first = story.connected('first', {});
    const second = story.connected('second', {});
    first.cut();
    second.cut();
    story.wait(10);
    observer.receives();
    story.settle();
    expect(story.expectation('will', 'first').verdict).toBe('undecided');
    expect(story.expectation('will', 'second').verdict).toBe('undecided');
  });

  test('are both met when each subscriber received both', () => {
    const story = new Story();
    const observer = story.observer();
    const other = story.connected('other', { will: false });
    other.subscribe([{ topicFilter: '#' }]);
    const first = story.connected('first', {});
    const second = story.connected('second', {});
    first.cut();
    second.cut();
    story.wait(10);
    observer.receives().receives();
    other.receives().receives();
    story.settle();
    for (const clientId of ['first', 'second']) {
      const will = story.expectation('will', clientId);
      expect(will.verdict).toBe('met');
      expect(will.checks.find(({ id }) => id === 'P5')?.passed).toBe(true);
    }
  });

  test('of which the older was given up leave a new copy to the one that is awaited', () => {
    const story = new Story();
    const first = story.connected('first', {});
    first.cut();
    story.settle(60_000);
    const observer = story.observer();
    const second = story.connected('second', {});
    second.cut();
    story.wait(10);
    observer.receives();
    story.settle();
    expect(story.expectation('will', 'first').verdict).toBe('unobserved');
    expect(story.expectation('will', 'second').verdict).toBe('met');
  });
});

describe('a retained will', () => {
  const presence = { topic: 'status/demo', payload: utf8('offline'), retain: true };
  const copy = { topic: 'status/demo', payload: 'offline' };

  function left(): { story: Story; demo: Peer } {
    const story = new Story();
    const demo = story.connected('demo', { will: presence });
    demo.publish({ topic: 'status/demo', payload: 'online', retain: true });
    story.wait(1000);
    return { story, demo };
  }

  test('that a late subscriber gets as a retained message was published, in time if it came in time', () => {
    const { story, demo } = left();
    demo.cut();
    story.wait(200);
    story.observer('status/+').receives({ ...copy, retain: true });
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('met');
    expect(codes(will)).toContain('receivedRetained');
  });

  test('that a late subscriber gets as a retained message much later was published, and nothing shows when', () => {
    const { story, demo } = left();
    demo.cut();
    story.settle(60_000);
    story.observer('status/+').receives({ ...copy, retain: true });
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('undecided');
    expect(story.entities.wills.get(will.will ?? 0)?.state).toBe('published');
  });

  test('is not taken from a retained message that may be from before', () => {
    const story = new Story();
    const demo = story.connected('demo', { will: presence });
    story.wait(1000);
    demo.cut();
    story.wait(20);
    story.observer('status/+').receives({ ...copy, retain: true });
    const will = story.settle().expectation('will');
    expect(will.verdict).not.toBe('met');
    expect(story.entities.wills.get(will.will ?? 0)?.state).toBe('due');
  });

  test('is told from the message that the Client itself publishes before it leaves', () => {
    const { story, demo } = left();
    const observer = story.observer('status/+');
    observer.receives({ topic: 'status/demo', payload: 'online', retain: true });
    demo.publish({ ...copy, retain: true });
    story.wait(2);
    observer.receives(copy);
    demo.disconnect().fin();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('cancelled');
    expect(will.observed).toBeUndefined();
  });

  test('comes live with RETAIN 1 where the subscription has Retain As Published', () => {
    const { story, demo } = left();
    const observer = story.observer('status/+', { retainAsPublished: true });
    story.wait(10_000);
    demo.cut();
    story.wait(10);
    observer.receives({ ...copy, retain: true });
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('met');
    expect(will.checks.find(({ id }) => id === 'P3')?.passed).toBe(true);
  });

  test('is told from the goodbye of the Client before, which came as published just after the SUBSCRIBE', () => {
    const { story, demo } = left();
    const watcher = story.observer('status/+', { retainAsPublished: true });
    watcher.receives({ topic: 'status/demo', payload: 'online', retain: true });
    story.wait(900);
    demo.publish({ ...copy, retain: true });
    story.wait(2);
    watcher.receives({ ...copy, retain: true });
    demo.disconnect().fin();
    story.wait(900);
    const again = story.connected('demo', { will: presence });
    again.publish({ topic: 'status/demo', payload: 'online', retain: true });
    story.wait(2);
    watcher.receives({ topic: 'status/demo', payload: 'online', retain: true });
    story.wait(500);
    again.cut();
    story.wait(3);
    watcher.receives({ ...copy, retain: true });
    const wills = story.settle().expectations('will');
    expect(wills.map(({ verdict }) => verdict)).toEqual(['cancelled', 'met']);
  });
});

describe('a will that is seen while its connection is open', () => {
  test('is early when the Server went on using the connection', () => {
    const story = new Story();
    const observer = story.observer();
    const demo = story.connected('demo', {});
    story.wait(5000);
    observer.receives();
    story.wait(5000);
    demo.ping();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('early');
    expect(will.row).toBeUndefined();
    demo.cut();
    story.settle();
    expect(story.expectations('will')).toHaveLength(1);
    expect(story.expectation('will')).toMatchObject({ verdict: 'early', row: 'D18' });
  });

  test('is undecided when nothing shows that the Server still had the connection', () => {
    const story = new Story();
    const observer = story.observer();
    story.connected('demo', {});
    story.wait(5000);
    observer.receives();
    expect(story.settle().expectation('will').verdict).toBe('undecided');
  });

  test('is in time when the close by the Server is seen just after it', () => {
    const story = new Story();
    const observer = story.observer();
    const demo = story.connected('demo', {});
    story.wait(5000);
    observer.receives();
    story.wait(3);
    demo.serverClose();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('met');
    expect(codes(will)).toContain('receivedBeforeDue');
  });

  test('is in time when a takeover that the Server had not yet answered explains it', () => {
    const story = new Story();
    const observer = story.observer();
    const demo = story.connected('demo', { expiry: 10 });
    story.wait(5000);
    const next = story.open('next');
    next.connect({ cleanStart: false, expiry: 10, will: false });
    story.wait(2);
    observer.receives();
    story.wait(2);
    next.connack({ sessionPresent: true });
    story.wait(2);
    demo.serverDisconnect(0x8e).serverClose();
    expect(story.settle().expectation('will')).toMatchObject({ row: 'D49', verdict: 'met' });
  });

  test('is early when the connection then ends with DISCONNECT 0x00', () => {
    const story = new Story();
    const observer = story.observer();
    const demo = story.connected('demo', {});
    story.wait(5000);
    observer.receives();
    story.wait(2000);
    demo.disconnect().fin();
    expect(story.settle().expectation('will')).toMatchObject({ row: 'D02', verdict: 'early' });
  });

  test('is no longer watched some time after the connection has ended', () => {
    const rules = new SessionRules();
    const story = new Story(rules);
    const observer = story.observer();
    const demo = story.connected('demo', {});
    story.wait(5000);
    observer.receives();
    story.settle(20_000);
    demo.cut();
    story.settle(60_000);
    expect(rules.held.willTopics).toBe(0);
  });

  test('is in time when the Client was silent past its Keep Alive and is cut only later', () => {
    const story = new Story();
    const observer = story.observer();
    const demo = story.connected('demo', { keepAlive: 10 });
    story.wait(15_100);
    observer.receives();
    story.wait(4000);
    demo.cut();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('met');
    expect(codes(will)).toContain('endUncertain');
  });

  describe('of a Client that gives up when its Keep Alive has run out', () => {
    const givesUp = (silentMs: number, delay: number, seenAfterMs: number) => {
      const story = new Story();
      const observer = story.observer();
      const demo = story.connected('demo', { keepAlive: 10, delay, expiry: 30 });
      story.wait(silentMs);
      demo.disconnect().fin();
      story.wait(seenAfterMs);
      observer.receives();
      return story.settle().expectation('will');
    };

    test.each([
      { silentMs: 15_000, delay: 0, seenAfterMs: 3 },
      { silentMs: 15_002, delay: 5, seenAfterMs: 5000 },
      { silentMs: 25_000, delay: 0, seenAfterMs: 1 },
    ])('is undecided, as the Server may have closed before: %o', ({ silentMs, delay, seenAfterMs }) => {
      const will = givesUp(silentMs, delay, seenAfterMs);
      expect(will).toMatchObject({ demands: 'does-not-happen', verdict: 'undecided' });
      expect(codes(will)).toContain('silentPastKeepAlive');
    });

    test('is undecided also where it was seen just before the DISCONNECT', () => {
      const story = new Story();
      const observer = story.observer();
      const demo = story.connected('demo', { keepAlive: 10, delay: 0 });
      story.wait(15_001);
      observer.receives();
      story.wait(2);
      demo.disconnect().fin();
      expect(story.settle().expectation('will').verdict).toBe('undecided');
    });

    test.each([
      { silentMs: 14_000, delay: 0, seenAfterMs: 3 },
      { silentMs: 15_002, delay: 5, seenAfterMs: 4000 },
    ])('is against the standard where that cannot be: %o', ({ silentMs, delay, seenAfterMs }) => {
      expect(givesUp(silentMs, delay, seenAfterMs)).toMatchObject({
        demands: 'does-not-happen',
        verdict: 'missed',
      });
    });
  });

  test('is undecided when RST may have thrown the DISCONNECT away', () => {
    const story = new Story();
    const observer = story.observer();
    const demo = story.connected('demo', {});
    demo.disconnect().cut();
    story.wait(10);
    observer.receives();
    expect(story.settle().expectation('will').verdict).toBe('undecided');
  });
});

describe('bytes that are no valid PUBLISH', () => {
  test('to a subscriber change nothing', () => {
    const { story, observer } = lost((each) => each.observer());
    story.wait(5010);
    observer.raw(TO_CLIENT, Uint8Array.of(0x30, 5, 0xff, 0xff, 1, 2, 3));
    observer.raw(TO_CLIENT, Uint8Array.of(0x36, 2, 0, 0));
    observer.raw(TO_CLIENT, Uint8Array.of(0x30, 0));
    observer.receives();
    expect(story.settle().expectation('will').verdict).toBe('met');
  });
});

describe('a crowd of wills with the same topic and payload', () => {
  test('costs bounded time, and is met by its copies or left undecided, never missed', () => {
    const story = new Story();
    const observer = story.observer();
    const crowd = Array.from({ length: 1000 }, (_, index) => story.connected(`demo ${index}`, {}));
    for (const each of crowd) each.cut();
    story.wait(10);
    for (let copy = 0; copy < 500; copy += 1) observer.receives();
    story.settle();
    const verdicts = new Set<string>();
    for (const { kind, verdict } of story.entities.expectations.values()) {
      if (kind === 'will') verdicts.add(verdict);
    }
    expect([...verdicts].filter((verdict) => verdict !== 'met' && verdict !== 'undecided')).toEqual([]);
  });
});

describe('a copy that is seen before the CONNACK of the Client that started clean', () => {
  /** The Client is cut and starts clean, time after time with the same will; each copy comes 3 ms before the CONNACK. */
  function startsCleanAgainAndAgain(
    times: number,
    beforeConnack: (observer: Peer, turn: number) => void,
  ): Story {
    const story = new Story();
    const observer = story.observer();
    let demo = story.connected('demo', { delay: 5, expiry: 10 });
    for (let turn = 0; turn < times; turn += 1) {
      story.wait(300);
      demo.cut();
      story.wait(400);
      demo = story.open('demo').connect({ clientId: 'demo', delay: 5, expiry: 10, cleanStart: true });
      story.wait(2);
      beforeConnack(observer, turn);
      story.wait(3);
      demo.connack();
    }
    story.settle();
    return story;
  }

  test('is that of the will that the Clean Start made due, also when the same will was seen just before', () => {
    const story = startsCleanAgainAndAgain(4, (observer) => observer.receives());
    const wills = story.expectations('will');
    expect(wills.map(({ row, verdict, deviationMs }) => ({ row, verdict, deviationMs }))).toEqual(
      Array.from({ length: 4 }, () => ({ row: 'D39', verdict: 'met', deviationMs: -3 })),
    );
    const once = wills.map(({ checks }) => checks.find(({ id }) => id === 'P5')?.passed);
    expect(once).toEqual([true, true, true, true]);
  });

  test('is that of the will that the Clean Start made due, and of none that was cancelled or discarded before', () => {
    const story = new Story();
    const observer = story.observer();
    const same = { clientId: 'demo', delay: 5, expiry: 10 };
    story.connected('demo', same).cut();
    story.wait(500);
    const resumed = story.open('demo').connect({ ...same, cleanStart: false });
    resumed.connack({ sessionPresent: true });
    story.wait(6_000);
    resumed.disconnect(0);
    story.wait(6_000);
    story.connected('demo', { ...same, cleanStart: true }).cut();
    story.wait(500);
    const clean = story.open('demo').connect({ ...same, cleanStart: true });
    story.wait(2);
    observer.receives();
    story.wait(3);
    clean.connack();
    const wills = story.settle().expectations('will');
    expect(wills.map(({ row, verdict }) => ({ row, verdict }))).toEqual([
      { row: 'D46', verdict: 'cancelled' },
      { row: 'D03', verdict: 'cancelled' },
      { row: 'D39', verdict: 'met' },
    ]);
  });

  test('proves nothing when the CONNECT is refused and the copy may be a repeat', () => {
    const story = new Story();
    const observer = story.observer();
    const first = story.connected('first', { delay: 0, expiry: 10 });
    first.cut();
    observer.receives();
    const demo = story.connected('demo', { delay: 5, expiry: 10 });
    demo.cut();
    const refused = story.open('demo').connect({ clientId: 'demo', delay: 5, expiry: 10 });
    observer.receives();
    refused.connack({ reasonCode: 0x87 });
    // The refused CONNECT carried a will too, which is not the one in question.
    const [will] = story.settle().expectations('will');
    expect({ row: will?.row, verdict: will?.verdict }).toEqual({ row: 'D38', verdict: 'undecided' });
  });
});
