import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProtocolVersion } from '../../../src/mqtt/packet.ts';
import { SessionRules } from '../../../src/session/rules.ts';
import { factTemplates } from '../../../src/session/sentences.ts';
import { defaultServer, type Peer, Story, type StoryEvent, StoryState, utf8 } from './support/story.ts';

const clientIds = ['a', 'b'] as const;
const payloads = ['offline', 'gone'] as const;

const versions = fc.constantFrom<ProtocolVersion>(5, 5, 5, 4, 3);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('connect' as const),
      client: fc.nat(1),
      version: versions,
      cleanStart: fc.boolean(),
      delay: fc.constantFrom(undefined, 2, 6),
      expiry: fc.constantFrom(undefined, 4, 60, 0xffffffff),
      will: fc.option(fc.nat(1)),
      keepAlive: fc.constantFrom(0, 5),
      answer: fc.constantFrom('accept', 'accept', 'accept', 'refuse', 'later', 'none'),
      sessionPresent: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      which: fc.nat(3),
      how: fc.constantFrom(
        'cut',
        'fin',
        'server',
        'network',
        'unknown',
        'disconnect',
        'with-will',
        'error',
        'taken-over',
        'keep-alive',
        'half-closed',
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('receive' as const),
      payload: fc.nat(1),
      retain: fc.boolean(),
      dup: fc.boolean(),
      other: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('publish' as const), which: fc.nat(3), payload: fc.nat(1) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('ping' as const), which: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('action' as const),
      which: fc.nat(3),
      action: fc.constantFrom(
        'freeze' as const,
        'thaw' as const,
        'server-stopped' as const,
        'session-deleted' as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('subscribe' as const),
      filter: fc.constantFrom('#', 'gone', '$share/x/#'),
    }),
  },
);
const steps = fc.array(fc.record({ waitMs: fc.constantFrom(0, 1, 3, 400, 1500, 3000, 7000, 20_000), step }), {
  maxLength: 40,
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class Play {
  readonly story = new Story();
  readonly observers: Peer[] = [this.story.observer()];
  readonly open: Peer[] = [];
  readonly unanswered: Peer[] = [];

  run(all: readonly { readonly waitMs: number; readonly step: Step }[]): Story {
    for (const each of all) {
      this.story.wait(each.waitMs);
      this.#step(each.step);
    }
    this.story.settle(30_000);
    return this.story;
  }

  #step(at: Step): void {
    switch (at.kind) {
      case 'connect':
        this.#connect(at);
        break;
      case 'end':
        this.#end(at.which, at.how);
        break;
      case 'receive': {
        const observer = this.observers[at.other ? this.observers.length - 1 : 0];
        observer?.receives({ payload: payloads[at.payload] ?? '', retain: at.retain, dup: at.dup });
        break;
      }
      case 'publish':
        this.open[at.which]?.publish({ payload: payloads[at.payload] ?? '' });
        break;
      case 'ping':
        this.open[at.which]?.ping();
        break;
      case 'action': {
        const connection = this.open[at.which]?.id;
        const target = connection === undefined ? {} : { connection };
        this.story.action(at.action, { ...target, server: defaultServer, clientId: 'a' });
        break;
      }
      case 'subscribe': {
        const peer = this.story.connected(`observer ${this.observers.length}`, { will: false, keepAlive: 0 });
        this.observers.push(peer.subscribe([{ topicFilter: at.filter }]));
        break;
      }
    }
  }

  #connect(at: Extract<Step, { kind: 'connect' }>): void {
    const peer = this.story.open();
    const payload = at.will === null ? undefined : payloads[at.will];
    peer.connect({
      clientId: clientIds[at.client] ?? '',
      version: at.version,
      cleanStart: at.cleanStart,
      keepAlive: at.keepAlive,
      will: payload === undefined ? false : { payload: utf8(payload) },
      ...(at.delay === undefined ? {} : { delay: at.delay }),
      ...(at.expiry === undefined ? {} : { expiry: at.expiry }),
    });
    for (const waiting of this.unanswered.splice(0)) waiting.connack({ sessionPresent: at.sessionPresent });
    if (at.answer === 'accept') peer.connack({ sessionPresent: at.sessionPresent });
    if (at.answer === 'refuse') peer.connack({ reasonCode: at.version === 5 ? 0x87 : 5 }).serverClose();
    else this.open.push(peer);
    if (at.answer === 'later') this.unanswered.push(peer);
  }

  #end(which: number, how: string): void {
    const peer = this.open[which];
    if (peer === undefined) return;
    if (how === 'disconnect') peer.disconnect();
    if (how === 'with-will') peer.disconnect(4);
    if (how === 'error') peer.disconnect(0x80);
    if (how === 'half-closed') {
      peer.disconnect(4);
      return;
    }
    this.open.splice(which, 1);
    if (how === 'taken-over') peer.serverDisconnect(0x8e);
    if (how === 'keep-alive') peer.serverDisconnect(0x8d);
    if (how === 'server' || how === 'taken-over' || how === 'keep-alive') peer.serverClose();
    else if (how === 'network') peer.close({ by: 'network', how: 'error' });
    else if (how === 'unknown') peer.close({ by: 'unknown', how: 'fin' });
    else if (how === 'cut') peer.cut();
    else peer.fin();
  }
}

