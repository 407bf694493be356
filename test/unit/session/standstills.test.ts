/** The machine slept, or was too busy to read: what came meanwhile is seen late, and nobody is blamed for that. */
import { describe, expect, test } from 'vitest';
import { Standstills } from '../../../src/session/standstills.ts';
import { type Peer, Story } from './support/story.ts';

interface Lost {
  readonly story: Story;
  readonly observer: Peer;
}

/** The Client was lost, and its will is due in so many seconds. */
function lost(delay: number): Lost {
  const story = new Story();
  const observer = story.observer();
  story.connected('demo', { delay, expiry: 3600 }).cut();
  return { story, observer };
}

function judged(
  story: Story,
  kind: 'will' | 'keep-alive' = 'will',
): { verdict: string; standstill: boolean } {
  const { verdict, facts } = story.settle().expectation(kind);
  return { verdict, standstill: facts.some(({ code }) => code === 'stoodStill') };
}

describe('what is seen after the recording stood still', () => {
  test('a copy that was read late is not a late will', () => {
    const { story, observer } = lost(5);
    story.wait(4000).standStill(6000);
    observer.receives();
    expect(judged(story)).toEqual({ verdict: 'undecided', standstill: true });
  });

  test('a copy that is as late without that is', () => {
    const { story, observer } = lost(5);
    story.wait(10_000);
    observer.receives();
    expect(judged(story)).toEqual({ verdict: 'late', standstill: false });
  });

  test('a copy that is in time all the same meets the demand', () => {
    const { story, observer } = lost(5);
    story.wait(1000).standStill(3000).wait(1000);
    observer.receives();
    expect(judged(story)).toEqual({ verdict: 'met', standstill: false });
  });

  test('a will whose time passed meanwhile is not missed, also when it comes after all', () => {
    const { story, observer } = lost(5);
    story.wait(4000).standStill(60_000);
    expect(story.expectation('will').verdict).toBe('undecided');
    story.wait(500);
    observer.receives();
    expect(judged(story)).toEqual({ verdict: 'undecided', standstill: true });
  });

  test('a will whose time came long after is missed', () => {
    const { story } = lost(60);
    story.wait(1000).standStill(5000).wait(60_000);
    expect(judged(story)).toEqual({ verdict: 'missed', standstill: false });
  });

  test('a will whose time had come long before is missed', () => {
    const { story } = lost(5);
    story.settle(16_000).standStill(5000);
    expect(judged(story)).toEqual({ verdict: 'missed', standstill: false });
  });

  test('a connection whose close was read late may have ended at any time of it, so no will is early', () => {
    const story = new Story();
    const observer = story.observer();
    const demo = story.connected('demo', { delay: 60, expiry: 3600 });
    story.standStill(70_000);
    demo.serverClose();
    story.wait(5);
    observer.receives();
    expect(judged(story)).toEqual({ verdict: 'met', standstill: false });
  });

  test('without that, the same will is early', () => {
    const story = new Story();
    const observer = story.observer();
    const demo = story.connected('demo', { delay: 60, expiry: 3600 });
    story.wait(70_000);
    demo.serverClose();
    story.wait(5);
    observer.receives();
    expect(judged(story)).toEqual({ verdict: 'early', standstill: false });
  });

  test('a silent Client whose close by the Server was read late was not closed late', () => {
    const closed = (stood: boolean): Story => {
      const story = new Story();
      story.observer();
      const demo = story.connected('demo', { keepAlive: 10 });
      if (stood) story.wait(12_000).standStill(8000);
      else story.settle(20_000);
      demo.serverClose();
      return story;
    };
    expect(judged(closed(false), 'keep-alive')).toEqual({ verdict: 'late', standstill: false });
    expect(judged(closed(true), 'keep-alive')).toEqual({ verdict: 'undecided', standstill: true });
  });

  test('a Session that may have ended meanwhile, by a close that was read late, may be there or not', () => {
    const back = (sessionPresent: boolean): string => {
      const story = new Story();
      const demo = story.connected('demo', { expiry: 30, will: false });
      story.standStill(60_000);
      demo.serverClose();
      story.wait(1000);
      story.connected('demo', { cleanStart: false, expiry: 30, will: false }, { sessionPresent });
      return story.settle().expectation('session-present').verdict;
    };
    expect([back(true), back(false)]).toEqual(['undecided', 'undecided']);
  });
});

test('many standstills are remembered, the oldest as one', () => {
  const standstills = new Standstills();
  for (let index = 0; index < 100; index += 1)
    standstills.note(index * 100_000, index * 100_000 + 2000, index + 1);
  expect(standstills.earliest(99 * 100_000 + 2500)).toBe(99 * 100_000);
  expect(standstills.earliest(99 * 100_000 - 1)).toBe(99 * 100_000 - 1);
  expect(standstills.earliest(1_234_567)).toBe(0);
});
