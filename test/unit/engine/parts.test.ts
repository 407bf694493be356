import { describe, expect, it } from 'vitest';
import { Entities, isEmpty } from '../../../src/engine/entities.ts';
import { engineErrors, userError } from '../../../src/engine/errors.ts';
import { guarded } from '../../../src/engine/guard.ts';
import { Pump } from '../../../src/engine/pump.ts';
import { serverKey } from '../../../src/engine/server-key.ts';
import type {
  ConnectionView,
  ExpectationView,
  SessionChanges,
  SessionView,
} from '../../../src/session/model.ts';
import type { RecordListener } from '../../../src/trace/listener.ts';
import { Story } from '../session/support/story.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('the key of a Server', () => {
  it.each([
    ['localhost', 'localhost:1883'],
    ['LOCALHOST', 'localhost:1883'],
    ['127.0.0.1', 'localhost:1883'],
    ['::1', 'localhost:1883'],
    ['[::1]', 'localhost:1883'],
    ['Broker.Example', 'broker.example:1883'],
    ['10.0.0.1', '10.0.0.1:1883'],
  ])('of %s is %s', (host, key) => {
    expect(serverKey(host, 1883)).toBe(key);
  });
});

describe('the pump', () => {
  it('flushes soon after the first poke, and at most once in an interval', () => {
    const clock = new ManualClock();
    const at: number[] = [];
    const pump = new Pump(clock, 30, () => at.push(clock.now()));
    const start = clock.now();
    for (let step = 0; step < 100; step += 1) {
      pump.poke();
      pump.poke();
      clock.advance(1);
    }
    expect(at.map((time) => time - start)).toEqual([0, 30, 60, 90]);
  });

  it('does nothing by itself', () => {
    const clock = new ManualClock();
    let flushes = 0;
    const pump = new Pump(clock, 30, () => {
      flushes += 1;
    });
    clock.advance(1000);
    pump.poke();
    clock.advance(1000);
    expect(flushes).toBe(1);
    expect(clock.nextAtMs()).toBeUndefined();
  });

  it('flushes at a time that was set, the last one counts, and not after it was stopped', () => {
    const clock = new ManualClock();
    const at: number[] = [];
    const pump = new Pump(clock, 30, () => at.push(clock.now()));
    const start = clock.now();
    pump.pokeAt(start + 100);
    pump.pokeAt(start + 200);
    clock.advance(300);
    expect(at.map((time) => time - start)).toEqual([200]);
    pump.poke();
    pump.pokeAt(clock.now() + 10);
    pump.stop();
    clock.advance(100);
    expect(at).toHaveLength(1);
  });
});

