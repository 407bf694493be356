import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { insightRows } from '../../../src/session/insights/kinds.ts';
import { opposites } from '../../../src/session/insights/presence-words.ts';
import { insightLimits, thresholds } from '../../../src/session/insights/thresholds.ts';
import type { InsightKind, InsightView } from '../../../src/session/model.ts';
import { SessionRules } from '../../../src/session/rules.ts';
import { factTemplates, insightTitles, renderFact } from '../../../src/session/sentences.ts';
import { type ConnectOptions, type Peer, Story, utf8 } from './support/story.ts';

/** What happened, told to rules of its own. */
interface Case {
  readonly name: string;
  readonly tell: (story: Story) => void;
}

const offline = utf8('offline');
const willOn = (topic: string, retain = true): ConnectOptions => ({
  will: { topic, payload: offline, retain },
  keepAlive: 60,
});

/** A connection of `clientId` that lives for a while and ends as told. */
function lives(
  story: Story,
  clientId: string,
  options: ConnectOptions,
  forMs: number,
  end: (peer: Peer) => void,
): void {
  const peer = story.connected(clientId, options);
  story.wait(forMs);
  end(peer);
  story.wait(500);
}

function repeat(times: number, each: (index: number) => void): void {
  for (let index = 0; index < times; index += 1) each(index);
}

/** Each takes over from the one before it, `everyMs` after it came. */
function takeovers(story: Story, times: number, everyMs: number, between?: (peer: Peer) => void): void {
  let old = story.connected('twin', { will: false });
  repeat(times, () => {
    story.wait(everyMs);
    between?.(old);
    const next = story.open('twin');
    next.connect({ clientId: 'twin', will: false });
    old.serverDisconnect(0x8e).serverClose();
    next.connack();
    old = next;
  });
}

/** PINGREQ after a pause, not answered; then the link fails. */
function lostAfter(story: Story, idleMs: number, keptMs = 0, meddle = false): void {
  const peer = story.connected('sensor', { keepAlive: 300, will: false });
  if (keptMs > 0) {
    story.wait(keptMs);
    peer.ping();
  }
  story.wait(idleMs);
  if (meddle) story.action('freeze', { connection: peer.id });
  peer.send({ type: 'pingreq' });
  story.wait(400);
  peer.close({ by: 'server', how: 'reset', detail: 'ECONNRESET' });
  story.wait(1000);
}

const kept: ConnectOptions = { cleanStart: false, expiry: 3600, will: false };

