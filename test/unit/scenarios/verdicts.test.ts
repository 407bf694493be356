/** What runs come to, step by step, against the sandbox broker over real sockets: as golden texts. */
import { afterAll, describe, test } from 'vitest';
import { linesOf, Scenes } from './support/scenes.ts';

const profiles = `
profiles:
  watcher:
    broker: sandbox
    clientId: watcher
    subscriptions:
      - { topicFilter: gone, qos: 1 }
      - { topicFilter: news/#, qos: 1 }
  late:
    broker: sandbox
    clientId: late
    sessionExpiryInterval: 60s
    will: { topic: gone, payload: bye, qos: 1, willDelayInterval: 1s, contentType: text/plain, userProperties: { a: b } }
  atOnce:
    broker: sandbox
    clientId: at-once
    will: { topic: gone, payload: at once, qos: 1 }
  old:
    broker: sandbox
    clientId: old
    protocolVersion: 3.1.1
    cleanSession: false
    keepAlive: 1s
    will: { topic: gone, payload: old, qos: 0 }
  lonely:
    broker: sandbox
    clientId: lonely
    will: { topic: nobody/asks, payload: x }
  timeless:
    broker: sandbox
    clientId: timeless
    keepAlive: 0
    will: { topic: gone, payload: x }
  plain:
    broker: sandbox
    clientId: plain
    sessionExpiryInterval: 5s
    keepAlive: 1s
sandbox:
  deny:
    - { publish: secret, then: disconnect }
    - { publish: quiet, then: notAuthorized }
    - { subscribe: hidden, then: notAuthorized }
`;

