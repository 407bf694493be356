/** Wills that no Client of the scenario is subscribed to: observers tell of them, unless that is not wanted or the Server is against it. */
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/net/clock.ts';
import { Scenes } from './support/scenes.ts';

const observing = new Scenes(systemClock, true);
const without = new Scenes();
afterAll(async () => {
  await Promise.all([observing.stop(), without.stop()]);
});

const file = (steps: string): string => `version: 1
sandbox:
  deny:
    - { subscribe: hidden, then: notAuthorized }
profiles:
  watcher: { broker: sandbox, clientId: watcher, subscriptions: [ { topicFilter: gone, qos: 1 } ] }
  device: { broker: sandbox, clientId: device, sessionExpiryInterval: 60s, will: { topic: gone, payload: bye, qos: 1 } }
  late: { extends: device, clientId: late, will: { topic: gone, payload: late, willDelayInterval: 1s } }
  retained: { extends: device, clientId: retained, will: { topic: gone, payload: r, retain: true } }
  shy: { extends: device, clientId: shy, observe: false }
  hidden: { extends: device, clientId: hidden, will: { topic: hidden } }
scenarios:
  s:
    steps:${steps}
`;

const run = async (scenes: Scenes, steps: string): Promise<readonly string[]> => {
  const report = await scenes.run(file(steps), 's', undefined, steps);
  return report.steps.map(
    ({ outcome, observed }) => `${outcome}: ${observed?.code} ${observed?.params['subscriber'] ?? ''}`,
  );
};

describe.concurrent('a will that no Client of the scenario is subscribed to', () => {
  test('is seen to be published', async () => {
    const steps = `
      - connect: late
      - cut: late
      - expectNoWill: { of: late, for: 300ms }
      - expectWill: { of: late, after: 1s, within: 20s, topic: gone, payload: late }
      - connect: retained
      - close: retained
      - expectWill: { of: retained, retain: true, within: 20s }`;
    expect((await run(observing, steps)).filter((line) => !line.includes('done'))).toEqual([
      'passed: noWillCame ',
      'passed: willCame The observer',
      'passed: willCame The observer',
    ]);
  });

  test('is seen not to be published', async () => {
    const steps = `
      - connect: device
      - disconnect: device
      - expectNoWill: { of: device, for: 200ms }
      - expectWill: { of: device, within: 200ms }`;
    expect((await run(observing, steps)).slice(2)).toEqual([
      'passed: noWillCame ',
      'failed: willDidNotCome The observer',
    ]);
  });

  test('is seen when the Client that was subscribed is gone', async () => {
    const steps = `
      - connect: watcher
      - connect: late
      - cut: watcher
      - cut: late
      - expectWill: { of: late, after: 1s, within: 20s }`;
    expect((await run(observing, steps)).at(-1)).toBe('passed: willCame The observer');
  });

  test('stays undecided where nobody is to watch for it', async () => {
    const steps = (name: string): string => `
      - connect: ${name}
      - cut: ${name}
      - expectWill: { of: ${name}, within: 200ms }`;
    expect((await run(without, steps('device'))).at(-1)).toBe('undecided: willNotWatched ');
    expect((await run(observing, steps('shy'))).at(-1)).toBe('undecided: willNotWatched ');
  });

  test('stays undecided where the Server does not let the observer subscribe, and that is told', async () => {
    const steps = `
      - connect: hidden
      - cut: hidden
      - expectWill: { of: hidden, within: 200ms }`;
    const report = await observing.run(file(steps), 's', undefined, steps);
    expect(report.steps.at(-1)?.observed).toEqual({
      code: 'willWatchRefused',
      params: { topic: 'hidden', reason: 'SUBACK 0x87 (Not authorized)' },
    });
  });
});

test('of a Client and an observer that both see a will, the Client is named, and each will counts once', async () => {
  const again = `
      - connect: device
      - cut: device
      - expectWill: { of: device, within: 20s }
      - expectNoMessage: { by: watcher, topic: gone, for: 0 }
      - expectNoWill: { of: device, for: 20ms }`;
  const steps = `
      - connect: device
      - connect: watcher
      - cut: device
      - expectWill: { of: device, within: 20s }${again.repeat(3)}`;
  const told = await run(observing, steps);
  expect(told.filter((line) => line.includes('willCame'))).toEqual(Array(4).fill('passed: willCame watcher'));
  expect(told.filter((line) => !line.startsWith('passed'))).toEqual([]);
});
