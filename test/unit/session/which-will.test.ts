/** Clients whose wills have the same topic and payload, often the same Client again and again: which of them a copy is. */
import { describe, expect, test } from 'vitest';
import type { ExpectationView, Verdict } from '../../../src/session/model.ts';
import { type Peer, Story } from './support/story.ts';

const codes = (expectation: ExpectationView): string[] => expectation.facts.map(({ code }) => code);

const verdictsOf = (story: Story, clientId = 'demo'): Verdict[] =>
  story
    .settle()
    .expectations('will', clientId)
    .map(({ verdict }) => verdict);

/** The Client was lost when nobody watched; since then somebody does, and it is back with the same will. */
function lostUnseenAndBack(): { story: Story; observer: Peer; back: Peer } {
  const story = new Story();
  story.connected('demo', { version: 4 }).cut();
  story.wait(1000);
  const observer = story.observer();
  const back = story.connected('demo', { version: 4 });
  story.wait(2000);
  return { story, observer, back };
}

/** The will of the Client was seen, and it is back with the same one. */
function lostSeenAndBack(observers: readonly string[] = ['#']): { story: Story; observer: Peer; back: Peer } {
  const story = new Story();
  const observer = story.connected('observer', { will: false, keepAlive: 0 });
  observer.subscribe(observers.map((topicFilter) => ({ topicFilter })));
  story.connected('demo', { version: 4 }).cut();
  story.wait(5);
  observer.receives();
  story.wait(200);
  const back = story.connected('demo', { version: 4 });
  story.wait(100);
  return { story, observer, back };
}

describe('a copy that comes just before the end of its connection is seen', () => {
  test('is not an older will of the Client, late', () => {
    const { story, observer, back } = lostUnseenAndBack();
    observer.receives();
    story.wait(2);
    back.serverClose();
    expect(verdictsOf(story)).toEqual(['unobserved', 'met']);
  });

  test('is not an older will of the Client, late, when another connection takes over', () => {
    const { story, observer, back } = lostUnseenAndBack();
    const next = story.open('next').connect({ version: 4, will: false });
    story.wait(2);
    observer.receives();
    story.wait(2);
    back.serverClose();
    next.connack();
    expect(verdictsOf(story)).toEqual(['unobserved', 'met']);
  });

  test('is not the will of another Client, late, though a third one has the same', () => {
    const story = new Story();
    story.connected('other').cut();
    story.wait(1000);
    const observer = story.observer();
    story.connected('third');
    const demo = story.connected('demo', { version: 4 });
    story.wait(1000);
    observer.receives();
    story.wait(2);
    demo.serverClose();
    expect(verdictsOf(story)).toEqual(['met']);
    expect(verdictsOf(story, 'other')).toEqual(['unobserved']);
  });

  test('is not an older will of the Client once more', () => {
    const { story, observer, back } = lostSeenAndBack();
    observer.receives();
    story.wait(2);
    back.serverClose();
    story.settle();
    const [first, second] = story.expectations('will');
    expect([first?.verdict, second?.verdict]).toEqual(['met', 'met']);
    expect(first?.checks.find(({ id }) => id === 'P5')?.passed).toBe(true);
  });

  test('is not one more copy of an older will for overlapping subscriptions, long after the first', () => {
    const { story, observer, back } = lostSeenAndBack(['#', 'offline']);
    story.wait(5000);
    observer.receives();
    story.wait(2);
    back.serverClose();
    expect(verdictsOf(story)).toEqual(['met', 'met']);
  });

  test('is not one that was due just before its receiver subscribed', () => {
    const story = new Story();
    story.connected('demo', { version: 4 }).cut();
    story.wait(300);
    const observer = story.observer();
    const back = story.connected('demo', { version: 4 });
    story.wait(500);
    observer.receives();
    story.wait(2);
    back.serverClose();
    expect(verdictsOf(story)).toEqual(['unobserved', 'met']);
  });

  test('is its will, though the connection is young', () => {
    const story = new Story();
    const observer = story.observer();
    const demo = story.connected('demo', { version: 4 });
    story.wait(700);
    observer.receives();
    story.wait(2);
    demo.serverClose();
    expect(verdictsOf(story)).toEqual(['met']);
  });

  test('is its alone, whoever else received it, and the next one is that of the next to end', () => {
    const story = new Story();
    const observers = ['one', 'two'].map((clientId) =>
      story.connected(clientId, { will: false }).subscribe([{ topicFilter: '#' }]),
    );
    const seen = (): void => {
      for (const observer of observers) observer.receives();
      story.wait(2);
    };
    story.connected('earlier', { version: 4 }).cut();
    seen();
    story.wait(2000);
    const next = story.connected('next', { version: 4 });
    const demo = story.connected('demo', { version: 4 });
    story.wait(1000);
    seen();
    demo.serverClose();
    story.wait(700);
    next.cut();
    seen();
    expect(verdictsOf(story)).toEqual(['met']);
    expect(verdictsOf(story, 'next')).toEqual(['met']);
  });

  test('is what else it may be when the connection does not end', () => {
    const { story, observer, back } = lostUnseenAndBack();
    observer.receives();
    for (let second = 0; second < 20; second += 1) {
      story.wait(1000);
      back.ping();
    }
    expect(verdictsOf(story)).toEqual(['late']);
  });
});

