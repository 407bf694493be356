/** For every row of the decision table: how it comes about, what a right Server does then, and what wrong ones do. */
import { TO_SERVER } from '../../../../src/mqtt/packet.ts';
import type { ExpectationView, RowId, Verdict } from '../../../../src/session/model.ts';
import { type ConnectOptions, defaultServer, type Peer, Story } from './story.ts';

export interface Stage {
  readonly story: Story;
  readonly observer: Peer;
  readonly demo: Peer;
}

/** What the Server does after the row has come about, and the verdict that it gets. */
export interface Behaviour {
  readonly name: string;
  readonly act: (stage: Stage) => void;
  readonly verdict: Verdict;
}

export interface RowCase {
  readonly name: string;
  /** Up to the event that makes the row. */
  readonly play: (stage: Stage) => void;
  readonly kind?: ExpectationView['kind'];
  readonly right: Behaviour;
  readonly wrong: readonly Behaviour[];
}

export function stage(): Stage {
  const story = new Story();
  const observer = story.observer();
  return { story, observer, demo: story.open('demo') };
}

const nothing = (verdict: Verdict): Behaviour => ({ name: 'stays silent', act: () => {}, verdict });

const publishes = (afterMs: number, verdict: Verdict): Behaviour => ({
  name: `publishes after ${afterMs} ms`,
  act: ({ story, observer }) => {
    story.wait(afterMs);
    observer.receives();
  },
  verdict,
});

/** Owed at an instant counted from now. A right Server publishes a little later. */
function owed(name: string, waitSeconds: number, play: RowCase['play']): RowCase {
  const waitMs = waitSeconds * 1000;
  const early = waitMs === 0 ? [] : [publishes(0, 'early'), publishes(waitMs - 500, 'early')];
  return {
    name,
    play,
    right: publishes(waitMs + 12, 'met'),
    wrong: [
      nothing('missed'),
      publishes(waitMs + 4000, 'late'),
      publishes(waitMs + 60_000, 'late'),
      ...early,
    ],
  };
}

/** Must not come, neither at once nor when its delay has passed. */
function withheld(name: string, waitSeconds: number, play: RowCase['play']): RowCase {
  const later = waitSeconds === 0 ? [] : [publishes(waitSeconds * 1000 + 5, 'missed')];
  return { name, play, right: nothing('cancelled'), wrong: [publishes(5, 'missed'), ...later] };
}

/** Left open by the standard or the trace: nothing that the Server does is held against it. */
function open(name: string, play: RowCase['play'], verdict: Verdict = 'undecided'): RowCase {
  return { name, play, right: nothing(verdict), wrong: [publishes(5, verdict)] };
}

const connect = ({ story, demo }: Stage, options: ConnectOptions): void => {
  demo.connect(options);
  story.wait(1);
  demo.connack();
  story.wait(1000);
};

/** Connects and ends in one go. */
const ends =
  (options: ConnectOptions, end: (demo: Peer, story: Story) => void) =>
  (at: Stage): void => {
    connect(at, options);
    end(at.demo, at.story);
  };

const fin = (demo: Peer): void => {
  demo.fin();
};
const cut = (demo: Peer): void => {
  demo.cut();
};
const disconnects =
  (reasonCode: number, expiry?: number) =>
  (demo: Peer): void => {
    demo.disconnect(reasonCode, expiry);
    demo.fin();
  };
const malformedDisconnect =
  (...bytes: number[]) =>
  (demo: Peer): void => {
    demo.raw(TO_SERVER, Uint8Array.from(bytes));
    demo.story.wait(1);
    demo.serverDisconnect(0x82).serverClose();
  };
const serverEnds =
  (reasonCode?: number) =>
  (demo: Peer): void => {
    if (reasonCode !== undefined) demo.serverDisconnect(reasonCode);
    demo.serverClose();
  };

const never = 0xffffffff;

