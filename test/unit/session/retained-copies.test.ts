import { describe, expect, test } from 'vitest';
import type { Subscription } from '../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../src/mqtt/properties.ts';
import { type ConnectOptions, number, type Peer, Story, utf8 } from './support/story.ts';

const topic = 'status/demo';
const will = { topic, payload: utf8('offline'), retain: true };

/** The will of demo was published, and a watcher saw it. */
function published(options: ConnectOptions = {}): { readonly story: Story; readonly watcher: Peer } {
  const story = new Story();
  const watcher = story.observer(topic, { retainHandling: 2 });
  const demo = story.connected('demo', { will, ...options });
  story.wait(10);
  demo.cut();
  story.wait(5);
  watcher.receives({ topic, payload: 'offline' });
  story.wait(3000);
  return { story, watcher };
}

function later(story: Story, options: Partial<Subscription> = {}, userName?: string): Peer {
  const peer = story.connected('later', { will: false, keepAlive: 0, ...(userName && { userName }) });
  return peer.subscribe([{ topicFilter: 'status/#', ...options }]);
}

const retainCheck = (story: Story) =>
  story
    .settle(20_000)
    .expectation('will')
    .checks.find(({ id }) => id === 'P3');

describe('who subscribes after a will with Will Retain 1', () => {
  test('and gets nothing shows that the Server has not kept it', () => {
    const { story } = published();
    later(story);
    const check = retainCheck(story);
    expect(check?.passed).toBe(false);
    expect(check?.facts.at(-1)?.code).toBe('checkRetainedMissing');
  });

  test('and gets it shows that the Server has', () => {
    const { story } = published();
    later(story).receives({ topic, payload: 'offline', retain: true });
    expect(retainCheck(story)?.passed).toBe(true);
  });

  test('and gets it before the SUBACK shows so, too', () => {
    const { story } = published();
    const peer = story.connected('later', { will: false, keepAlive: 0 });
    const asked = {
      topicFilter: topic,
      qos: 1,
      noLocal: false,
      retainAsPublished: false,
      retainHandling: 0,
    } as const;
    peer.send({ type: 'subscribe', packetId: 3, properties: [], subscriptions: [asked] });
    peer.receives({ topic, payload: 'offline', retain: true });
    peer.get({ type: 'suback', packetId: 3, properties: [], reasonCodes: [1] });
    expect(retainCheck(story)?.passed).toBe(true);
  });

  const silent: readonly (readonly [
    why: string,
    tell: (story: Story, watcher: Peer) => void,
    options?: ConnectOptions,
  ])[] = [
    ['asks for no retained messages', (story) => later(story, { retainHandling: 2 })],
    ['shares the subscription', (story) => later(story, { topicFilter: '$share/g/status/#' })],
    ['subscribes to something else', (story) => later(story, { topicFilter: 'other/#' })],
    ['has a name, and may not be let to read it', (story) => later(story, {}, 'ann')],
    ['leaves before it can come', (story) => later(story).cut()],
    [
      'comes after somebody published in its place',
      (story, watcher) => {
        const other = story.connected('other', { will: false });
        other.publish({ topic, payload: 'online', retain: true });
        watcher.receives({ topic, payload: 'online' });
        later(story);
      },
    ],
    [
      'comes after somebody that the trace does not show had removed it',
      (story, watcher) => {
        watcher.receives({ topic, payload: '' });
        later(story);
      },
    ],
    [
      'comes when nobody watches any more who would see it removed',
      (story, watcher) => {
        watcher.disconnect().fin();
        later(story);
      },
    ],
    ['comes after Will Retain 0', (story) => later(story), { will: { topic, payload: utf8('offline') } }],
    [
      'comes after an empty will, which keeps nothing',
      (story) => later(story),
      { will: { topic, payload: utf8(''), retain: true } },
    ],
    [
      'comes after a will that expires',
      (story) => later(story),
      { will: { ...will, properties: [number(PROPERTY.messageExpiryInterval, 1)] } },
    ],
  ];
  test.each(silent.map(([why, tell, options = {}]) => ({ why, tell, options })))(
    'proves nothing when it $why',
    ({ tell, options }) => {
      const { story, watcher } = published(options);
      tell(story, watcher);
      const check = retainCheck(story);
      expect(check?.facts.map(({ code }) => code) ?? []).not.toContain('checkRetainedMissing');
    },
  );
});