describe('a copy that is in time', () => {
  test('is that of the will which is due, not of one that was due before', () => {
    const { story, observer, back } = lostUnseenAndBack();
    back.cut();
    story.wait(3);
    observer.receives();
    expect(verdictsOf(story)).toEqual(['unobserved', 'met']);
  });

  test('is not a copy of a will that was published before its receiver subscribed', () => {
    const { story, back } = lostSeenAndBack();
    const late = story.connected('late', { will: false });
    late.subscribe([{ topicFilter: '#', retainHandling: 2 }]);
    back.cut();
    story.wait(3);
    late.receives();
    expect(verdictsOf(story)).toEqual(['met', 'met']);
  });

  test('leaves the will undecided when a copy that nothing explains came before', () => {
    const story = new Story();
    const observer = story.observer();
    story.connected('other', {}).cut();
    story.wait(3);
    observer.receives();
    story.connected('demo', { delay: 5, expiry: 60 }).cut();
    story.wait(2000);
    observer.receives();
    story.wait(3000);
    observer.receives();
    expect(verdictsOf(story)).toEqual(['undecided']);
  });
});

test('a will is not missed where its only watcher came back with 3.1, which may have lost its Session', () => {
  const story = new Story();
  const watcher = { version: 3, cleanStart: false, will: false } as const;
  story
    .connected('watcher', watcher)
    .subscribe([{ topicFilter: '#' }])
    .cut();
  story.wait(1000);
  const back = story.connected('watcher', watcher);
  story.connected('demo').cut();
  story.settle();
  expect(story.expectation('will').verdict).toBe('unobserved');
  expect(codes(story.expectation('will'))).toContain('onlyResumedUnsaid');
  back.subscribe([{ topicFilter: '#' }]);
  story.connected('other').cut();
  expect(verdictsOf(story, 'other')).toEqual(['missed']);
});

test('two wills with the same message, of which one came late, leave open whether the other was in time', () => {
  const story = new Story();
  const observer = story.observer();
  story.connected('other').cut();
  story.wait(5000);
  story.connected('demo').cut();
  story.wait(5);
  observer.receives();
  story.wait(4000);
  observer.receives();
  expect(verdictsOf(story)).toEqual(['undecided']);
  expect(verdictsOf(story, 'other')).toEqual(['late']);
});

describe('a copy that was kept for a subscriber that was away', () => {
  test.each([4, 3] as const)('does not make a will late, with version %i', (version) => {
    const story = new Story();
    const before = story.connected('observer', { version, cleanStart: false, will: false });
    before.subscribe([{ topicFilter: '#' }]);
    before.cut();
    story.wait(1000);
    story.connected('demo', {}).cut();
    story.wait(5000);
    const back = story.connected(
      'observer',
      { version, cleanStart: false, will: false },
      { sessionPresent: version !== 3 },
    );
    back.receives();
    story.settle();
    const will = story.expectation('will');
    expect(will.verdict).toBe('undecided');
    expect(codes(will)).toContain('receivedQueued');
  });
});

describe('a copy of what a Client published', () => {
  test('leaves a will open that was due as it came, though the end of its connection was seen later', () => {
    const story = new Story();
    const observer = story.observer('#', {});
    observer.subscribe([{ topicFilter: 'offline' }]);
    const other = story.connected('other', { will: false });
    const demo = story.connected('demo', { version: 4 });
    story.wait(1000);
    other.publish();
    story.wait(2);
    observer.receives();
    story.wait(200);
    observer.receives();
    story.wait(2);
    demo.serverClose();
    story.settle();
    const will = story.expectation('will');
    expect(will.verdict).toBe('undecided');
    expect(codes(will)).toContain('sameMessagePublished');
  });
});

test('a retained will that comes with RETAIN 1 just after SUBSCRIBE, and before the end of its connection is seen, is not missed', () => {
  const story = new Story();
  story.connected('demo', { will: { retain: true } });
  const observer = story.observer('#', { retainAsPublished: true });
  story.wait(1000);
  const next = story.open('next').connect({ will: false });
  story.wait(2);
  observer.receives({ retain: true });
  next.connack({});
  story.settle();
  const will = story.expectation('will');
  expect(will.verdict).toBe('undecided');
  expect(codes(will)).toContain('retainedOfUnknownAge');
});

