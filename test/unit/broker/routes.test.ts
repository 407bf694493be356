import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topicMatches } from '../../../src/mqtt/topics.ts';
import { defaultLimits } from '../../../src/net/broker/limits.ts';
import { QueueMemory } from '../../../src/net/broker/queue-memory.ts';
import { Session } from '../../../src/net/broker/session.ts';
import { newStats } from '../../../src/net/broker/stats.ts';
import { Subscriptions } from '../../../src/net/broker/subscriptions.ts';
import { ManualClock } from '../support/manual-clock.ts';

const level = fc.constantFrom('a', 'b', '', '$x');
const topics = fc.array(level, { minLength: 1, maxLength: 3 }).map((levels) => levels.join('/'));
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([levels, open]) => (open ? [...levels, '#'] : levels).join('/'));

const steps = fc.oneof(
  fc.record({
    kind: fc.constant('add' as const),
    who: fc.nat(2),
    filter: filters,
    qos: fc.constantFrom(0, 1, 2),
  }),
  fc.record({ kind: fc.constant('remove' as const), who: fc.nat(2), filter: filters }),
  fc.record({ kind: fc.constant('ask' as const), topic: topics }),
);

describe('where a topic goes', () => {
  it('is what each subscription alone says, however often it was asked before and whatever changed', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 60 }), (made) => {
        const world = {
          limits: defaultLimits,
          clock: new ManualClock(),
          stats: newStats(),
          memory: new QueueMemory(1e9),
        };
        const sessions = ['0', '1', '2'].map((clientId) => new Session(clientId, 5, true, 0, world));
        const subscriptions = new Subscriptions();
        for (const step of made) {
          const session = 'who' in step ? sessions[step.who] : undefined;
          if (step.kind === 'ask') {
            const route = subscriptions.route(step.topic);
            const got = route.receivers.map((each) => `${each.session.clientId} at ${each.qos}`).sort();
            expect(got).toEqual(expected(sessions, step.topic));
          } else if (session !== undefined && step.kind === 'add' && step.filter !== '') {
            const { filter: topicFilter, qos } = step;
            const options = { noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
            const granted = qos === 1 || qos === 2 ? qos : 0;
            subscriptions.add(session, { topicFilter, qos: granted, ...options }, undefined);
          } else if (session !== undefined && step.kind === 'remove') {
            subscriptions.remove(session, step.filter);
          }
        }
        const count = sessions.reduce((sum, session) => sum + session.subscriptions.size, 0);
        expect(subscriptions.count).toBe(count);
      }),
    );
  });
});

/** By asking each subscription of each Session. */
function expected(sessions: readonly Session[], topic: string): string[] {
  return sessions.flatMap((session) => {
    const matching = [...session.subscriptions.values()].filter((each) =>
      topicMatches(each.topicFilter, topic),
    );
    if (matching.length === 0) return [];
    return [`${session.clientId} at ${Math.max(...matching.map(({ qos }) => qos))}`];
  });
}
