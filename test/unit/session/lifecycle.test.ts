import { describe, expect, test } from 'vitest';
import { TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import type { ExpectationView, WillView } from '../../../src/session/model.ts';
import {
  type ConnackOptions,
  type ConnectOptions,
  defaultServer,
  type Peer,
  Story,
} from './support/story.ts';

const codes = (expectation: ExpectationView): string[] => expectation.facts.map(({ code }) => code);

function comesBack(story: Story, options: ConnectOptions, connack: ConnackOptions): Peer {
  const next = story.open('demo again');
  next.connect({ will: false, ...options });
  story.wait(1);
  next.connack(connack);
  return next;
}

describe('a takeover', () => {
  const steps: Record<string, (old: Peer, next: Peer, connack: ConnackOptions) => void> = {
    told: (old) => old.serverDisconnect(0x8e),
    closed: (old) => old.serverClose(),
    accepted: (_, next, connack) => next.connack(connack),
  };
  const orders = [
    ['told', 'closed', 'accepted'],
    ['told', 'accepted', 'closed'],
    ['accepted', 'told', 'closed'],
    ['closed', 'accepted'],
    ['accepted', 'closed'],
    ['told', 'accepted'],
    ['accepted'],
  ];
  const kinds: readonly {
    name: string;
    old: ConnectOptions;
    next: ConnectOptions;
    connack: ConnackOptions;
    row: string;
    verdict: string;
  }[] = [
    {
      name: 'that resumes',
      old: { delay: 5, expiry: 10 },
      next: { cleanStart: false, expiry: 10 },
      connack: { sessionPresent: true },
      row: 'D51',
      verdict: 'cancelled',
    },
    {
      name: 'that starts clean',
      old: { delay: 5, expiry: 10 },
      next: { cleanStart: true },
      connack: {},
      row: 'D52',
      verdict: 'missed',
    },
    {
      name: 'of a connection without delay',
      old: { expiry: 10 },
      next: { cleanStart: false, expiry: 10 },
      connack: { sessionPresent: true },
      row: 'D49',
      verdict: 'missed',
    },
    {
      name: 'of a connection without expiry',
      old: { delay: 5 },
      next: { cleanStart: false },
      connack: {},
      row: 'D53',
      verdict: 'missed',
    },
  ];

  describe.each(kinds)('$name', ({ old, next, connack, row, verdict }) => {
    test.each(orders.map((order) => ({ order, name: order.join(', ') })))(
      'is the same in the order $name',
      ({ order }) => {
        const story = new Story();
        story.observer();
        const demo = story.connected('demo', old);
        story.wait(1000);
        const taker = story.open('next');
        taker.connect({ will: false, ...next });
        for (const step of order) {
          story.wait(2);
          steps[step]?.(demo, taker, connack);
        }
        story.settle();
        expect(story.expectation('will')).toMatchObject({ row, verdict });
        expect(story.expectation('session-present')).toMatchObject({ row, verdict: 'met' });
        expect(story.expectations('session-end')).toEqual([]);
      },
    );
  });

  test('by a connection that is not in the trace leaves a delayed will open', () => {
    const story = new Story();
    story.observer();
    const demo = story.connected('demo', { delay: 5, expiry: 10 });
    demo.serverDisconnect(0x8e).serverClose();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('undecided');
    expect(codes(will)).toContain('endedTakenOverUnseen');
  });

  test('by a connection that is not in the trace makes a will without delay due', () => {
    const story = new Story();
    story.observer();
    const demo = story.connected('demo', { expiry: 10 });
    demo.serverDisconnect(0x8e).serverClose();
    expect(story.settle().expectation('will')).toMatchObject({ row: 'D49', verdict: 'missed' });
  });

  test('that the Server refuses after it has closed the old connection breaks D60', () => {
    const story = new Story();
    story.observer();
    const demo = story.connected('demo', { delay: 5, expiry: 10 });
    const next = story.open('next');
    next.connect({ cleanStart: false, will: false });
    story.wait(1);
    demo.serverClose();
    story.wait(1);
    next.connack({ reasonCode: 0x87 });
    story.settle();
    const [refused] = story.expectations('will').filter(({ row }) => row === 'D60');
    expect(refused?.verdict).toBe('missed');
    expect(story.expectations('will').find(({ row }) => row === 'D29')?.verdict).toBe('missed');
  });

  test('that is never answered leaves the old connection ended by the Server', () => {
    const story = new Story();
    story.observer();
    const demo = story.connected('demo', { delay: 5, expiry: 60 });
    const next = story.open('next');
    next.connect({ cleanStart: false, will: false });
    demo.serverClose();
    story.settle(6000);
    expect(story.expectation('will').row).toBe('D29');
  });

  test('after a Keep Alive timeout that the Server announced is a reconnect', () => {
    const story = new Story();
    story.observer();
    const demo = story.connected('demo', { delay: 5, expiry: 10, keepAlive: 10 });
    story.wait(15_010);
    demo.serverDisconnect(0x8d);
    story.wait(1);
    comesBack(story, { cleanStart: false, expiry: 10 }, { sessionPresent: true });
    demo.fin();
    story.settle();
    expect(story.expectation('will')).toMatchObject({ row: 'D37', verdict: 'cancelled' });
  });
});

describe('a reconnect', () => {
  test('right after a cut that the Server had not noticed cancels the will all the same', () => {
    const story = new Story();
    story.observer();
    const demo = story.connected('demo', { delay: 5, expiry: 10 });
    const next = story.open('next');
    demo.cut();
    next.connect({ cleanStart: false, expiry: 10, will: false }).connack({ sessionPresent: true });
    expect(story.settle().expectation('will')).toMatchObject({ row: 'D37', verdict: 'cancelled' });
  });

  test('at the due time leaves it undecided whether the will must come', () => {
    const story = new Story();
    story.observer();
    story.connected('demo', { delay: 5, expiry: 60 }).cut();
    story.wait(5000);
    comesBack(story, { cleanStart: false, expiry: 10 }, { sessionPresent: true });
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('undecided');
    expect(codes(will)).toContain('raceWithResume');
  });

  test('that was not answered leaves it undecided whether the will must come', () => {
    const story = new Story();
    story.observer();
    story.connected('demo', { delay: 5, expiry: 60 }).cut();
    story.wait(1000);
    const next = story.open('next');
    next.connect({ cleanStart: false, will: false });
    next.cut();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('undecided');
    comesBack(story, { cleanStart: false }, { sessionPresent: false });
    expect(story.settle().expectation('session-present').verdict).toBe('undecided');
  });

  test('cancels by acceptance, not by CONNECT', () => {
    const story = new Story();
    const observer = story.observer();
    story.connected('demo', { delay: 5, expiry: 60 }).cut();
    story.wait(4000);
    const next = story.open('next');
    next.connect({ cleanStart: false, will: false });
    story.wait(1010);
    observer.receives();
    story.wait(3000);
    next.connack({ sessionPresent: true });
    expect(story.settle().expectation('will').verdict).toBe('met');
  });

  test('does not touch the will of another Client', () => {
    const story = new Story();
    story.observer();
    story.connected('demo', { delay: 5, expiry: 60 }).cut();
    story.wait(1000);
    story.connected('demo2', { cleanStart: false, will: false });
    expect(story.settle().expectation('will').verdict).toBe('missed');
  });

  test('on another Server does not touch the will', () => {
    const story = new Story();
    story.observer();
    story.connected('demo', { delay: 5, expiry: 60 }).cut();
    story.wait(1000);
    const elsewhere = story.open('elsewhere', 'other:1883');
    elsewhere.connect({ cleanStart: false, will: false }).connack();
    story.settle();
    expect(story.expectations('will')[0]?.verdict).toBe('missed');
  });
});

describe('the effective Session Expiry Interval', () => {
  test('is that of CONNACK when CONNACK has one', () => {
    const story = new Story();
    const observer = story.observer();
    const demo = story.connected('demo', { delay: 20, expiry: 60 }, { expiry: 5 });
    demo.cut();
    story.wait(5010);
    observer.receives();
    const will = story.settle().expectation('will');
    expect(will).toMatchObject({ row: 'D22', verdict: 'met' });
    expect(codes(will)).toContain('connackExpiry');
    expect([...story.entities.sessions.values()].at(-1)?.sessionExpiryInterval).toBe(5);
  });

  test('is that of CleanSession before 5.0', () => {
    const story = new Story();
    story.connected('kept', { version: 4, cleanStart: false }).cut();
    story.connected('clean', { version: 4 }).cut();
    const [kept, clean] = [...story.entities.sessions.values()];
    expect(kept).toMatchObject({ state: 'offline', sessionExpiryInterval: 0xffffffff });
    expect(clean).toMatchObject({ state: 'ended', sessionExpiryInterval: 0 });
  });

  test('is left open where DISCONNECT asks for more than CONNACK allowed', () => {
    const story = new Story();
    const observer = story.observer();
    const demo = story.connected('demo', { delay: 60, expiry: 100 }, { expiry: 5 });
    demo.disconnect(4, 30);
    demo.fin();
    story.wait(5010);
    observer.receives();
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('undecided');
    expect(codes(will)).toContain('readingA5');
  });

  test('makes a DISCONNECT ambiguous where CONNECT said 0 and CONNACK did not', () => {
    const story = new Story();
    story.observer();
    const demo = story.connected('demo', { delay: 5 }, { expiry: 30 });
    demo.disconnect(0, 60);
    demo.fin();
    const will = story.settle().expectation('will');
    expect(will).toMatchObject({ row: 'D07', verdict: 'undecided' });
    expect(codes(will)).toContain('readingA4');
  });
});

describe('the Client Identifier', () => {
  test('that the Server assigned names the Session', () => {
    const story = new Story();
    story.observer();
    const demo = story.connected('', { delay: 5, expiry: 10 }, { assigned: 'auto-1' });
    demo.cut();
    story.wait(1000);
    comesBack(story, { clientId: 'auto-1', cleanStart: false, expiry: 10 }, { sessionPresent: true });
    story.settle();
    const will = story.expectation('will', 'auto-1');
    expect(will).toMatchObject({ row: 'D37', verdict: 'cancelled' });
    expect(codes(will)).toContain('connackAssigned');
  });

  test('that was left empty and not assigned is nobody else’s', () => {
    const story = new Story();
    const first = story.connected('', { version: 4 });
    const second = story.connected('', { version: 4 });
    expect([...story.entities.sessions.values()]).toHaveLength(2);
    expect(story.expectations('will', '')).toEqual([]);
    first.cut();
    second.cut();
    expect(story.settle().expectations('will', '')).toHaveLength(2);
  });
});

describe('Session Present', () => {
  test('is not judged for a Client that the trace has not seen before', () => {
    const story = new Story();
    story.connected('demo', { cleanStart: false, expiry: 10 }, { sessionPresent: true });
    expect(story.expectations('session-present')).toEqual([]);
  });

  test('must be 0 with Clean Start 1, whoever it is', () => {
    const story = new Story();
    story.connected('demo', { cleanStart: true }, { sessionPresent: true });
    const present = story.expectation('session-present');
    expect(present).toMatchObject({ verdict: 'missed', severity: 'must' });
    expect(present.row).toBeUndefined();
  });

  test('must be 0 on a refusal', () => {
    const story = new Story();
    story.connected('demo', { cleanStart: false }, { sessionPresent: true, reasonCode: 0x87 });
    expect(story.expectation('session-present').verdict).toBe('missed');
  });

  test('cannot be read from a CONNACK of 3.1', () => {
    const story = new Story();
    story.connected('demo', { version: 3, cleanStart: false, will: false }).fin();
    story.wait(1000);
    comesBack(story, { version: 3, cleanStart: false }, {});
    expect(story.settle().expectations('session-present')).toEqual([]);
    expect([...story.entities.connections.values()].at(-1)?.sessionPresent).toBeUndefined();
  });

  test('may be either within a second of the end of the Session', () => {
    for (const sessionPresent of [true, false]) {
      const story = new Story();
      story.connected('demo', { will: false, expiry: 10 }).cut();
      story.wait(10_500);
      comesBack(story, { cleanStart: false }, { sessionPresent });
      expect(story.settle().expectation('session-present').verdict).toBe('undecided');
    }
  });

  test('is not judged after the Server stopped', () => {
    const story = new Story();
    const demo = story.connected('demo', { will: false, expiry: 60 });
    story.action('server-stopped', { server: defaultServer });
    demo.serverClose();
    story.wait(5000);
    comesBack(story, { cleanStart: false }, { sessionPresent: false });
    expect(story.settle().expectation('session-present').verdict).toBe('undecided');
  });

  test('must be 0 after an operator deleted the Session', () => {
    const story = new Story();
    const demo = story.connected('demo', { will: false, expiry: 60 });
    demo.cut();
    story.action('session-deleted', { server: defaultServer, clientId: 'demo' });
    comesBack(story, { cleanStart: false }, { sessionPresent: true });
    expect(story.settle().expectation('session-present').verdict).toBe('missed');
  });

  test('tells the note that contradicts the text where a Server follows the note', () => {
    const story = new Story();
    story.connected('demo', { will: false, cleanStart: false }).cut();
    story.wait(1000);
    comesBack(story, { cleanStart: false }, { sessionPresent: true });
    const present = story.settle().expectation('session-present');
    expect(present.verdict).toBe('missed');
    expect(codes(present)).toContain('readingA3');
  });
});

describe('the end of a Session', () => {
  test('is not shown by a CONNACK of 3.1', () => {
    const story = new Story();
    story.connected('demo', { will: false, expiry: 10 }).cut();
    story.wait(2000);
    comesBack(story, { version: 3, cleanStart: false }, {});
    expect(story.expectation('session-end').verdict).toBe('unobserved');
  });

  test('is cancelled by starting clean', () => {
    const story = new Story();
    story.connected('demo', { will: false, expiry: 10 }).cut();
    story.wait(2000);
    comesBack(story, { cleanStart: true }, {});
    expect(story.expectation('session-end').verdict).toBe('cancelled');
    expect([...story.entities.sessions.values()].map(({ state }) => state)).toEqual(['ended', 'connected']);
  });

  test('comes on its own, and the session says when', () => {
    const story = new Story();
    story.connected('demo', { will: false, expiry: 10 }).cut();
    const endedAtMs = story.nowMs + 10_000;
    const [offline] = [...story.entities.sessions.values()];
    expect(offline).toMatchObject({ state: 'offline', endsAtMs: endedAtMs });
    story.settle();
    expect([...story.entities.sessions.values()][0]).toMatchObject({ state: 'ended', endedAtMs });
  });
});

describe('Keep Alive', () => {
  const silent = (version: 3 | 4 | 5 = 5): { story: Story; demo: Peer } => {
    const story = new Story();
    const demo = story.connected('demo', { version, keepAlive: 10, will: false });
    return { story, demo };
  };

  test('is not told while the Client pings in time', () => {
    const { story, demo } = silent();
    for (let count = 0; count < 10; count += 1) {
      story.wait(10_020);
      demo.ping();
    }
    expect(story.expectations('keep-alive')).toEqual([]);
  });

  test('is told after a quarter more, and cancelled when the Client speaks', () => {
    const { story, demo } = silent();
    story.settle(12_600);
    expect(story.expectation('keep-alive').verdict).toBe('pending');
    demo.ping();
    expect(story.expectation('keep-alive').verdict).toBe('cancelled');
    story.settle(12_600);
    expect(story.expectations('keep-alive')).toHaveLength(2);
  });

  test('is told at once when the Client is frozen', () => {
    const { story, demo } = silent();
    story.wait(3000);
    story.action('freeze', { connection: demo.id });
    const keepAlive = story.expectation('keep-alive');
    expect(keepAlive.verdict).toBe('pending');
    expect(keepAlive.dueAtMs).toBe(story.nowMs - 3001 + 15_000 - 1);
    expect(codes(keepAlive)).toContain('frozen');
  });

  test('foresees when the will is due, until the Client speaks', () => {
    const story = new Story();
    const demo = story.connected('demo', { keepAlive: 10, expiry: 30, delay: 2 });
    const connectAtMs = story.nowMs - 2;
    const foreseen = (): WillView['foreseen'] => [...story.entities.wills.values()].at(-1)?.foreseen;
    expect(foreseen()).toBeUndefined();
    story.settle(12_600);
    const keepAlive = story.expectation('keep-alive');
    expect(foreseen()).toEqual({ dueAtMs: connectAtMs + 17_000, expectation: keepAlive.id });
    expect(codes(keepAlive).at(-1)).toBe('willAfterClose');
    demo.ping();
    expect(foreseen()).toBeUndefined();
    expect(codes(story.expectation('keep-alive'))).not.toContain('willAfterClose');
  });

  test('foresees a will that is due with the close itself, and no will that the Client has not', () => {
    const story = new Story();
    const demo = story.connected('demo', { version: 4, keepAlive: 10 });
    story.action('freeze', { connection: demo.id });
    expect(codes(story.expectation('keep-alive')).at(-1)).toBe('willWithClose');
    const { story: without } = silent();
    without.settle(12_600);
    expect(codes(without.expectation('keep-alive')).join()).not.toContain('will');
  });

  test('is that of the Server when CONNACK has one', () => {
    const story = new Story();
    const demo = story.connected('demo', { keepAlive: 10, will: false }, { keepAlive: 20 });
    story.settle(24_000);
    expect(story.expectations('keep-alive')).toEqual([]);
    story.wait(6010);
    demo.serverClose();
    const keepAlive = story.expectation('keep-alive');
    expect(keepAlive.verdict).toBe('met');
    expect(codes(keepAlive)).toContain('connackKeepAlive');
  });

  test('that the Server calls over too soon is early', () => {
    const { story, demo } = silent();
    story.wait(13_000);
    demo.serverDisconnect(0x8d).serverClose();
    expect(story.expectation('keep-alive')).toMatchObject({ verdict: 'early', severity: 'derivable' });
  });

  test('falls away when the Client itself closes', () => {
    const { story, demo } = silent(4);
    story.wait(13_000);
    demo.fin();
    expect(story.expectation('keep-alive').verdict).toBe('cancelled');
  });
});

describe('odd traces', () => {
  test('do not harm: events of unknown connections, from the past, without CONNECT, twice', () => {
    const story = new Story();
    const { rules } = story;
    const bytes = Uint8Array.of(0xc0, 0);
    rules.packet(1, story.nowMs, 99, TO_SERVER, bytes, 0, 2);
    rules.closed(2, story.nowMs, 99, { by: 'client', how: 'fin' });
    rules.action(3, story.nowMs, 'freeze', { connection: 99 });
    rules.action(4, story.nowMs, 'server-stopped', { server: 'nowhere' });
    const peer = story.open('late');
    peer.ping();
    peer.publish();
    peer.receives();
    peer.raw(TO_SERVER, Uint8Array.of(0x10, 2, 0, 0));
    peer.connack().disconnect().fin();
    story.rules.advance(story.nowMs + 60_000);
    const again = story.connected('demo', { delay: 5, expiry: 10 });
    again.connack();
    again.disconnect(4).disconnect(0);
    again.publish().cut();
    again.cut();
    expect(story.settle().expectation('will').row).toBe('D11');
  });

  test('whose Server cannot be read do not count as seen', () => {
    const story = new Story();
    const observer = story.observer();
    story.tell((rules, seq, atMs) =>
      rules.unreadable(seq, atMs, observer.id, TO_CLIENT, 'reserved-packet-type'),
    );
    story.connected('demo', {}).cut();
    expect(story.settle().expectation('will').verdict).toBe('unobserved');
  });

  test('that nobody accepted is said to have found no connection, and not to have been closed by a Server', () => {
    const story = new Story();
    const peer = story.open('demo').close({ by: 'server', how: 'refused', detail: 'ECONNREFUSED' });
    expect(story.entities.connections.get(peer.id)?.endCause).toBe('not-opened');
  });
});