const positive: Readonly<Record<InsightKind, readonly Case[]>> = {
  'takeover-loop': [
    { name: 'two programs take turns', tell: (story) => takeovers(story, thresholds.takeovers.count, 3000) },
    {
      name: 'the other one is not in the trace',
      tell: (story) =>
        repeat(thresholds.takeovers.count, () =>
          lives(story, 'twin', { will: false }, 2000, (peer) => peer.serverDisconnect(0x8e).serverClose()),
        ),
    },
  ],
  'reconnect-storm': [
    {
      name: 'a Server that closes each connection soon',
      tell: (story) => repeat(5, () => lives(story, 'storm', {}, 300, (peer) => peer.serverClose())),
    },
  ],
  'refused-again': [
    {
      name: 'bad credentials, again and again',
      tell: (story) =>
        repeat(5, () => {
          story.open('eager').connect({ clientId: 'eager' }).connack({ reasonCode: 0x86 }).serverClose();
          story.wait(1000);
        }),
    },
    {
      name: 'closed without an answer, again and again',
      tell: (story) =>
        repeat(5, () => {
          story.open('eager').connect({ clientId: 'eager', version: 4 }).serverClose();
          story.wait(1000);
        }),
    },
  ],
  'orphaned-will': [
    {
      name: 'a random identifier whose predecessor is still half-open',
      tell: (story) => {
        const watcher = story.observer('status/#');
        const old = story.connected('dev-8f3a', willOn('status/dev'));
        old.publish({ topic: 'status/dev', payload: 'online', retain: true });
        watcher.receives({ topic: 'status/dev', payload: 'online' });
        story.wait(30_000);
        const next = story.connected('dev-17bc', willOn('status/dev'));
        next.publish({ topic: 'status/dev', payload: 'online', retain: true });
        watcher.receives({ topic: 'status/dev', payload: 'online' });
        story.wait(60_000);
        next.ping();
        old.serverClose();
        watcher.receives({ topic: 'status/dev', payload: 'offline' });
        story.settle(1000);
      },
    },
  ],
  'will-topic-differs': [
    {
      name: 'the state is told elsewhere, and nothing follows',
      tell: (story) => {
        const peer = story.connected('user', willOn('user/status/ann'));
        peer.publish({ topic: 'user/ann/status', payload: 'online', retain: true });
        story.settle(thresholds.stateSettledMs);
      },
    },
    {
      name: 'the connection ends before that',
      tell: (story) => {
        const peer = story.connected('user', willOn('user/status/ann', false));
        peer.publish({ topic: 'presence/ann', payload: '{"state":"Online","at":1}', retain: true });
        peer.cut();
      },
    },
  ],
  'will-not-retained': [
    {
      name: 'the state is kept, the will is not',
      tell: (story) => {
        const peer = story.connected('user', willOn('status/user', false));
        peer.publish({ topic: 'status/user', payload: 'online', retain: true });
      },
    },
  ],
  'keep-alive-not-honoured': [
    {
      name: 'three connections lost after the same pause, shorter ones answered',
      tell: (story) => repeat(3, () => lostAfter(story, 120_000, 45_000)),
    },
  ],
  'no-disconnect': [
    {
      name: 'three connections closed with FIN, each with a will',
      tell: (story) => repeat(3, () => lives(story, 'rude', {}, 20_000, (peer) => peer.fin())),
    },
  ],
  'session-thrown-away': [
    {
      name: 'Clean Start 1 on a kept Session with subscriptions, again and again',
      tell: (story) =>
        repeat(4, () =>
          lives(story, 'clean', { cleanStart: true, expiry: 3600, will: false }, 20_000, (peer) =>
            peer
              .subscribe([{ topicFilter: 'jobs/#' }])
              .disconnect()
              .fin(),
          ),
        ),
    },
  ],
  'not-subscribed-again': [
    {
      name: 'the Session is gone and the Client goes on as if it were there',
      tell: (story) => {
        const peer = story.connected('deaf', kept);
        peer.subscribe([{ topicFilter: 'jobs/#' }]).cut();
        story.wait(1000);
        story.connected('deaf', kept, { sessionPresent: false });
        story.settle(thresholds.notSubscribedMs);
      },
    },
  ],
  'delay-without-session': [
    {
      name: 'a delay and no Session Expiry Interval',
      tell: (story) => story.connected('demo', { delay: 5 }),
    },
    {
      name: 'the Server sets the Session Expiry Interval to 0',
      tell: (story) => story.connected('demo', { delay: 5, expiry: 60 }, { expiry: 0 }),
    },
  ],
  'no-keep-alive': [
    { name: 'a will and Keep Alive 0', tell: (story) => story.connected('demo', { keepAlive: 0 }) },
  ],
};

