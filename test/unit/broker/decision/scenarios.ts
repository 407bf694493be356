/**
 * A scenario for every row of the decision table that can be tried from outside, written from the standard
 * and not from the table: what is done, and when each will must be seen. The connection of `demo` ends at 100
 * s, unless said otherwise.
 */
import { PROPERTY } from '../../../../src/mqtt/properties.ts';
import { neverExpires } from '../../../../src/net/broker/session.ts';
import type { RowId, Verdict } from '../../../../src/session/model.ts';
import { settled } from '../../support/duplex-pair.ts';
import { connectPacket, number, type TestClient, utf8 } from '../test-client.ts';
import { type DemoWish, expiry, type SeenWill, type Stage } from './stage.ts';

export interface Scenario {
  readonly row: RowId;
  readonly what: string;
  readonly play: (stage: Stage) => Promise<void>;
  /** Every will that the subscriber must see, in order. */
  readonly seen: readonly SeenWill[];
  /** What the rules must find on the first will of `demo`. */
  readonly verdict: Verdict;
  /**
   * The row that judges the will, where `row` is that of a CONNECT after its verdict: then it judges Session
   * Present.
   */
  readonly willRow?: RowId;
  /** Where the row's own wait is longer. */
  readonly untilSeconds?: number;
}

const W = 'W1';
const end = 100;

type Ending = (client: TestClient, stage: Stage) => Promise<void> | void;

const reset: Ending = (client) => client.reset();
const fin: Ending = (client) => client.close();
const disconnect =
  (reasonCode: number, sessionExpiryInterval?: number): Ending =>
  (client) =>
    client.disconnect(reasonCode, sessionExpiryInterval === undefined ? [] : expiry(sessionExpiryInterval));
const send =
  (...bytes: number[]): Ending =>
  (client) =>
    client.sendBytes(new Uint8Array(bytes));

/** What is owed and seen is met; what is not owed is cancelled. */
function usualVerdict(seen: readonly SeenWill[]): Verdict {
  return seen.length > 0 ? 'met' : 'cancelled';
}

/** Connects, waits, and ends the connection at 100 s. */
function ending(
  row: RowId,
  what: string,
  wish: DemoWish,
  how: Ending,
  seen: readonly SeenWill[],
  verdict: Verdict = usualVerdict(seen),
): Scenario {
  return {
    row,
    what,
    seen,
    verdict,
    play: async (stage) => {
      const client = await stage.demo({ will: W, ...wish });
      await stage.until(end);
      await how(client, stage);
      await settled();
    },
  };
}

/** As `ending` by RST, and then a new CONNECT at `at` seconds that must get this Session Present. */
function reconnect(
  row: RowId,
  what: string,
  wish: DemoWish,
  at: number,
  next: DemoWish,
  present: boolean,
  seen: readonly SeenWill[],
  verdict: Verdict = usualVerdict(seen),
): Scenario {
  return {
    row,
    what,
    seen,
    verdict,
    play: async (stage) => {
      const client = await stage.demo({ will: W, ...wish });
      await stage.until(end);
      await client.reset();
      await stage.until(at);
      await sessionPresent(stage, next, present);
    },
  };
}

/** A new CONNECT at 100 s, while the connection lives. */
function takeover(
  row: RowId,
  what: string,
  wish: DemoWish,
  next: DemoWish,
  present: boolean,
  seen: readonly SeenWill[],
  verdict: Verdict = usualVerdict(seen),
): Scenario {
  return {
    row,
    what,
    seen,
    verdict,
    play: async (stage) => {
      await stage.demo({ will: W, ...wish });
      await stage.until(end);
      await sessionPresent(stage, next, present);
    },
  };
}

async function sessionPresent(stage: Stage, next: DemoWish, present: boolean): Promise<void> {
  if ((await stage.demoPresent(next)) !== present)
    throw new Error(`Session Present is not ${present ? 1 : 0}.`);
}

const atEnd: readonly SeenWill[] = [[end, W]];
const at = (seconds: number): readonly SeenWill[] => [[seconds, W]];
const CS0 = { cleanStart: false } as const;
const v4 = { version: 4 } as const;
const v4CS0 = { version: 4, cleanStart: false } as const;
const v3 = { version: 3 } as const;
const publishQos2 = (packetId: number): number[] => [0x34, 0x06, 0x00, 0x01, 0x74, 0x00, packetId, 0x00];