describe('a will that must not come', () => {
  test('is not blamed for a copy that another one, which was cancelled too, left at its time', () => {
    const story = new Story();
    const observer = story.observer();
    story.connected('other', { delay: 1, expiry: 60 }).disconnect().fin();
    story.wait(5000);
    story.connected('demo', { delay: 3, expiry: 60 }).cut();
    story.connected('demo', { cleanStart: false, expiry: 60, will: false }, { sessionPresent: true });
    story.wait(3000);
    observer.receives();
    expect(verdictsOf(story, 'other')).not.toContain('missed');
    expect(verdictsOf(story)).toEqual(['missed']);
  });

  test('is undecided, not cancelled, when a copy came that may be it', () => {
    const story = new Story();
    const observer = story.observer();
    story.connected('other', {}).cut();
    story.wait(3);
    observer.receives();
    story.connected('demo', { delay: 5, expiry: 60 }).cut();
    story.connected('demo', { cleanStart: false, expiry: 60, will: false }, { sessionPresent: true });
    story.wait(5000);
    observer.receives();
    const [will] = verdictsOf(story);
    expect(will).toBe('undecided');
  });
});

describe('a CONNECT that is refused while the old connection lives', () => {
  const refusedAndThen = (then: (story: Story, demo: Peer) => void): ExpectationView | undefined => {
    const story = new Story();
    story.observer();
    const demo = story.connected('demo', { version: 4 });
    story.wait(1000);
    const refused = story.open('next').connect({ version: 4, will: false });
    story.wait(1);
    refused.connack({ reasonCode: 5 });
    refused.serverClose();
    story.wait(500);
    then(story, demo);
    return story
      .settle()
      .expectations('will')
      .find(({ row }) => row === 'D60');
  };

  test('left it alone when another one that is accepted takes over soon after', () => {
    const found = refusedAndThen((story, demo) => {
      story.connected('demo', { version: 4, will: false });
      demo.serverClose();
    });
    expect(found?.verdict).toBe('met');
  });

  test('is not blamed for what the Server may have closed it for', () => {
    const found = refusedAndThen((story, demo) => {
      demo.publish({ topic: 'denied' });
      story.wait(1);
      demo.serverClose();
    });
    expect(found?.verdict).toBe('undecided');
  });
});

describe('two CONNECTs of one Client that are under way at the same time', () => {
  test('leave open which of them took over, and so the wills of both and Session Present', () => {
    const story = new Story();
    story.observer();
    const one = story.open('one').connect({ cleanStart: false, expiry: 60 });
    const two = story.open('two').connect({ cleanStart: true });
    story.wait(50);
    one.connack({});
    story.wait(2);
    two.connack({});
    story.wait(10);
    one.serverClose();
    two.cut();
    story.wait(1000);
    story.connected('demo', { cleanStart: false, will: false }, { sessionPresent: true });
    story.settle();
    for (const will of story.expectations('will')) {
      expect(will.verdict).toBe('undecided');
      expect(codes(will)).toContain('connectsCrossed');
    }
    expect(story.expectation('session-present').verdict).toBe('undecided');
  });

  test('hold nothing against the Server that it may have published before the CONNACK was seen', () => {
    const story = new Story();
    const observer = story.observer();
    const one = story.open('one').connect({});
    const two = story.open('two').connect({ will: false });
    story.wait(5);
    observer.receives();
    one.connack({});
    one.serverDisconnect(0x8e).serverClose();
    two.connack({});
    expect(verdictsOf(story)).toEqual(['undecided']);
  });

  test('leave nothing open when the Server says which of them was taken over', () => {
    const story = new Story();
    const observer = story.observer();
    const one = story.open('one').connect({});
    const two = story.open('two').connect({ will: false });
    story.wait(50);
    one.connack({});
    one.serverDisconnect(0x8e).serverClose();
    observer.receives();
    two.connack({});
    expect(verdictsOf(story)).toEqual(['met']);
  });
});

describe('a DISCONNECT with 0x00 while a CONNECT of the same Client is under way', () => {
  test('leaves its will open, because the takeover may have come first', () => {
    const story = new Story();
    const observer = story.observer();
    const demo = story.connected('demo', {});
    story.wait(1000);
    const next = story.open('next').connect({ will: false });
    story.wait(20);
    demo.disconnect().fin();
    story.wait(5);
    observer.receives();
    next.connack({});
    story.settle();
    const will = story.expectation('will');
    expect(will.verdict).toBe('undecided');
    expect(codes(will)).toContain('takenOverFirst');
  });

  test('proves nothing against the Server when that CONNECT may have overtaken it', () => {
    const story = new Story();
    const observer = story.observer();
    const demo = story.connected('demo', {});
    story.wait(1000);
    demo.disconnect().fin();
    story.wait(50);
    const next = story.open('next').connect({ will: false });
    story.wait(20);
    observer.receives();
    next.connack({});
    expect(verdictsOf(story)).toEqual(['undecided']);
  });

  test('removes it when it was sent before that CONNECT', () => {
    const story = new Story();
    story.observer();
    const demo = story.connected('demo', {});
    story.wait(1000);
    demo.disconnect();
    story.open('next').connect({ will: false });
    demo.fin();
    expect(verdictsOf(story)).toEqual(['cancelled']);
  });
});