describe('entities', () => {
  const connection = (id: number, closedAtMs?: number): ConnectionView => ({
    id,
    server: 's',
    clientId: 'c',
    label: 'c',
    openedAtMs: 0,
    openedSeq: 1,
    closedAtMs,
  });
  const session = (id: number, carrier: number, state: SessionView['state']): SessionView => ({
    id,
    server: 's',
    clientId: 'c',
    version: 5,
    startedAtMs: 0,
    startedSeq: 1,
    state,
    connection: carrier,
    sessionExpiryInterval: 10,
    endsAtMs: state === 'offline' ? 10 : undefined,
  });
  const expectation = (id: number, verdict: ExpectationView['verdict']): ExpectationView => ({
    id,
    kind: 'will',
    server: 's',
    clientId: 'c',
    connection: 1,
    demands: 'happens',
    createdAtMs: 0,
    verdict,
    severity: 'must',
    checks: [],
    facts: [],
  });
  const changes = (some: Partial<SessionChanges>): SessionChanges => ({
    connections: [],
    sessions: [],
    wills: [],
    expectations: [],
    insights: [],
    ...some,
  });

  it('keep the newest view of each', () => {
    const entities = new Entities();
    entities.apply(changes({ connections: [connection(1)] }));
    entities.apply(changes({ connections: [connection(1, 5), connection(2)] }));
    expect(entities.all().connections.map(({ id, closedAtMs }) => [id, closedAtMs])).toEqual([
      [1, 5],
      [2, undefined],
    ]);
    expect(isEmpty(changes({}))).toBe(true);
    expect(isEmpty(entities.all())).toBe(false);
  });

  it('wait while time alone can change something', () => {
    const entities = new Entities();
    expect(entities.waiting).toBe(false);
    entities.apply(changes({ connections: [connection(1)] }));
    expect(entities.waiting).toBe(true);
    entities.apply(changes({ connections: [connection(1, 5)], expectations: [expectation(1, 'pending')] }));
    expect(entities.waiting).toBe(true);
    entities.apply(changes({ expectations: [expectation(1, 'met')], sessions: [session(1, 1, 'offline')] }));
    expect(entities.waiting).toBe(true);
    entities.apply(changes({ sessions: [session(1, 1, 'ended')] }));
    expect(entities.waiting).toBe(false);
  });

  it('foresee nothing any more when the trace has ended', () => {
    const story = new Story();
    const demo = story.connected('demo', { keepAlive: 10 });
    story.action('freeze', { connection: demo.id });
    const { connections, sessions, wills, expectations } = story.entities;
    const entities = new Entities();
    entities.apply(
      changes({
        connections: [...connections.values()],
        sessions: [...sessions.values()],
        wills: [...wills.values()],
        expectations: [...expectations.values()],
      }),
    );
    expect(entities.all().wills[0]?.foreseen?.dueAtMs).toBeGreaterThan(0);
    const ended = entities.endAt(story.nowMs);
    expect(ended.expectations.map(({ leftOpen }) => leftOpen)).toEqual([true]);
    expect(entities.all().wills[0]?.foreseen).toBeUndefined();
  });

  it('forget what is over, and keep what it still takes to understand the rest', () => {
    const entities = new Entities();
    entities.apply(
      changes({
        connections: [connection(1, 5), connection(2, 6), connection(3)],
        sessions: [session(1, 1, 'ended'), session(2, 2, 'offline'), session(3, 3, 'connected')],
        expectations: [expectation(1, 'met')],
      }),
    );
    entities.forgetEnded();
    const { connections, sessions, expectations } = entities.all();
    expect(connections.map(({ id }) => id)).toEqual([2, 3]);
    expect(sessions.map(({ id }) => id)).toEqual([2, 3]);
    expect(expectations).toEqual([]);
  });
});

describe('the guard of the rules', () => {
  it('passes everything on, and survives what throws', () => {
    const calls: string[] = [];
    const note =
      (name: string) =>
      (...args: readonly unknown[]): void => {
        calls.push(`${name} ${args.length}`);
        throw new Error(name);
      };
    const listener: RecordListener = {
      opened: note('opened'),
      packet: note('packet'),
      unreadable: note('unreadable'),
      closed: note('closed'),
      action: note('action'),
    };
    const failures: unknown[] = [];
    const guard = guarded(listener, (error) => failures.push(error));
    guard.opened(1, 0, 1, { server: 's', tap: 'client' });
    guard.packet(2, 0, 1, 0, new Uint8Array(2), 0, 2);
    guard.unreadable(3, 0, 1, 1, 'reason');
    guard.action(4, 0, 'drop', {});
    guard.closed(5, 0, 1, { by: 'client', how: 'reset' });
    expect(calls).toEqual(['opened 4', 'packet 7', 'unreadable 5', 'action 4', 'closed 4']);
    expect(failures).toHaveLength(5);
  });
});

describe('errors', () => {
  it('tell what happened and what to do next, also when the fault is ours', () => {
    expect(userError(engineErrors.noSuchSandbox())).toEqual({
      code: 'no-such-sandbox',
      message: 'No sandbox broker of this file runs.',
      hint: 'Start it, or connect a profile with `broker: sandbox`.',
    });
    expect(userError(new TypeError('x is not y')).message).toBe('The engine failed: x is not y');
    expect(userError('odd').code).toBe('internal');
  });
});
