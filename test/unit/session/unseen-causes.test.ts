/** What can hide a will that was published: each cause is found, or told as ruled out, before a will is called missed. */
import { describe, expect, test } from 'vitest';
import type { ExpectationView, Verdict } from '../../../src/session/model.ts';
import { observerName } from '../../../src/session/observer-name.ts';
import { renderFact } from '../../../src/session/sentences.ts';
import { unseenCauses } from '../../../src/session/unseen-causes.ts';
import { type ConnectOptions, defaultServer, type Peer, Story, utf8 } from './support/story.ts';

const topic = 'status/demo';
const will = { topic, payload: utf8('offline') };
const withUser: ConnectOptions = { will, userName: 'ann' };
const anonymous: ConnectOptions = { will };

interface Row {
  readonly cause: string;
  readonly verdict: Verdict;
  /** Codes of facts that are told, and of some that are not. */
  readonly tells: readonly string[];
  readonly tellsNot?: readonly string[];
  /** What happens before the Client is cut off; nothing is seen afterwards. */
  readonly tell: (story: Story) => Peer;
}

const lost = (story: Story, options: ConnectOptions): Peer => story.connected('demo', options);

/** A Client that is connected, and a client of ours that is to watch for its will. */
function watchedBy(story: Story, watcher: string): Peer {
  const peer = story.open('demo', defaultServer, watcher).connect({ clientId: 'demo', ...anonymous });
  story.wait(1);
  peer.connack();
  return peer;
}

/** A client of ours that watches connects, and the Server answers with a Reason Code. */
function observerComes(story: Story, client: string, reasonCode: number): Peer {
  const clientId = observerName(() => client.length / 100);
  const peer = story.open(client).connect({ clientId, will: false }).connack({ reasonCode });
  return reasonCode === 0 ? peer : peer.serverClose();
}

/** SUBSCRIBE that the Server answers with a Reason Code. */
function refused(peer: Peer, topicFilter: string, reasonCode: number): void {
  peer.send({
    type: 'subscribe',
    packetId: 9,
    properties: [],
    subscriptions: [{ topicFilter, qos: 1, noLocal: false, retainAsPublished: true, retainHandling: 2 }],
  });
  peer.get({ type: 'suback', packetId: 9, properties: [], reasonCodes: [reasonCode] });
}