/** A new CONNECT of the same Client; the Server answers at once. */
function returns(
  at: Stage,
  options: ConnectOptions,
  connack: { sessionPresent?: boolean; reasonCode?: number } = {},
): Peer {
  const next = at.story.open('demo again');
  next.connect({ will: false, ...options });
  at.story.wait(1);
  next.connack(connack);
  return next;
}

const reconnects =
  (
    old: ConnectOptions,
    afterMs: number,
    options: ConnectOptions,
    connack: { sessionPresent?: boolean; reasonCode?: number },
    seen?: (at: Stage) => void,
  ) =>
  (at: Stage): void => {
    connect(at, old);
    at.demo.cut();
    seen?.(at);
    at.story.wait(afterMs);
    returns(at, options, connack);
  };

const takesOver =
  (
    old: ConnectOptions,
    options: ConnectOptions,
    connack: { sessionPresent?: boolean; reasonCode?: number },
  ) =>
  (at: Stage): void => {
    connect(at, old);
    const next = at.story.open('demo again');
    next.connect({ will: false, ...options });
    at.story.wait(1);
    if (at.demo.version === 5) at.demo.serverDisconnect(0x8e);
    at.demo.serverClose();
    next.connack(connack);
  };

/** Session Present of a new CONNECT: right as the row says, wrong the other way round. */
function present(
  name: string,
  expected: boolean,
  play: (at: Stage, sessionPresent: boolean) => void,
): RowCase {
  const answer = (sessionPresent: boolean, verdict: Verdict): Behaviour => ({
    name: `answers Session Present ${sessionPresent ? 1 : 0}`,
    act: (at) => play(at, sessionPresent),
    verdict,
  });
  return {
    name,
    play: () => {},
    kind: 'session-present',
    right: answer(expected, 'met'),
    wrong: [answer(!expected, 'missed')],
  };
}

/** The end of a Session, shown by a CONNECT with Clean Start 0 before it is due and after. */
function sessionEnds(name: string, seconds: number, play: RowCase['play'], version: 4 | 5 = 5): RowCase {
  const comesBack = (afterMs: number, sessionPresent: boolean, verdict: Verdict): Behaviour => ({
    name: `answers Session Present ${sessionPresent ? 1 : 0} after ${afterMs} ms`,
    act: (at) => {
      at.story.wait(afterMs);
      returns(at, { version, cleanStart: false, expiry: 60 }, { sessionPresent });
    },
    verdict,
  });
  const dueMs = seconds * 1000;
  const before =
    dueMs === 0 ? [] : [comesBack(dueMs - 2000, false, 'early'), comesBack(dueMs - 2000, true, 'cancelled')];
  return {
    name,
    play,
    kind: 'session-end',
    right: comesBack(dueMs + 3000, false, 'met'),
    wrong: [comesBack(dueMs + 3000, true, 'missed'), nothing('unobserved'), ...before],
  };
}

const frozenFor = (options: ConnectOptions, seconds: number, end?: (demo: Peer) => void): RowCase['play'] =>
  ends({ keepAlive: 10, ...options }, (demo, story) => {
    demo.ping();
    story.wait(seconds * 1000 + 40);
    end?.(demo);
  });

/** The Server's close of a silent connection: Keep Alive 10 s, due after 15 s. */
function silence(name: string, version: 3 | 4 | 5): RowCase {
  const closes = (afterMs: number, verdict: Verdict): Behaviour => ({
    name: `closes after ${afterMs} ms`,
    act: ({ story, demo }) => {
      story.wait(afterMs);
      demo.serverClose();
    },
    verdict,
  });
  return {
    name,
    play: ends({ version, keepAlive: 10 }, (demo, story) => {
      demo.ping();
      story.settle(13_000);
    }),
    kind: 'keep-alive',
    right: closes(2050, 'met'),
    wrong: [nothing('missed'), closes(6000, 'late'), closes(40_000, 'late'), closes(500, 'cancelled')],
  };
}