const withoutReconnect: readonly Scenario[] = [
  ending('D02', 'DISCONNECT 0x00, E = 0', { D: 5 }, disconnect(0), []),
  ending('D03', 'DISCONNECT 0x00, E > 0', { D: 5, E: 10 }, disconnect(0), []),
  ending('D04', 'DISCONNECT 0x00, E never', { D: 5, E: neverExpires }, disconnect(0), []),
  ending('D05', 'DISCONNECT 0x00 with another E', { D: 5, E: 10 }, disconnect(0, 20), []),
  ending('D06', 'DISCONNECT 0x00 with E = 0', { D: 5, E: 10 }, disconnect(0, 0), []),
  ending('D07', 'DISCONNECT 0x00 with E > 0, CONNECT had none', { D: 5 }, disconnect(0, 10), atEnd),
  ending('D08', 'DISCONNECT with reserved bits', { D: 5, E: 10 }, send(0xe1, 0x00), at(105)),
  ending(
    'D08',
    'DISCONNECT with an unknown property',
    { D: 5, E: 10 },
    send(0xe0, 0x04, 0x00, 0x02, 0x7e, 0x00),
    at(105),
  ),
  ending(
    'D08',
    'DISCONNECT with a property twice',
    { D: 20, E: 10 },
    send(0xe0, 0x0c, 0x00, 0x0a, 0x11, 0, 0, 0, 9, 0x11, 0, 0, 0, 9),
    at(110),
  ),
  ending(
    'D08',
    'DISCONNECT with a Property Length that is wrong',
    { D: 0, E: 10 },
    send(0xe0, 0x02, 0x00, 0x05),
    atEnd,
  ),
  ending('D09', 'DISCONNECT 0x04, D = 0, E = 0', {}, disconnect(4), atEnd),
  ending('D10', 'DISCONNECT 0x04, D = 0, E > 0', { E: 10 }, disconnect(4), atEnd),
  ending('D11', 'DISCONNECT 0x04, D < E', { D: 5, E: 10 }, disconnect(4), at(105)),
  ending('D12', 'DISCONNECT 0x04, D > E', { D: 20, E: 10 }, disconnect(4), at(110)),
  ending('D13', 'DISCONNECT 0x04, D > 0, E = 0', { D: 5 }, disconnect(4), atEnd),
  ending('D14', 'DISCONNECT 0x04 with E = 0', { D: 5, E: 10 }, disconnect(4, 0), atEnd),
  ending('D15', 'DISCONNECT 0x04 with E < D', { D: 8, E: 10 }, disconnect(4, 3), at(103)),
  ...[0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99].map((code) =>
    ending('D16', `DISCONNECT 0x${code.toString(16)}`, { D: 5, E: 10 }, disconnect(code), at(105)),
  ),
  ending('D17', 'DISCONNECT 0x8E, which is the Server’s', { D: 5, E: 10 }, disconnect(0x8e), at(105)),
  ending('D17', 'DISCONNECT 0xFF, which is nobody’s', { D: 5, E: 10 }, disconnect(0xff), at(105)),
  ending('D18', 'FIN, D = 0, E = 0', {}, fin, atEnd),
  ending('D19', 'RST, D = 0, E > 0', { E: 10 }, reset, atEnd),
  ending('D20', 'RST, D < E', { D: 5, E: 10 }, reset, at(105)),
  ending('D20', 'FIN, D < E', { D: 5, E: 10 }, fin, at(105)),
  ending('D21', 'RST, D = E', { D: 10, E: 10 }, reset, at(110)),
  ending('D22', 'RST, D > E', { D: 20, E: 10 }, reset, at(110)),
  ending('D23', 'RST, D > 0, E absent', { D: 5 }, reset, atEnd),
  ending('D23', 'RST, D > 0, E = 0, Clean Start 0', { D: 5, E: 0, ...CS0 }, reset, atEnd),
  ending('D24', 'RST, D = 0xFFFFFFFF, E > 0', { D: neverExpires, E: 10 }, reset, at(110)),
  ending('D25', 'RST, D > 0, E never', { D: 5, E: neverExpires }, reset, at(105)),
  {
    ...ending(
      'D26',
      'RST, D = 0xFFFFFFFF, E never',
      { D: neverExpires, E: neverExpires },
      reset,
      at(end + neverExpires),
    ),
    untilSeconds: end + neverExpires + 100,
  },
  {
    row: 'D27',
    what: 'silence of 1.5 times the Keep Alive',
    seen: [[150 + 5, W]],
    verdict: 'met',
    play: async (stage) => {
      const client = await stage.demo({ will: W, D: 5, E: 10, keepAliveSeconds: 60 });
      await stage.until(60);
      client.send({ type: 'pingreq' });
      await stage.until(150);
    },
  },
  ending(
    'D29',
    'the Server denies a PUBLISH and disconnects',
    { D: 5, E: 10 },
    (client) => client.publish('cut').then(() => {}),
    at(105),
  ),
  ending('D31', 'a second CONNECT', { D: 5, E: 10 }, (client) => client.send(connectPacket()), at(105)),
  ending(
    'D31',
    'a PUBLISH of QoS 3',
    { D: 0, E: 10 },
    send(0x36, 0x06, 0x00, 0x01, 0x74, 0x00, 0x01, 0x00),
    atEnd,
  ),
  ending(
    'D29',
    'the Server disconnects because a PUBLISH has a property that the rules do not look at',
    { D: 5, E: 10 },
    send(0x30, 0x09, 0x00, 0x01, 0x74, 0x05, 0x11, 0, 0, 0, 9),
    at(105),
  ),
  ending(
    'D29',
    'the Server disconnects because its Receive Maximum is exceeded',
    { D: 5, E: 3 },
    (client) => {
      client.acknowledges = false;
      client.sendBytes(new Uint8Array([...publishQos2(1), ...publishQos2(2)]));
    },
    at(103),
  ),
  {
    row: 'D33',
    what: 'the Session is deleted while online',
    seen: atEnd,
    verdict: 'met',
    play: async (stage) => {
      await stage.demo({ will: W, D: 5, E: 10 });
      await stage.until(end);
      stage.act('session-deleted', 'demo');
      stage.broker.deleteSession('demo');
      await settled();
    },
  },
  {
    row: 'D33',
    what: 'the Session is deleted while a will waits',
    seen: at(102),
    verdict: 'met',
    play: async (stage) => {
      const client = await stage.demo({ will: W, D: 5, E: 10 });
      await stage.until(end);
      await client.reset();
      await stage.until(102);
      stage.act('session-deleted', 'demo');
      stage.broker.deleteSession('demo');
      await settled();
    },
  },
  ending(
    'D34',
    'the Server stops',
    { D: 5, E: 10 },
    (_client, stage) => {
      stage.act('server-stopped');
      stage.broker.close();
    },
    [],
    'undecided',
  ),
  {
    row: 'D35',
    what: 'CONNECT is refused',
    seen: [],
    verdict: 'cancelled',
    play: (stage) => stage.demoRefused({ will: W, D: 5, E: 10 }),
  },
];