/** Steps by what they show. */
const stories: Readonly<Record<string, string>> = {
  'a will after its delay': `
    - connect: watcher
    - connect: late
    - cut: late
    - expectWill: { of: late, after: 1s, topic: gone, payload: bye, qos: 1, retain: false, contentType: text/plain, userProperties: { a: b } }
    - resume: late
    - expectSession: { of: late, present: true }
    - disconnect: { of: late, sessionExpiryInterval: 0 }
    - connect: { as: late, cleanStart: false }
    - expectSession: { of: late, present: false }`,
  'a will that comes too early for the step': `
    - connect: watcher
    - connect: atOnce
    - close: atOnce
    - expectWill: { of: atOnce, after: 0, within: 2s }
    - connect: late
    - disconnect: { of: late, reason: withWill }
    - expectWill: { of: late, after: 0, within: 500ms }
    - wait: 1h`,
  'a will with another payload': `
    - connect: watcher
    - connect: atOnce
    - cut: atOnce
    - expectWill: { of: atOnce, payload: something else }`,
  'no will after a normal DISCONNECT': `
    - connect: watcher
    - connect: atOnce
    - disconnect: atOnce
    - expectNoWill: { of: atOnce, for: 500ms }`,
  'no will, but one comes': `
    - connect: watcher
    - connect: old
    - cut: old
    - expectNoWill: { of: old, for: 1s }`,
  'a will that nobody could see': `
    - connect: lonely
    - cut: lonely
    - expectWill: { of: lonely, within: 200ms }
    - expectNoWill: { of: lonely, for: 200ms }
    - connect: plain
    - expectNoWill: { of: plain, for: 0 }`,
  'a will cancelled by a return in time': `
    - connect: watcher
    - connect: late
    - cut: late
    - resume: late
    - expectNoWill: { of: late, for: 1500ms }`,
  'the second of two wills, when the first was cancelled': `
    - connect: watcher
    - connect: late
    - cut: late
    - resume: late
    - close: late
    - expectWill: { of: late, after: 1s }
    - expectNoWill: { of: late, for: 200ms }`,
  'a takeover': `
    - connect: watcher
    - connect: atOnce
    - takeOver: atOnce
    - expectClosed: { of: atOnce, reasonCode: 142 }
    - expectWill: { of: atOnce }
    - publish: { from: atOnce, topic: news/1, payload: from the second, qos: 1 }
    - expectMessage: { by: watcher, topic: news/1, payload: from the second }`,
  'silence, until the Server has had enough': `
    - connect: watcher
    - connect: old
    - freeze: old
    - expectWill: { of: old, within: 200ms }`,
  'silence, and its end': `
    - connect: plain
    - freeze: plain
    - wait: 500ms
    - thaw: plain
    - subscribe: { by: plain, topicFilter: news/2 }
    - publish: { from: plain, topic: news/2, payload: still here, qos: 2 }
    - expectMessage: { by: plain, topic: news/2, qos: 0 }`,
  'a connection that the Server closes': `
    - connect: plain
    - publish: { from: plain, topic: secret, payload: x }
    - expectClosed: { of: plain, reasonCode: 135 }
    - connect: old
    - freeze: old
    - expectClosed: { of: old, within: 5s }`,
  'another reason than the one expected': `
    - connect: plain
    - publish: { from: plain, topic: secret, payload: x }
    - expectClosed: { of: plain, reasonCode: 142 }`,
  'a connection that stays open': `
    - connect: plain
    - expectClosed: { of: plain, within: 300ms }`,
  refusals: `
    - connect: plain
    - subscribe: { by: plain, topicFilter: hidden }`,
  'a refused message': `
    - connect: plain
    - publish: { from: plain, topic: quiet, payload: x, qos: 1 }`,
  'messages, each for one step': `
    - connect: watcher
    - connect: plain
    - publish: { from: plain, topic: news/1, payload: one, qos: 1 }
    - publish: { from: plain, topic: news/1, payload: two, qos: 1, contentType: text/plain }
    - expectMessage: { by: watcher, topic: news/1, payload: two, contentType: text/plain }
    - expectMessage: { by: watcher, topic: news/1, payload: one, qos: 1, retain: false }
    - expectNoMessage: { by: watcher, topic: news/1, for: 200ms }
    - unsubscribe: { by: watcher, topicFilter: news/# }
    - publish: { from: plain, topic: news/1, payload: three, qos: 1 }
    - expectNoMessage: { by: watcher, topic: news/1, for: 200ms }`,
  'a message that does not come': `
    - connect: watcher
    - expectMessage: { by: watcher, topic: news/1, within: 200ms }`,
  'a message with another payload': `
    - connect: watcher
    - connect: plain
    - publish: { from: plain, topic: news/1, payload: one, qos: 1 }
    - expectMessage: { by: watcher, topic: news/1, payload: two, within: 200ms }`,
  'a message that should not come': `
    - connect: watcher
    - connect: plain
    - publish: { from: plain, topic: news/1, payload: one, qos: 1 }
    - expectNoMessage: { by: watcher, topic: news/1, for: 1h }`,
  'a message for nobody': `
    - connect: watcher
    - disconnect: watcher
    - expectNoMessage: { by: watcher, topic: news/1, for: 0 }
    - expectMessage: { by: watcher, topic: news/1, within: 0 }`,
  'a second CONNECT of a Client that is connected': `
    - connect: plain
    - connect: plain`,
  'a habit that leads to trouble': `
    - connect: plain
    - expectNoInsight: { of: plain }
    - connect: timeless
    - expectInsight: { of: timeless, kind: no-keep-alive }
    - expectNoInsight: { of: timeless, kind: takeover-loop }
    - expectNoInsight: { of: timeless }`,
  'a habit that is not there': `
    - connect: timeless
    - expectInsight: { of: timeless, kind: takeover-loop, within: 100ms }`,
  'an expectation of Clients that never came': `
    - expectSession: { of: plain, present: false }`,
};

const text = `version: 1${profiles}scenarios:\n${Object.entries(stories)
  .map(([name, steps]) => `  ${name}:\n    steps:${steps.replaceAll('\n', '\n  ')}\n`)
  .join('')}`;

describe.concurrent('scenarios', () => {
  const scenes = new Scenes();
  afterAll(async () => {
    await scenes.stop();
  });

  for (const name of Object.keys(stories)) {
    test(name, async ({ expect }) => {
      const { outcome, steps } = await scenes.run(text, name);
      const told = `${name}: ${outcome}\n${steps.map(linesOf).join('\n')}\n`;
      await expect(told).toMatchFileSnapshot(`golden/${name.replaceAll(/[^a-zA-Z]+/g, '-')}.txt`);
      expect(scenes.logs.filter((line) => line.startsWith('error'))).toEqual([]);
    });
  }
});
