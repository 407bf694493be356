/** Stories that are told as golden texts, and saved as captures. */
import {
  type ConnackOptions,
  type ConnectOptions,
  type Peer,
  type PublishOptions,
  Story,
  utf8,
} from './story.ts';

interface Cast {
  readonly story: Story;
  readonly subscriber: Peer;
  readonly demo: Peer;
}

const walkthrough: ConnectOptions = { delay: 5, expiry: 10, keepAlive: 30 };

/** The walk-through of a delayed will: a subscriber, and demo, connected for 1.2 s. */
function cast(options: ConnectOptions = walkthrough, connack: ConnackOptions = {}): Cast {
  const story = new Story();
  const subscriber = story.connected('subscriber', {
    will: false,
    keepAlive: 0,
    version: options.version ?? 5,
  });
  subscriber.subscribe([{ topicFilter: options.will === false ? '#' : (options.will?.topic ?? 'offline') }]);
  const demo = story.connected('demo', options, connack);
  story.wait(1196);
  return { story, subscriber, demo };
}

function returns({ story }: Cast, options: ConnectOptions, connack: ConnackOptions): Peer {
  const next = story.open('demo');
  story.wait(1);
  next.connect({ ...walkthrough, ...options });
  story.wait(2);
  return next.connack(connack);
}

function publishedAfter({ story, subscriber }: Cast, ms: number, copy: PublishOptions = {}): void {
  story.wait(ms);
  subscriber.receives(copy);
}

const presence = { topic: 'user/status/demo', payload: utf8('offline'), retain: true };