const negative: Readonly<Record<InsightKind, readonly Case[]>> = {
  'takeover-loop': [
    { name: 'one time less', tell: (story) => takeovers(story, thresholds.takeovers.count - 1, 3000) },
    { name: 'as often, in a longer time', tell: (story) => takeovers(story, 6, 30_000) },
    {
      name: 'the connections that are taken over had been frozen',
      tell: (story) => takeovers(story, 6, 3000, (old) => story.action('freeze', { connection: old.id })),
    },
  ],
  'reconnect-storm': [
    {
      name: 'one time less',
      tell: (story) => repeat(4, () => lives(story, 'storm', {}, 300, (peer) => peer.serverClose())),
    },
    {
      name: 'a program that connects, publishes and disconnects',
      tell: (story) =>
        repeat(20, () => lives(story, 'cron', {}, 300, (peer) => peer.publish().disconnect().fin())),
    },
    {
      name: 'connections that live longer',
      tell: (story) => repeat(5, () => lives(story, 'storm', {}, 11_000, (peer) => peer.serverClose())),
    },
    {
      name: 'cut by the user',
      tell: (story) =>
        repeat(6, () =>
          lives(story, 'mine', {}, 300, (peer) => {
            story.action('drop', { connection: peer.id });
            peer.cut();
          }),
        ),
    },
  ],
  'refused-again': [
    {
      name: 'for different reasons',
      tell: (story) =>
        repeat(8, (index) => {
          story
            .open('eager')
            .connect({ clientId: 'eager' })
            .connack({ reasonCode: index % 2 === 0 ? 0x86 : 0x88 })
            .serverClose();
          story.wait(1000);
        }),
    },
    {
      name: 'accepted in between',
      tell: (story) =>
        repeat(8, (index) => {
          if (index % 4 === 3) lives(story, 'eager', { will: false }, 100, (peer) => peer.disconnect().fin());
          else story.open('eager').connect({ clientId: 'eager' }).connack({ reasonCode: 0x86 }).serverClose();
          story.wait(1000);
        }),
    },
    {
      name: 'with long waits in between',
      tell: (story) =>
        repeat(8, () => {
          story.open('eager').connect({ clientId: 'eager' }).connack({ reasonCode: 0x86 }).serverClose();
          story.wait(20_000);
        }),
    },
  ],
  'orphaned-will': [
    {
      name: 'two programs that share a topic, both alive until one is lost',
      tell: (story) => {
        const watcher = story.observer('status/#');
        const one = story.connected('one', willOn('status/pair'));
        const two = story.connected('two', willOn('status/pair'));
        two.publish({ topic: 'status/pair', payload: 'online', retain: true });
        watcher.receives({ topic: 'status/pair', payload: 'online' });
        story.wait(30_000);
        one.ping();
        two.ping();
        one.serverClose();
        watcher.receives({ topic: 'status/pair', payload: 'offline' });
        story.settle(1000);
      },
    },
    {
      name: 'the new state comes after the old will',
      tell: (story) => {
        const watcher = story.observer('status/#');
        const old = story.connected('dev-8f3a', willOn('status/dev'));
        story.wait(30_000);
        const next = story.connected('dev-17bc', willOn('status/dev'));
        old.serverClose();
        watcher.receives({ topic: 'status/dev', payload: 'offline' });
        next.publish({ topic: 'status/dev', payload: 'online', retain: true });
        watcher.receives({ topic: 'status/dev', payload: 'online' });
        story.settle(1000);
      },
    },
    {
      name: 'neither is retained',
      tell: (story) => {
        const watcher = story.observer('status/#');
        const old = story.connected('dev-8f3a', willOn('status/dev', false));
        story.wait(30_000);
        story
          .connected('dev-17bc', willOn('status/dev', false))
          .publish({ topic: 'status/dev', payload: 'online' });
        watcher.receives({ topic: 'status/dev', payload: 'online' });
        old.serverClose();
        watcher.receives({ topic: 'status/dev', payload: 'offline' });
        story.settle(1000);
      },
    },
  ],
  'will-topic-differs': [
    {
      name: 'one topic for both',
      tell: (story) => {
        const peer = story.connected('user', willOn('status/user'));
        peer.publish({ topic: 'status/user', payload: 'online', retain: true });
        story.settle(60_000);
        peer.cut();
      },
    },
    {
      name: 'both topics are told',
      tell: (story) => {
        const peer = story.connected('user', willOn('status/user'));
        peer.publish({ topic: 'presence/user', payload: 'online', retain: true });
        story.wait(5000);
        peer.publish({ topic: 'status/user', payload: 'online', retain: true });
        story.settle(60_000);
      },
    },
    {
      name: 'what is said elsewhere is no opposite of the will',
      tell: (story) => {
        const peer = story.connected('user', willOn('status/user'));
        peer.publish({ topic: 'user/version', payload: '1.2', retain: true });
        peer.publish({ topic: 'user/mode', payload: 'offline', retain: true });
        story.settle(60_000);
      },
    },
    {
      name: 'not retained: a message, no state',
      tell: (story) => {
        const peer = story.connected('user', willOn('status/user'));
        peer.publish({ topic: 'log/user', payload: 'online' });
        story.settle(60_000);
      },
    },
    {
      name: 'a gateway that speaks for several devices',
      tell: (story) => {
        const peer = story.connected('gateway', willOn('gateway/state'));
        peer.publish({ topic: 'devices/a/state', payload: 'online', retain: true });
        peer.publish({ topic: 'devices/b/state', payload: 'online', retain: true });
        story.settle(60_000);
      },
    },
  ],
  'will-not-retained': [
    {
      name: 'both are kept',
      tell: (story) => {
        story
          .connected('user', willOn('status/user'))
          .publish({ topic: 'status/user', payload: 'online', retain: true });
      },
    },
    {
      name: 'neither is kept',
      tell: (story) => {
        story
          .connected('user', willOn('status/user', false))
          .publish({ topic: 'status/user', payload: 'online' });
      },
    },
    {
      name: 'what was kept is removed',
      tell: (story) => {
        story
          .connected('user', willOn('status/user', false))
          .publish({ topic: 'status/user', payload: '', retain: true });
      },
    },
  ],
  'keep-alive-not-honoured': [
    { name: 'twice only', tell: (story) => repeat(2, () => lostAfter(story, 120_000)) },
    {
      name: 'a pause as long was answered once',
      tell: (story) => repeat(4, (index) => lostAfter(story, 120_000, index === 0 ? 118_000 : 45_000)),
    },
    {
      name: 'pauses of all lengths',
      tell: (story) => repeat(4, (index) => lostAfter(story, 30_000 * (index + 1))),
    },
    {
      name: 'frozen from here',
      tell: (story) => repeat(4, () => lostAfter(story, 120_000, 45_000, true)),
    },
    {
      name: 'the Server closes with FIN',
      tell: (story) =>
        repeat(4, () => {
          const peer = story.connected('sensor', { keepAlive: 300, will: false });
          story.wait(120_000);
          peer.send({ type: 'pingreq' });
          peer.serverClose();
        }),
    },
  ],
  'no-disconnect': [
    {
      name: 'twice only',
      tell: (story) => repeat(2, () => lives(story, 'rude', {}, 20_000, (peer) => peer.fin())),
    },
    {
      name: 'with DISCONNECT once',
      tell: (story) =>
        repeat(4, (index) =>
          lives(story, 'polite', {}, 20_000, (peer) => (index === 0 ? peer.disconnect().fin() : peer.fin())),
        ),
    },
    {
      name: 'without a will nothing comes of it',
      tell: (story) => repeat(4, () => lives(story, 'rude', { will: false }, 20_000, (peer) => peer.fin())),
    },
    {
      name: 'lost, not closed',
      tell: (story) =>
        repeat(4, () =>
          lives(story, 'rude', {}, 20_000, (peer) => peer.close({ by: 'network', how: 'error' })),
        ),
    },
  ],
  'session-thrown-away': [
    {
      name: 'the Session had ended by itself',
      tell: (story) =>
        repeat(5, () => {
          lives(story, 'clean', { cleanStart: true, expiry: 2, will: false }, 20_000, (peer) =>
            peer
              .subscribe([{ topicFilter: 'jobs/#' }])
              .disconnect()
              .fin(),
          );
          story.wait(5000);
        }),
    },
    {
      name: 'it held no subscriptions',
      tell: (story) =>
        repeat(5, () =>
          lives(story, 'clean', { cleanStart: true, expiry: 3600, will: false }, 20_000, (peer) =>
            peer.disconnect().fin(),
          ),
        ),
    },
    {
      name: 'nobody asked for it to be kept',
      tell: (story) =>
        repeat(5, () =>
          lives(story, 'clean', { cleanStart: true, will: false }, 20_000, (peer) =>
            peer
              .subscribe([{ topicFilter: 'jobs/#' }])
              .disconnect()
              .fin(),
          ),
        ),
    },
  ],
  'not-subscribed-again': [
    {
      name: 'the Session is there',
      tell: (story) => {
        story
          .connected('deaf', kept)
          .subscribe([{ topicFilter: 'jobs/#' }])
          .cut();
        story.wait(1000);
        story.connected('deaf', kept, { sessionPresent: true });
        story.settle(60_000);
      },
    },
    {
      name: 'it subscribes again',
      tell: (story) => {
        story
          .connected('deaf', kept)
          .subscribe([{ topicFilter: 'jobs/#' }])
          .cut();
        story.wait(1000);
        story.connected('deaf', kept).subscribe([{ topicFilter: 'jobs/#' }]);
        story.settle(60_000);
      },
    },
    {
      name: 'it leaves soon after',
      tell: (story) => {
        story
          .connected('deaf', kept)
          .subscribe([{ topicFilter: 'jobs/#' }])
          .cut();
        story.wait(1000);
        story.connected('deaf', kept).disconnect().fin();
        story.settle(60_000);
      },
    },
    {
      name: 'it never had any',
      tell: (story) => {
        story.connected('deaf', kept).cut();
        story.wait(1000);
        story.connected('deaf', kept);
        story.settle(60_000);
      },
    },
  ],
  'delay-without-session': [
    {
      name: 'with a Session that is kept',
      tell: (story) => story.connected('demo', { delay: 5, expiry: 10 }),
    },
    { name: 'without a delay', tell: (story) => story.connected('demo', {}) },
    {
      name: 'the Server keeps the Session',
      tell: (story) => story.connected('demo', { delay: 5 }, { expiry: 60 }),
    },
  ],
  'no-keep-alive': [
    { name: 'without a will', tell: (story) => story.connected('demo', { keepAlive: 0, will: false }) },
    {
      name: 'the Server sets one',
      tell: (story) => story.connected('demo', { keepAlive: 0 }, { keepAlive: 30 }),
    },
  ],
};