function plain(state: StoryState): unknown {
  return JSON.parse(
    JSON.stringify({
      connections: [...state.connections],
      sessions: [...state.sessions],
      wills: [...state.wills],
      expectations: [...state.expectations],
      insights: [...state.insights],
    }),
  );
}

/** Tells the events again, with more calls of advance and takeChanges in between. */
function tellAgain(events: readonly StoryEvent[], untilMs: number, extra: readonly number[]): StoryState {
  const rules = new SessionRules();
  const state = new StoryState();
  for (const [index, event] of events.entries()) {
    const sooner = extra[index % extra.length] ?? 0;
    const beforeMs = events[index - 1]?.atMs ?? event.atMs;
    if (sooner > 0) rules.advance(beforeMs + (event.atMs - beforeMs) * Math.min(1, sooner));
    if (sooner > 0.5) state.apply(rules.takeChanges());
    event.tell(rules);
  }
  rules.advance(untilMs);
  state.apply(rules.takeChanges());
  return state;
}

describe('the rules', () => {
  test('make the same of a trace whatever the batches, and whether it is lived or replayed', () => {
    const extras = fc.array(fc.constantFrom(0, 0.3, 0.7, 1), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(steps, extras, (all, extra) => {
        const story = new Play().run(all);
        const wanted = plain(story.entities);
        expect(plain(tellAgain(story.events, story.nowMs, [0]))).toEqual(wanted);
        expect(plain(tellAgain(story.events, story.nowMs, extra))).toEqual(wanted);
      }),
      { numRuns: 300 },
    );
  });

  test('hold to their own invariants whatever happens', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { expectations, wills, sessions, connections } = new Play().run(all).entities;
        for (const each of expectations.values()) {
          for (const fact of each.facts) expect(fact.code in factTemplates, fact.code).toBe(true);
          if (each.verdict === 'pending') expect(each.decidedAtMs).toBeUndefined();
          else expect(each.decidedAtMs).toBeGreaterThanOrEqual(each.createdAtMs);
          if (each.verdict === 'missed' && each.demands === 'does-not-happen' && each.row !== 'D60') {
            expect(each.observed).toBeDefined();
          }
          if (each.kind === 'will' && (each.verdict === 'met' || each.verdict === 'late')) {
            expect(each.row === 'D60' || each.observed !== undefined).toBe(true);
          }
          if (each.verdict === 'unobserved') expect(each.observed).toBeUndefined();
          expect(connections.has(each.connection)).toBe(true);
        }
        for (const each of wills.values()) {
          expect(sessions.has(each.session)).toBe(true);
          expect(each.state === 'published').toBe(each.publishSeq !== undefined);
          if (each.expectation !== undefined) expect(expectations.get(each.expectation)?.will).toBe(each.id);
        }
        const alive = [...sessions.values()].filter(({ state }) => state === 'connected');
        expect(new Set(alive.map(({ clientId }) => clientId)).size).toBe(alive.length);
      }),
      { numRuns: 300 },
    );
  });

  test('do not fall over events that come late', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.nat(50), { minLength: 1 }), (all, swaps) => {
        const events = [...new Play().run(all).events];
        for (const [index, swap] of swaps.entries()) {
          const a = events[index];
          const b = events[swap];
          if (a !== undefined && b !== undefined) [events[index], events[swap]] = [b, a];
        }
        tellAgain(events, (events.at(-1)?.atMs ?? 0) + 1_000_000, [0, 1]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('memory', () => {
  test('stays bounded in a storm of short connections', () => {
    const rules = new SessionRules();
    const story = new Story(rules);
    for (let count = 0; count < 15_000; count += 1) {
      const demo = story.connected(`demo ${count}`, count % 2 === 0 ? {} : { delay: 5, expiry: 10 });
      if (count % 3 === 0) demo.disconnect().fin();
      else demo.cut();
      story.wait(20);
      if (count % 1000 === 0) rules.takeChanges();
      story.events.length = 0;
    }
    story.settle(4_000_000);
    expect(rules.held).toMatchObject({ connections: 0, clients: 10_000, willTopics: 0, timers: 0 });
  });

  test('stays bounded when the same Clients come and go for ever', () => {
    const rules = new SessionRules();
    const story = new Story(rules);
    story.observer();
    for (let count = 0; count < 5000; count += 1) {
      const demo = story.open();
      demo.connect({ cleanStart: count % 2 === 0, delay: 5, expiry: 100 });
      demo.connack({ sessionPresent: count % 2 === 1 });
      demo.subscribe([{ topicFilter: 'x/#' }]);
      demo.cut();
      story.wait(1000);
      story.events.length = 0;
    }
    story.settle(4_000_000);
    expect(rules.held).toMatchObject({ connections: 1, clients: 2, willTopics: 0, timers: 0 });
  });
});