export const rowCases: Readonly<Record<RowId, readonly RowCase[]>> = {
  D01: [
    sessionEnds('without will', 10, ends({ will: false, expiry: 10 }, cut)),
    sessionEnds('without will and expiry', 0, ends({ will: false }, cut)),
  ],
  D02: [
    withheld('code 0x00', 5, ends({ delay: 5 }, disconnects(0))),
    withheld(
      'no code',
      0,
      ends({}, (demo) => demo.raw(TO_SERVER, Uint8Array.of(0xe0, 0))),
    ),
    sessionEnds('Session', 0, ends({}, disconnects(0))),
  ],
  D03: [
    withheld('with delay', 5, ends({ delay: 5, expiry: 10 }, disconnects(0))),
    sessionEnds('Session', 10, ends({ delay: 5, expiry: 10 }, disconnects(0))),
  ],
  D04: [
    withheld('without end', 5, ends({ delay: 5, expiry: never }, disconnects(0))),
    present('after a day', true, (at, sessionPresent) => {
      connect(at, { delay: 5, expiry: never });
      disconnects(0)(at.demo);
      at.story.wait(86_400_000);
      returns(at, { cleanStart: false }, { sessionPresent });
    }),
  ],
  D05: [
    withheld('longer', 5, ends({ delay: 5, expiry: 10 }, disconnects(0, 20))),
    sessionEnds('Session', 20, ends({ delay: 5, expiry: 10 }, disconnects(0, 20))),
  ],
  D06: [
    withheld('to 0', 5, ends({ delay: 5, expiry: 10 }, disconnects(0, 0))),
    sessionEnds('Session', 0, ends({ delay: 5, expiry: 10 }, disconnects(0, 0))),
  ],
  D07: [
    owed(
      'answered with 0x82',
      0,
      ends({ delay: 5 }, (demo, story) => {
        demo.disconnect(0, 10);
        story.wait(1);
        demo.serverDisconnect(0x82).serverClose();
      }),
    ),
  ],
  D08: [
    owed('reserved bits', 5, ends({ delay: 5, expiry: 10 }, malformedDisconnect(0xe1, 0))),
    owed(
      'duplicate property',
      5,
      ends(
        { delay: 5, expiry: 10 },
        malformedDisconnect(0xe0, 12, 0, 10, 0x11, 0, 0, 0, 1, 0x11, 0, 0, 0, 1),
      ),
    ),
    owed('unknown property', 5, ends({ delay: 5, expiry: 10 }, malformedDisconnect(0xe0, 4, 0, 2, 0x7f, 0))),
  ],
  D09: [owed('at once', 0, ends({}, disconnects(4)))],
  D10: [owed('at once', 0, ends({ expiry: 10 }, disconnects(4)))],
  D11: [owed('after the delay', 5, ends({ delay: 5, expiry: 10 }, disconnects(4)))],
  D12: [owed('after the expiry', 5, ends({ delay: 10, expiry: 5 }, disconnects(4)))],
  D13: [owed('at once', 0, ends({ delay: 5 }, disconnects(4)))],
  D14: [owed('at once', 0, ends({ delay: 5, expiry: 10 }, disconnects(4, 0)))],
  D15: [owed('after the new expiry', 3, ends({ delay: 5, expiry: 10 }, disconnects(4, 3)))],
  D16: [0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99].map((code) =>
    owed(`code 0x${code.toString(16)}`, 5, ends({ delay: 5, expiry: 10 }, disconnects(code))),
  ),
  D17: [0x8e, 0x87, 0xff, 0x01].map((code) =>
    owed(
      `code 0x${code.toString(16)}`,
      5,
      ends({ delay: 5, expiry: 10 }, malformedDisconnect(0xe0, 1, code)),
    ),
  ),
  D18: [owed('FIN', 0, ends({}, fin))],
  D19: [owed('RST', 0, ends({ expiry: 10 }, cut))],
  D20: [
    owed('after the delay', 5, ends({ delay: 5, expiry: 10 }, cut)),
    sessionEnds('Session', 10, ends({ delay: 5, expiry: 10 }, cut)),
  ],
  D21: [owed('both at once', 5, ends({ delay: 5, expiry: 5 }, cut))],
  D22: [owed('after the expiry', 5, ends({ delay: 10, expiry: 5 }, cut))],
  D23: [
    owed('at once', 0, ends({ delay: 5 }, cut)),
    owed('Clean Start 0', 0, ends({ delay: 5, cleanStart: false }, cut)),
  ],
  D24: [owed('after the expiry', 5, ends({ delay: never, expiry: 5 }, cut))],
  D25: [owed('after the delay', 5, ends({ delay: 5, expiry: never }, cut))],
  D26: [
    {
      name: 'in 136 years',
      play: ends({ delay: never, expiry: never }, cut),
      right: nothing('pending'),
      wrong: [publishes(5000, 'early')],
    },
  ],
  D27: [
    owed(
      'bare close',
      5,
      frozenFor({ delay: 5, expiry: 10 }, 15, (demo) => demo.serverClose()),
    ),
    owed('with 0x8D', 5, frozenFor({ delay: 5, expiry: 10 }, 15, serverEnds(0x8d))),
    silence('the close itself', 5),
  ],
  D28: [
    {
      name: 'frozen',
      play: ends({ keepAlive: 0 }, (demo, story) => story.action('freeze', { connection: demo.id })),
      kind: 'keep-alive',
      right: nothing('undecided'),
      wrong: [{ name: 'closes', act: ({ demo }) => demo.serverClose(), verdict: 'undecided' }],
    },
  ],
  D29: [undefined, 0x00, 0x82, 0x87, 0x89, 0x93, 0x95, 0x97, 0x98, 0x9b, 0xa0].map((code) =>
    owed(
      code === undefined ? 'bare close' : `code 0x${code.toString(16)}`,
      5,
      ends({ delay: 5, expiry: 10 }, serverEnds(code)),
    ),
  ),
  D30: [0x9c, 0x9d].map((code) =>
    owed(`code 0x${code.toString(16)}`, 5, ends({ delay: 5, expiry: 10 }, serverEnds(code))),
  ),
  D31: [
    owed(
      'second CONNECT',
      5,
      ends({ delay: 5, expiry: 10 }, (demo, story) => {
        demo.connect({ delay: 5, expiry: 10 });
        story.wait(1);
        demo.serverDisconnect(0x82).serverClose();
      }),
    ),
    owed(
      'malformed packet',
      5,
      ends({ delay: 5, expiry: 10 }, (demo) => {
        demo.raw(TO_SERVER, Uint8Array.of(0x80, 0));
        demo.serverClose();
      }),
    ),
    owed(
      'bytes that are not MQTT',
      5,
      ends({ delay: 5, expiry: 10 }, (demo, story) => {
        story.tell((rules, seq, atMs) =>
          rules.unreadable(seq, atMs, demo.id, TO_SERVER, 'reserved-packet-type'),
        );
        demo.serverClose();
      }),
    ),
  ],
  D32: [
    owed(
      'with 0x87',
      5,
      ends({ delay: 5, expiry: 10 }, (demo) => {
        demo.send({ type: 'auth', reasonCode: 0x19, properties: [{ id: 0x15, kind: 'string', value: 'x' }] });
        demo.serverDisconnect(0x87).serverClose();
      }),
    ),
  ],
  D33: [
    owed(
      'offline',
      0,
      ends({ delay: 5, expiry: 10 }, (demo, story) => {
        demo.cut();
        story.wait(1000).action('session-deleted', { server: defaultServer, clientId: 'demo' });
      }),
    ),
    owed(
      'online',
      0,
      ends({ delay: 5, expiry: 10 }, (demo, story) => {
        story.action('session-deleted', { server: defaultServer, clientId: 'demo' });
        demo.serverDisconnect(0x98).serverClose();
      }),
    ),
  ],
  D34: [
    {
      name: 'connected',
      play: ends({}, (demo, story) => {
        story.action('server-stopped', { server: defaultServer });
        demo.serverClose();
      }),
      right: nothing('undecided'),
      wrong: [publishes(30_000, 'met')],
    },
    {
      name: 'waiting',
      play: ends({ delay: 5, expiry: 10 }, (demo, story) => {
        demo.cut();
        story.action('server-stopped', { server: defaultServer });
      }),
      right: nothing('undecided'),
      wrong: [publishes(1, 'undecided'), publishes(60_000, 'met')],
    },
    open('saying so', ends({ delay: 5, expiry: 10 }, serverEnds(0x8b))),
  ],
  D35: [
    withheld('refused', 0, ({ story, demo }) => {
      demo.connect({});
      story.wait(1);
      demo.connack({ reasonCode: 0x87 }).serverClose();
    }),
    withheld('closed before CONNACK', 0, ({ story, demo }) => {
      demo.connect({});
      story.wait(1);
      demo.serverClose();
    }),
  ],
  D36: [
    open('cut', ({ story, demo }) => {
      demo.connect({});
      story.wait(1);
      demo.cut();
    }),
  ],
  D37: [
    withheld(
      'resumed',
      3,
      reconnects({ delay: 5, expiry: 10 }, 2000, { cleanStart: false, expiry: 10 }, { sessionPresent: true }),
    ),
    present('Session Present', true, (at, sessionPresent) =>
      reconnects({ delay: 5, expiry: 10 }, 2000, { cleanStart: false, expiry: 10 }, { sessionPresent })(at),
    ),
    open(
      'though the Server says that there was no Session',
      reconnects(
        { delay: 5, expiry: 10 },
        2000,
        { cleanStart: false, expiry: 10 },
        { sessionPresent: false },
      ),
    ),
  ],
  D38: [
    owed(
      'refused',
      2.999,
      reconnects({ delay: 5, expiry: 10 }, 2000, { cleanStart: false, expiry: 10 }, { reasonCode: 0x87 }),
    ),
  ],
  D39: [
    owed(
      'started clean',
      0,
      reconnects({ delay: 5, expiry: 10 }, 2000, { cleanStart: true, expiry: 10 }, {}),
    ),
    present('Session Present', false, (at, sessionPresent) =>
      reconnects({ delay: 5, expiry: 10 }, 2000, { cleanStart: true, expiry: 10 }, { sessionPresent })(at),
    ),
  ],
  D40: [
    present('Session Present', true, (at, sessionPresent) =>
      reconnects({ delay: 2, expiry: 20 }, 7000, { cleanStart: false, expiry: 10 }, { sessionPresent })(at),
    ),
  ],
  D41: [
    present('Session Present', false, (at, sessionPresent) =>
      reconnects({ delay: 5, expiry: 3 }, 7000, { cleanStart: false, expiry: 10 }, { sessionPresent })(at),
    ),
  ],
  D42: [
    owed(
      'came back at once',
      0,
      reconnects({ delay: 5 }, 1, { cleanStart: false }, { sessionPresent: false }),
    ),
    owed(
      'started clean at once',
      0,
      reconnects({ delay: 5 }, 1, { cleanStart: true }, { sessionPresent: false }),
    ),
    present('Session Present', false, (at, sessionPresent) =>
      reconnects({ delay: 5 }, 1, { cleanStart: false }, { sessionPresent })(at),
    ),
  ],
  D43: [
    owed(
      'came back at once',
      0,
      reconnects({ expiry: 10 }, 1, { cleanStart: false, expiry: 10 }, { sessionPresent: true }),
    ),
    present('Session Present', true, (at, sessionPresent) =>
      reconnects({ expiry: 10 }, 1, { cleanStart: false, expiry: 10 }, { sessionPresent })(at),
    ),
  ],
  D44: [
    withheld(
      'resumed',
      3,
      reconnects({ delay: 5, expiry: 10 }, 2000, { cleanStart: false }, { sessionPresent: true }),
    ),
  ],
  D45: [
    withheld('and dropped', 5, (at) => {
      connect(at, { delay: 5, expiry: 10 });
      at.demo.cut();
      at.story.wait(2000);
      const next = returns(at, { cleanStart: false, expiry: 10 }, { sessionPresent: true });
      at.story.wait(30_000);
      next.cut();
    }),
  ],
  D46: [
    {
      name: 'and dropped',
      play: (at) => {
        connect(at, { delay: 5, expiry: 10 });
        at.demo.cut();
        at.story.wait(2000);
        const next = returns(
          at,
          { cleanStart: false, expiry: 10, delay: 8, will: { payload: Uint8Array.of(2) } },
          { sessionPresent: true },
        );
        at.story.wait(30_000);
        next.cut();
      },
      right: {
        name: 'publishes only the new will',
        act: ({ story, observer }) => {
          story.wait(8010);
          observer.receives({ payload: Uint8Array.of(2) });
        },
        verdict: 'cancelled',
      },
      wrong: [publishes(5005, 'missed')],
    },
  ],
  D47: [
    withheld(
      'resumed',
      3,
      reconnects({ delay: 5, expiry: 10 }, 2000, { version: 4, cleanStart: false }, { sessionPresent: true }),
    ),
    open(
      'contradicted',
      reconnects(
        { delay: 5, expiry: 10 },
        2000,
        { version: 4, cleanStart: false },
        { sessionPresent: false },
      ),
    ),
  ],
  D48: [
    owed(
      'started clean',
      0,
      reconnects({ delay: 5, expiry: 10 }, 2000, { version: 4, cleanStart: true }, {}),
    ),
  ],
  D49: [
    owed(
      'at once',
      0,
      takesOver({ expiry: 10 }, { cleanStart: false, expiry: 10 }, { sessionPresent: true }),
    ),
    present('Session Present', true, (at, sessionPresent) =>
      takesOver({ expiry: 10 }, { cleanStart: false, expiry: 10 }, { sessionPresent })(at),
    ),
  ],
  D50: [
    owed('with expiry', 0, takesOver({ expiry: 10 }, { cleanStart: true }, {})),
    owed('without expiry', 0, takesOver({}, { cleanStart: true }, {})),
  ],
  D51: [
    withheld(
      'resumed',
      5,
      takesOver({ delay: 5, expiry: 10 }, { cleanStart: false, expiry: 10 }, { sessionPresent: true }),
    ),
    present('Session Present', true, (at, sessionPresent) =>
      takesOver({ delay: 5, expiry: 10 }, { cleanStart: false, expiry: 10 }, { sessionPresent })(at),
    ),
  ],
  D52: [
    owed('at once', 0, takesOver({ delay: 5, expiry: 10 }, { cleanStart: true, expiry: 10 }, {})),
    present('Session Present', false, (at, sessionPresent) =>
      takesOver({ delay: 5, expiry: 10 }, { cleanStart: true, expiry: 10 }, { sessionPresent })(at),
    ),
  ],
  D53: [
    owed('at once', 0, takesOver({ delay: 5 }, { cleanStart: false }, { sessionPresent: false })),
    present('Session Present', false, (at, sessionPresent) =>
      takesOver({ delay: 5 }, { cleanStart: false }, { sessionPresent })(at),
    ),
  ],
  D54: [owed('at once', 0, takesOver({ delay: 5 }, { cleanStart: true }, {}))],
  D55: [owed('at once', 0, takesOver({}, { cleanStart: false }, { sessionPresent: false }))],
  D56: [
    owed('by CleanSession 1', 0, takesOver({ version: 4 }, { version: 4, cleanStart: true }, {})),
    owed('by CleanSession 0', 0, takesOver({ version: 4 }, { version: 4, cleanStart: false }, {})),
    present('Session Present', false, (at, sessionPresent) =>
      takesOver({ version: 4 }, { version: 4, cleanStart: false }, { sessionPresent })(at),
    ),
  ],
  D57: [
    owed(
      'at once',
      0,
      takesOver(
        { version: 4, cleanStart: false },
        { version: 4, cleanStart: false },
        { sessionPresent: true },
      ),
    ),
  ],
  D58: [
    owed('at once', 0, takesOver({ version: 4, cleanStart: false }, { version: 4, cleanStart: true }, {})),
  ],
  D59: [
    owed(
      '3.1.1 by 5.0',
      0,
      takesOver({ version: 4, cleanStart: false }, { cleanStart: false }, { sessionPresent: true }),
    ),
    withheld(
      '5.0 by 3.1.1',
      5,
      takesOver({ delay: 5, expiry: 10 }, { version: 4, cleanStart: false }, { sessionPresent: true }),
    ),
    owed(
      '5.0 by 3.1.1 with CleanSession 1',
      0,
      takesOver({ delay: 5, expiry: 10 }, { version: 4, cleanStart: true }, {}),
    ),
    open(
      '3.1 by 5.0',
      takesOver({ version: 3, cleanStart: false }, { cleanStart: false }, { sessionPresent: true }),
    ),
  ],
  D60: [
    {
      name: 'refused',
      play: (at) => {
        connect(at, { delay: 5, expiry: 10 });
        returns(at, { cleanStart: false }, { reasonCode: 0x87 });
      },
      right: nothing('met'),
      wrong: [
        {
          name: 'closes the old connection',
          act: ({ demo }) => demo.serverDisconnect(0x8e).serverClose(),
          verdict: 'missed',
        },
      ],
    },
  ],
  D61: ([3, 4] as const).map((version) =>
    withheld(
      `version ${version}`,
      0,
      ends({ version }, (demo) => {
        demo.disconnect();
        demo.fin();
      }),
    ),
  ),
  D62: [
    owed('at once', 0, ends({ version: 4 }, cut)),
    sessionEnds('Session', 0, ends({ version: 4 }, cut), 4),
  ],
  D63: [
    owed('at once', 0, ends({ version: 4, cleanStart: false }, cut)),
    {
      ...present('Session Present', true, (at, sessionPresent) =>
        reconnects(
          { version: 4, cleanStart: false },
          1000,
          { version: 4, cleanStart: false },
          { sessionPresent },
        )(at),
      ),
      wrong: [
        {
          name: 'has forgotten it, which a limit of its own allows',
          act: reconnects({ version: 4, cleanStart: false }, 1000, { version: 4, cleanStart: false }, {}),
          verdict: 'undecided',
        },
      ],
    },
  ],
  D64: [
    owed(
      'bare close',
      0,
      frozenFor({ version: 4 }, 15, (demo) => demo.serverClose()),
    ),
    silence('the close itself', 4),
  ],
  D65: [
    owed(
      'second CONNECT',
      0,
      ends({ version: 4 }, (demo) => {
        demo.connect({ version: 4 });
        demo.serverClose();
      }),
    ),
  ],
  D66: [owed('bare close', 0, ends({ version: 4 }, serverEnds()))],
  D67: [
    owed(
      'flag bits',
      0,
      ends({ version: 4 }, (demo) => {
        demo.raw(TO_SERVER, Uint8Array.of(0xe1, 0));
        demo.serverClose();
      }),
    ),
  ],
  D68: ([3, 4] as const).map((version) => ({
    name: `version ${version}`,
    play: ends({ version }, (demo, story) => {
      story.action('server-stopped', { server: defaultServer });
      demo.serverClose();
    }),
    right: nothing('undecided'),
    wrong: [publishes(30_000, 'met')],
  })),
  D69: ([3, 4] as const).map((version) =>
    withheld(`version ${version}`, 0, ({ story, demo }) => {
      demo.connect({ version });
      story.wait(1);
      demo.connack({ reasonCode: 5 }).serverClose();
    }),
  ),
  D70: [
    owed('I/O error', 0, ends({ version: 3 }, cut)),
    owed(
      'keep alive',
      0,
      frozenFor({ version: 3 }, 15, (demo) => demo.serverClose()),
    ),
    silence('the close itself', 3),
  ],
  D71: [
    open('takeover', takesOver({ version: 3 }, { version: 3, cleanStart: false }, {})),
    open('close by the Server', ends({ version: 3 }, serverEnds())),
  ],
};