const withReconnect: readonly Scenario[] = [
  reconnect('D37', 'resumed before D', { D: 5, E: 10 }, 104, { ...CS0, E: 10 }, true, []),
  reconnect(
    'D37',
    'resumed a moment before D',
    { D: 5, E: 10 },
    104.999,
    { ...CS0, E: 10 },
    true,
    [],
    'cancelled',
  ),
  {
    row: 'D38',
    what: 'a CONNECT that is refused before D',
    seen: at(105),
    verdict: 'met',
    play: async (stage) => {
      const client = await stage.demo({ will: W, D: 5, E: 10 });
      await stage.until(end);
      await client.reset();
      await stage.until(103);
      await stage.demoRefused({ ...CS0, E: 10 });
    },
  },
  reconnect('D39', 'Clean Start 1 before D', { D: 5, E: 10 }, 103, { E: 10 }, false, at(103)),
  {
    ...reconnect('D40', 'resumed after D, before E', { D: 5, E: 10 }, 107, { ...CS0, E: 10 }, true, at(105)),
    willRow: 'D20',
  },
  {
    ...reconnect(
      'D41',
      'Clean Start 0 after E, D > E',
      { D: 20, E: 10 },
      115,
      { ...CS0, E: 10 },
      false,
      at(110),
    ),
    willRow: 'D22',
  },
  {
    ...reconnect('D42', 'Clean Start 0 after E = 0', { D: 5 }, 101, { ...CS0, E: 10 }, false, atEnd),
    willRow: 'D23',
  },
  {
    ...reconnect('D43', 'resumed at once, D = 0', { D: 0, E: 10 }, 100.001, { ...CS0, E: 10 }, true, atEnd),
    willRow: 'D19',
  },
  reconnect(
    'D44',
    'resumed before D with E = 0',
    { D: 5, E: 10 },
    103,
    { ...CS0, E: 0 },
    true,
    [],
    'cancelled',
  ),
  {
    row: 'D45',
    what: 'resumed before D without a will, then dropped',
    seen: [],
    verdict: 'cancelled',
    play: async (stage) => {
      await (await drop(stage, { will: W, D: 5, E: 10 }, end)).until(103);
      const next = await stage.demo({ ...CS0, E: 10 });
      await stage.until(104);
      await next.reset();
    },
  },
  {
    row: 'D46',
    what: 'resumed before D with another will, then dropped',
    seen: [[107, 'W2']],
    verdict: 'cancelled',
    play: async (stage) => {
      await (await drop(stage, { will: W, D: 5, E: 10 }, end)).until(103);
      const next = await stage.demo({ ...CS0, E: 10, will: 'W2', D: 3 });
      await stage.until(104);
      await next.reset();
    },
  },
  reconnect('D47', 'resumed before D by 3.1.1', { D: 5, E: 10 }, 103, v4CS0, true, []),
  reconnect('D48', 'Clean Session 1 before D by 3.1.1', { D: 5, E: 10 }, 103, v4, false, at(103)),
];