function insights(tell: (story: Story) => void): readonly InsightView[] {
  const story = new Story();
  tell(story);
  return [...story.entities.insights.values()];
}

const kinds = insightRows.map(({ kind }) => kind);
const rowsOf = (cases: Readonly<Record<InsightKind, readonly Case[]>>) =>
  kinds.flatMap((kind) => cases[kind].map((each) => ({ kind, ...each })));

describe('an insight', () => {
  test.each(rowsOf(positive))('$kind: $name', ({ kind, tell }) => {
    const found = insights(tell).filter((each) => each.kind === kind);
    expect(found).toHaveLength(1);
    const [insight] = found;
    if (insight === undefined) return;
    expect(insight.packets.length).toBeGreaterThan(0);
    expect(insight.facts.some(({ seq }) => seq !== undefined)).toBe(true);
    expect(insight.remedy.code).toBe(insightRows.find((row) => row.kind === kind)?.remedy);
    for (const fact of [...insight.facts, insight.remedy]) {
      expect(renderFact(fact), fact.code).not.toMatch(/\{|undefined|NaN|Infinity/);
    }
  });

  test.each(rowsOf(negative))('no $kind: $name', ({ kind, tell }) => {
    expect(insights(tell).filter((each) => each.kind === kind)).toEqual([]);
  });

  test('of each kind has a title, and words that are told', () => {
    expect([...kinds].sort()).toEqual(Object.keys(insightTitles).sort());
    for (const { remedy } of insightRows) expect(factTemplates[remedy]).toBeDefined();
  });

  test('grows with each further time, and stays one', () => {
    const story = new Story();
    takeovers(story, 4, 3000);
    expect([...story.entities.insights.values()]).toMatchObject([{ kind: 'takeover-loop', count: 4 }]);
    takeovers(story, 3, 3000);
    const [insight] = story.entities.insights.values();
    expect(insight?.count).toBeGreaterThan(4);
    expect(insight?.packets.length).toBeLessThanOrEqual(insightLimits.packets);
  });

  test('says which packets it rests on', () => {
    const story = new Story();
    const peer = story.connected('user', willOn('user/status/ann'));
    peer.publish({ topic: 'user/ann/status', payload: 'online', retain: true });
    const said = story.events.at(-1)?.seq;
    story.settle();
    const [insight] = story.entities.insights.values();
    expect(insight?.packets).toEqual([2, said]);
    expect(insight?.facts.map((fact) => renderFact(fact))).toEqual([
      'CONNECT set the Will Message to "user/status/ann", and it says "offline"',
      'The program says "online" on "user/ann/status", with RETAIN 1, and nothing on the topic of its will',
      'When it is lost, "user/ann/status" goes on saying "online"',
    ]);
  });

  test('is never about the connections by which this extension watches', () => {
    const found = insights((story) =>
      repeat(6, () =>
        lives(story, 'sessionObserverab12cd34', { delay: 5, keepAlive: 0 }, 300, (peer) =>
          peer.serverClose(),
        ),
      ),
    );
    expect(found).toEqual([]);
  });

  test('of many Clients takes bounded memory, and counts them', () => {
    const rules = new SessionRules();
    const story = new Story(rules);
    repeat(300, (index) => lives(story, `c${index}`, { keepAlive: 0 }, 1, (peer) => peer.disconnect().fin()));
    const found = [...story.entities.insights.values()].filter(({ kind }) => kind === 'no-keep-alive');
    expect(found).toHaveLength(insightLimits.perKind);
    const last = found.at(-1);
    expect(last?.clients).toBe(300 - insightLimits.perKind + 1);
    expect(last?.clientIds).toHaveLength(insightLimits.clientIds);
  });

  test('remembers the past of so many Clients and no more, and nothing of states when connections are over', () => {
    const rules = new SessionRules();
    const story = new Story(rules);
    repeat(insightLimits.histories + 500, (index) => {
      const peer = story.connected(`c${index}`, willOn('a/b'));
      peer.publish({ topic: 'c/d', payload: 'online', retain: true });
      peer.disconnect().fin();
    });
    expect(rules.held.insights.histories).toBe(insightLimits.histories);
    expect(rules.held.insights.states).toBe(0);
    expect(rules.held.insights.insights).toBeLessThanOrEqual(insightLimits.perKind);
  });
});

describe('the words of presence', () => {
  test.each([
    ['online', 'offline', 'online'],
    ['{"state":"Online"}', '{"state":"OFFLINE"}', 'online'],
    ['Connected', 'connection lost: disconnected', 'connected'],
    ['alive', 'dead', 'alive'],
  ])('%s is the opposite of %s', (said, left, here) => {
    expect(opposites(utf8(said), utf8(left))?.here).toBe(here);
  });

  test.each([
    ['1', '0'],
    ['offline', 'offline'],
    ['online or offline', 'offline'],
    ['online', 'dead'],
    ['on line', 'offline'],
    ['', 'offline'],
  ])('%j is not the opposite of %j', (said, left) => {
    expect(opposites(utf8(said), utf8(left))).toBeUndefined();
  });

  test('are not looked for in what no program says of its state', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        opposites(bytes, offline);
        expect(opposites(bytes.slice(0, 5), utf8('x'))).toBeUndefined();
      }),
    );
    expect(opposites(utf8(`online${' '.repeat(insightLimits.stateBytes)}`), offline)).toBeUndefined();
  });
});