const rows: readonly Row[] = [
  {
    cause: 'nobody is subscribed',
    verdict: 'unobserved',
    tells: ['nobodySubscribed'],
    tell: (story) => lost(story, anonymous),
  },
  {
    cause: 'the filter is another one',
    verdict: 'unobserved',
    tells: ['nobodySubscribed'],
    tell: (story) => {
      story.observer('status/+/more');
      return lost(story, anonymous);
    },
  },
  {
    cause: '# never matches a topic that begins with $',
    verdict: 'unobserved',
    tells: ['nobodySubscribedDollar'],
    tell: (story) => {
      story.observer('#');
      return lost(story, { will: { ...will, topic: '$app/demo' } });
    },
  },
  {
    cause: 'a Server may refuse a topic that begins with $',
    verdict: 'undecided',
    tells: ['dollarTopic', 'readingA15'],
    tellsNot: ['notReceived'],
    tell: (story) => {
      story.observer('$app/#');
      return lost(story, { will: { ...will, topic: '$app/demo' } });
    },
  },
  {
    cause: 'a shared subscription picked another member',
    verdict: 'unobserved',
    tells: ['onlyShared'],
    tell: (story) => {
      story.observer('$share/group/status/#');
      return lost(story, anonymous);
    },
  },
  {
    cause: 'No Local with the same Client Identifier',
    verdict: 'unobserved',
    tells: ['onlyNoLocal', 'readingA13'],
    tell: (story) => {
      const peer = story.connected('demo', { will, expiry: 60 });
      peer.subscribe([{ topicFilter: topic, noLocal: true }]);
      story.wait(10);
      peer.cut();
      story.wait(10);
      const next = story.open('demo');
      next.connect({ clientId: 'demo', cleanStart: false, will: false, expiry: 60 });
      story.wait(1);
      next.connack({ sessionPresent: true });
      return story.connected('somebody', { will: false });
    },
  },
  {
    cause: 'the subscriber was away, where the message may have expired',
    verdict: 'unobserved',
    tells: ['onlyOffline'],
    tell: (story) => {
      const watcher = story.connected('watcher', { expiry: 600, will: false, keepAlive: 0 });
      watcher.subscribe([{ topicFilter: topic }]);
      watcher.cut();
      return lost(story, anonymous);
    },
  },
  {
    cause: 'the subscriber came after the connection had ended',
    verdict: 'unobserved',
    tells: ['subscribedAfterDue'],
    tell: (story) => {
      const peer = lost(story, anonymous);
      story.wait(10);
      peer.cut();
      story.wait(100);
      story.observer(topic);
      return peer;
    },
  },
  {
    cause: 'the message is larger than the subscriber takes',
    verdict: 'unobserved',
    tells: ['tooLargeForSubscriber'],
    tell: (story) => {
      const small = story.connected('small', {
        will: false,
        keepAlive: 0,
        properties: [{ id: 0x27, kind: 'number', value: 12 }],
      });
      small.subscribe([{ topicFilter: '#' }]);
      return lost(story, anonymous);
    },
  },
  {
    cause: 'the Server refuses the subscription',
    verdict: 'unobserved',
    tells: ['subscriptionRefused'],
    tell: (story) => {
      refused(story.connected('watcher', { will: false }), 'status/#', 0x87);
      return lost(story, anonymous);
    },
  },
  {
    cause: 'the Server refuses the observer',
    verdict: 'unobserved',
    tells: ['observerRefused'],
    tell: (story) => {
      const peer = watchedBy(story, 'observer');
      observerComes(story, 'observer', 0x85);
      observerComes(story, 'observer (2)', 0x00);
      return peer;
    },
  },
  {
    cause: 'the Server refuses an observer with other credentials',
    verdict: 'unobserved',
    tells: ['nobodySubscribed'],
    tellsNot: ['observerRefused'],
    tell: (story) => {
      const peer = watchedBy(story, 'observer');
      observerComes(story, 'observer (2)', 0x85);
      return peer;
    },
  },
  {
    cause: 'the Server has refused the observer, and takes it now',
    verdict: 'unobserved',
    tells: ['nobodySubscribed'],
    tellsNot: ['observerRefused'],
    tell: (story) => {
      const peer = watchedBy(story, 'observer');
      observerComes(story, 'observer', 0x85);
      observerComes(story, 'observer', 0x00);
      return peer;
    },
  },
  {
    cause: 'access rules: the Client gave a User Name, and nothing shows what that may do',
    verdict: 'undecided',
    tells: ['accessOpen'],
    tellsNot: ['notReceived'],
    tell: (story) => {
      story.observer('status/#');
      return lost(story, withUser);
    },
  },
  {
    cause: 'access rules are ruled out by a message of the Client on that topic, which a subscriber received',
    verdict: 'missed',
    tells: ['notReceived', 'excludedSubscribed', 'excludedPath'],
    tellsNot: ['notAuthorised', 'accessOpen'],
    tell: (story) => {
      const watcher = story.observer('status/#');
      const peer = lost(story, withUser);
      peer.publish({ topic, payload: 'online' });
      watcher.receives({ topic, payload: 'online' });
      return peer;
    },
  },
  {
    cause: 'access rules are ruled out by an earlier will of the Client on that topic',
    verdict: 'missed',
    tells: ['notReceived', 'excludedPath'],
    tell: (story) => {
      const watcher = story.observer('status/#');
      lost(story, withUser).cut();
      story.wait(5);
      watcher.receives({ topic, payload: 'offline' });
      story.settle(60_000);
      return lost(story, withUser);
    },
  },
  {
    cause: 'access rules are not ruled out by a message on another topic',
    verdict: 'undecided',
    tells: ['accessOpen'],
    tell: (story) => {
      const watcher = story.observer('#');
      const peer = lost(story, withUser);
      peer.publish({ topic: 'status/other', payload: 'online' });
      watcher.receives({ topic: 'status/other', payload: 'online' });
      return peer;
    },
  },
  {
    cause: 'without a User Name, access rules are told, and nothing speaks for them',
    verdict: 'missed',
    tells: ['notReceived', 'excludedSubscribed', 'notAuthorised'],
    tell: (story) => {
      story.observer('status/#');
      return lost(story, anonymous);
    },
  },
  {
    cause: 'QoS 0, which may be dropped, is told',
    verdict: 'missed',
    tells: ['notReceived', 'notReceivedQos0'],
    tell: (story) => {
      story.observer('status/#', { qos: 0 });
      return lost(story, anonymous);
    },
  },
  {
    cause: 'with QoS 1 nothing is told of it',
    verdict: 'missed',
    tells: ['notReceived'],
    tellsNot: ['notReceivedQos0'],
    tell: (story) => {
      story.observer('status/#');
      return lost(story, anonymous);
    },
  },
  {
    cause: 'an empty payload with Will Retain is delivered to who is subscribed all the same',
    verdict: 'missed',
    tells: ['notReceived', 'excludedSubscribed'],
    tell: (story) => {
      story.observer('status/#');
      return lost(story, { will: { topic, payload: utf8(''), retain: true } });
    },
  },
];