async function drop(stage: Stage, wish: DemoWish, seconds: number): Promise<Stage> {
  const client = await stage.demo(wish);
  await stage.until(seconds);
  await client.reset();
  return stage;
}

const takeovers: readonly Scenario[] = [
  takeover('D49', 'Clean Start 0, D = 0, E > 0', { D: 0, E: 10 }, { ...CS0, E: 10 }, true, atEnd),
  takeover('D50', 'Clean Start 1, D = 0, E > 0', { D: 0, E: 10 }, { E: 10 }, false, atEnd),
  takeover('D50', 'Clean Start 1, D = 0, E = 0', {}, { E: 10 }, false, atEnd),
  takeover('D51', 'Clean Start 0, D > 0, E > 0', { D: 5, E: 10 }, { ...CS0, E: 10 }, true, []),
  takeover('D52', 'Clean Start 1, D > 0, E > 0', { D: 5, E: 10 }, { E: 10 }, false, atEnd),
  takeover('D53', 'Clean Start 0, D > 0, E = 0', { D: 5 }, { ...CS0, E: 10 }, false, atEnd),
  takeover('D54', 'Clean Start 1, D > 0, E = 0', { D: 5 }, { E: 10 }, false, atEnd),
  takeover('D55', 'Clean Start 0, D = 0, E = 0', {}, { ...CS0, E: 10 }, false, atEnd),
  takeover('D56', '3.1.1, Clean Session 1 before', v4, v4CS0, false, atEnd),
  takeover('D57', '3.1.1, Clean Session 0 before and after', v4CS0, v4CS0, true, atEnd),
  takeover('D58', '3.1.1, Clean Session 0 before, 1 after', v4CS0, v4, false, atEnd),
  takeover('D59', '3.1.1 taken over by 5.0', v4CS0, { ...CS0, E: 10 }, true, atEnd),
  takeover('D59', '5.0 with D > 0 taken over by 3.1.1', { D: 5, E: 10 }, v4CS0, true, []),
  {
    row: 'D60',
    what: 'a CONNECT that is refused takes nothing over',
    seen: [],
    verdict: 'met',
    play: async (stage) => {
      const client = await stage.demo({ will: W, D: 5, E: 10 });
      await stage.until(end);
      await stage.demoRefused({ ...CS0, E: 10 });
      await stage.until(200);
      client.send({ type: 'pingreq' });
      await settled();
      client.take('pingresp');
    },
  },
];