export const stories: Readonly<Record<string, () => Story>> = {
  'will-delay-lost': () => {
    const at = cast();
    at.demo.cut();
    publishedAfter(at, 5012);
    return at.story;
  },
  'will-delay-not-published': () => {
    const at = cast();
    at.demo.cut();
    return at.story;
  },
  'will-delay-too-early': () => {
    const at = cast();
    at.demo.cut();
    publishedAfter(at, 3);
    return at.story;
  },
  'will-delay-resumed': () => {
    const at = cast();
    at.demo.cut();
    at.story.wait(2000);
    returns(at, { cleanStart: false }, { sessionPresent: true });
    return at.story;
  },
  'will-delay-resumed-and-published-all-the-same': () => {
    const at = cast();
    at.demo.cut();
    at.story.wait(2000);
    returns(at, { cleanStart: false }, { sessionPresent: true });
    publishedAfter(at, 3005);
    return at.story;
  },
  'will-delay-started-clean': () => {
    const at = cast();
    at.demo.cut();
    at.story.wait(2000);
    returns(at, { cleanStart: true }, {});
    publishedAfter(at, 4);
    return at.story;
  },
  'will-delay-taken-over': () => {
    const at = cast();
    const next = at.story.open('demo');
    next.connect({ ...walkthrough, cleanStart: false });
    at.story.wait(2);
    at.demo.serverDisconnect(0x8e).serverClose();
    next.connack({ sessionPresent: true });
    return at.story;
  },
  'will-delay-normal-disconnect': () => {
    const at = cast();
    at.demo.disconnect();
    at.demo.fin();
    return at.story;
  },
  'will-delay-disconnect-with-will': () => {
    const at = cast();
    at.demo.disconnect(4);
    at.demo.fin();
    publishedAfter(at, 5003);
    return at.story;
  },
  'will-delay-session-shorter': () => {
    const at = cast({ ...walkthrough, delay: 30 });
    at.demo.cut();
    publishedAfter(at, 10_007);
    return at.story;
  },
  'will-delay-no-session-expiry': () => {
    const at = cast({ delay: 5, cleanStart: false });
    at.demo.cut();
    publishedAfter(at, 5012);
    returns(at, { cleanStart: false }, { sessionPresent: true });
    return at.story;
  },
  'will-delay-expiry-changed-by-the-server': () => {
    const at = cast(walkthrough, { expiry: 3 });
    at.demo.cut();
    publishedAfter(at, 3009);
    return at.story;
  },
  'will-delay-denied-topic': () => {
    const at = cast();
    at.demo.publish({ topic: 'test', payload: 'x' });
    at.story.wait(1);
    at.demo.serverDisconnect(0x87).serverClose();
    publishedAfter(at, 5001);
    return at.story;
  },
  'will-delay-frozen': () => {
    const at = cast({ ...walkthrough, keepAlive: 4 });
    at.story.action('freeze', { connection: at.demo.id });
    at.story.wait(4804);
    at.demo.serverDisconnect(0x8d).serverClose();
    publishedAfter(at, 5002);
    return at.story;
  },
  'will-delay-nobody-subscribed': () => {
    const story = new Story();
    story.connected('demo', walkthrough).cut();
    return story;
  },
  'session-outlives-its-expiry': () => {
    const at = cast({ ...walkthrough, will: false });
    at.demo.cut();
    at.story.wait(15_000);
    returns(at, { cleanStart: false, will: false }, { sessionPresent: true });
    return at.story;
  },
  'session-lost-before-its-expiry': () => {
    const at = cast();
    at.demo.cut();
    at.story.wait(2000);
    returns(at, { cleanStart: false }, { sessionPresent: false });
    return at.story;
  },
  'presence-lost': () => {
    const at = cast({ will: presence });
    at.demo.publish({ ...presence, payload: 'online' });
    publishedAfter(at, 2, { ...presence, retain: false, payload: 'online' });
    at.story.wait(3000);
    at.demo.cut();
    publishedAfter(at, 9, { ...presence, retain: false });
    at.story.wait(2000);
    const late = at.story.connected('late', { will: false });
    late.subscribe([{ topicFilter: 'user/status/#' }]);
    late.receives(presence);
    return at.story;
  },
  'presence-left': () => {
    const at = cast({ will: presence });
    at.demo.publish({ ...presence, payload: 'online' });
    publishedAfter(at, 2, { ...presence, retain: false, payload: 'online' });
    at.story.wait(3000);
    at.demo.publish(presence);
    publishedAfter(at, 2, { ...presence, retain: false });
    at.demo.disconnect().fin();
    return at.story;
  },
  'v311-lost-clean-session': () => {
    const at = cast({ version: 4 });
    at.demo.cut();
    publishedAfter(at, 8);
    return at.story;
  },
  'v311-lost-kept-session': () => {
    const at = cast({ version: 4, cleanStart: false });
    at.demo.cut();
    publishedAfter(at, 8);
    at.story.wait(60_000);
    returns(at, { version: 4, cleanStart: false }, { sessionPresent: true });
    return at.story;
  },
  'v311-kept-session-forgotten': () => {
    const at = cast({ version: 4, cleanStart: false, will: false });
    at.demo.cut();
    at.story.wait(8_000_000);
    returns(at, { version: 4, cleanStart: false, will: false }, { sessionPresent: false });
    return at.story;
  },
  'v311-disconnect': () => {
    const at = cast({ version: 4 });
    at.demo.disconnect();
    at.demo.fin();
    return at.story;
  },
  'v311-taken-over': () => {
    const at = cast({ version: 4, cleanStart: false });
    const next = at.story.open('demo');
    next.connect({ version: 4, cleanStart: false });
    at.story.wait(2);
    at.demo.serverClose();
    next.connack({ sessionPresent: true });
    return at.story;
  },
  'v31-lost': () => {
    const at = cast({ version: 3 });
    at.demo.cut();
    publishedAfter(at, 8);
    return at.story;
  },
  'v31-taken-over': () => {
    const at = cast({ version: 3, cleanStart: false });
    const next = at.story.open('demo');
    next.connect({ version: 3, cleanStart: false });
    at.story.wait(2);
    at.demo.serverClose();
    next.connack();
    return at.story;
  },
};