const codes = ({ facts }: ExpectationView): readonly string[] => facts.map(({ code }) => code);

describe('a program that ends as soon as it is connected', () => {
  /** What the observer of its will and the Server do meanwhile, a millisecond each. */
  const watching: readonly ((observer: Peer) => void)[] = [
    (observer) => observer.connect({ clientId: observerName(() => 0.5), will: false }),
    (observer) => observer.connack(),
    (observer) =>
      observer.send({
        type: 'subscribe',
        packetId: 1,
        properties: [],
        subscriptions: [
          { topicFilter: topic, qos: 2, noLocal: false, retainAsPublished: true, retainHandling: 2 },
        ],
      }),
    (observer) => observer.get({ type: 'suback', packetId: 1, properties: [], reasonCodes: [2] }),
  ];

  test.each([
    { done: 0, after: 'before the observer has connected' },
    { done: 1, after: 'after its CONNECT' },
    { done: 2, after: 'after its CONNACK' },
    { done: 3, after: 'after its SUBSCRIBE, which is not answered' },
  ])('$after: its will is unobserved, and not missed', ({ done }) => {
    const story = new Story();
    const program = watchedBy(story, 'observer');
    const observer = story.open('observer');
    const step = (act: (observer: Peer) => void): void => {
      story.wait(1);
      act(observer);
    };
    watching.slice(0, done).forEach(step);
    story.wait(1);
    program.cut();
    watching.slice(done).forEach(step);
    const judged = story.settle(30_000).expectation('will');
    expect(judged.verdict).toBe('unobserved');
    expect(codes(judged)).toContain('subscribedAfterDue');
  });

  test('after its SUBACK: its will is missed when it does not come', () => {
    const story = new Story();
    const program = watchedBy(story, 'observer');
    const observer = story.open('observer');
    for (const act of watching) {
      story.wait(1);
      act(observer);
    }
    story.wait(1);
    program.cut();
    expect(story.settle(30_000).expectation('will').verdict).toBe('missed');
  });
});

describe('published but not seen', () => {
  test.each(rows)('$cause', ({ tell, verdict, tells, tellsNot }) => {
    const story = new Story();
    const peer = tell(story);
    story.wait(10);
    peer.cut();
    story.settle(30_000);
    const judged = story.expectations('will').findLast(({ observed }) => observed === undefined);
    if (judged === undefined) throw new Error('No will was judged.');
    expect(judged.verdict, judged.facts.map((each) => renderFact(each)).join('\n')).toBe(verdict);
    for (const code of tells) expect(codes(judged)).toContain(code);
    for (const code of tellsNot ?? []) expect(codes(judged)).not.toContain(code);
  });

  test('what ends by an operator is told beside the verdict', () => {
    const story = new Story();
    story.observer('status/#');
    lost(story, anonymous).serverDisconnect(0x98).serverClose();
    const judged = story.settle(30_000).expectation('will');
    expect(judged.verdict).toBe('missed');
    expect(codes(judged)).toContain('endedByOperator');
  });

  test('each cause of the table has words', () => {
    expect(new Set(unseenCauses.map(({ cause }) => cause)).size).toBe(unseenCauses.length);
  });
});