const beforeFive: readonly Scenario[] = [
  ending('D61', '3.1.1, DISCONNECT, Clean Session 1', v4, disconnect(0), []),
  ending('D61', '3.1.1, DISCONNECT, Clean Session 0', v4CS0, disconnect(0), []),
  ending('D61', '3.1, DISCONNECT', v3, disconnect(0), []),
  ending('D62', '3.1.1, RST, Clean Session 1', v4, reset, atEnd),
  ending('D63', '3.1.1, RST, Clean Session 0', v4CS0, reset, atEnd),
  silence('D64', '3.1.1, silence', { ...v4, keepAliveSeconds: 60 }),
  ending('D65', '3.1.1, a second CONNECT', v4, (client) => client.send(connectPacket(v4)), atEnd),
  ending('D65', '3.1.1, a PUBLISH of QoS 3', v4, send(0x36, 0x05, 0x00, 0x01, 0x74, 0x00, 0x01), atEnd),
  ending(
    'D66',
    '3.1.1, the Server denies a PUBLISH and closes',
    v4,
    (client) => client.publish('cut').then(() => {}),
    atEnd,
  ),
  ending('D67', '3.1.1, DISCONNECT with flag bits', v4, send(0xe1, 0x00), atEnd),
  ending(
    'D68',
    '3.1.1, the Server stops',
    v4CS0,
    (_client, stage) => {
      stage.act('server-stopped');
      stage.broker.close();
    },
    [],
    'undecided',
  ),
  {
    row: 'D69',
    what: '3.1.1, CONNECT is refused',
    seen: [],
    verdict: 'cancelled',
    play: (stage) => stage.demoRefused({ ...v4, will: W }),
  },
  ending('D70', '3.1, RST', v3, reset, atEnd),
  silence('D70', '3.1, silence', { ...v3, keepAliveSeconds: 60 }),
  takeover('D71', '3.1, taken over', v3, v3, false, atEnd, 'undecided'),
  ending('D71', '3.1, a second CONNECT', v3, (client) => client.send(connectPacket(v3)), atEnd, 'undecided'),
];

function silence(row: RowId, what: string, wish: DemoWish): Scenario {
  return {
    row,
    what,
    seen: [[90, W]],
    verdict: 'met',
    play: async (stage) => {
      await stage.demo({ will: W, ...wish });
      await stage.until(90);
    },
  };
}

export const scenarios: readonly Scenario[] = [
  ...withoutReconnect,
  ...withReconnect,
  ...takeovers,
  ...beforeFive,
];

/** Rows for which there is no such scenario. */
export const untried: Readonly<Partial<Record<RowId, string>>> = {
  D01: 'no will, so nothing can be seen of one: tried apart',
  D28: 'Keep Alive 0 sets no time: nothing ever happens that could be seen; tried apart',
  D30: 'the sandbox broker never sends a Client to another Server',
  D32: 'the sandbox broker refuses every Authentication Method, so nobody re-authenticates',
  D36: 'the broker accepts or refuses in the moment in which CONNECT comes, so the link is never lost between: tried apart',
};

/** A will with every property that it may have. */
export const everyWillProperty = [
  { id: PROPERTY.userProperty, kind: 'pair', name: 'b', value: '1' },
  number(PROPERTY.payloadFormatIndicator, 1),
  number(PROPERTY.messageExpiryInterval, 3_600),
  { id: PROPERTY.contentType, kind: 'string', value: 'text/plain' },
  { id: PROPERTY.responseTopic, kind: 'string', value: 'reply' },
  { id: PROPERTY.correlationData, kind: 'bytes', value: utf8('c1') },
  { id: PROPERTY.userProperty, kind: 'pair', name: 'a', value: '2' },
  { id: PROPERTY.userProperty, kind: 'pair', name: 'b', value: '1' },
] as const;
