/** S1 and S2, and Client Identifiers: Session Present, and how long a Session lives. */
import { PROPERTY, propertyString } from '../../mqtt/properties.ts';
import { tolerances } from '../../session/tolerances.ts';
import type { Connecting } from '../connecting.ts';
import { CannotTry } from '../failures.ts';
import type { CheckProbe } from '../probe.ts';
import type { DeviationLevel } from '../report.ts';
import { scripted, versionNames } from './scripted.ts';

const kept = { cleanStart: false } as const;

interface Life {
  readonly what: string;
  readonly rows?: readonly string[];
  readonly before: Connecting;
  /** How it ends: cut unless it says DISCONNECT, perhaps with another expiry. */
  readonly disconnect?: number | undefined;
  /** It stays connected for so many seconds before. */
  readonly stays?: number | undefined;
  /** Back so many seconds after the end. */
  readonly afterSeconds: number;
  readonly back?: Partial<Connecting>;
  readonly present: boolean;
  readonly statements: readonly string[];
  readonly level?: DeviationLevel | undefined;
}

const life = ({
  what,
  rows = ['S1'],
  before,
  disconnect,
  stays,
  afterSeconds,
  back,
  present,
  statements,
  level,
}: Life): CheckProbe =>
  scripted({
    rows,
    what: `${what}, ${versionNames[before.version]}`,
    topic: 'session',
    version: before.version,
    statements,
    level,
    expected: `Session Present ${present ? 1 : 0}`,
    play: async ({ stage, owePresent }) => {
      const first = await stage.client(before);
      if (stays !== undefined) await stage.pause(stays * 1000);
      stage.zero();
      if (disconnect === undefined) await stage.cut(first);
      else await stage.disconnect(first, 0, disconnect);
      await stage.until(afterSeconds);
      const next = await stage.client({
        ...before,
        ...kept,
        ...(before.version === 5 ? { expiry: 60 } : {}),
        ...back,
      });
      owePresent(next, present);
      return undefined;
    },
  });

const v5 = (expiry: number | undefined, cleanStart = true): Connecting => ({
  version: 5,
  cleanStart,
  expiry,
});
const v4 = (cleanStart: boolean): Connecting => ({ version: 4, cleanStart });

const lives: readonly CheckProbe[] = [
  life({
    what: 'back within the Session Expiry Interval',
    before: v5(6),
    afterSeconds: 4,
    present: true,
    statements: ['MQTT-3.2.2-3', 'MQTT-3.1.2-23', 'MQTT-3.1.2-5'],
  }),
  life({
    what: 'back within the Session Expiry Interval, which began with the end of the connection',
    before: v5(2),
    stays: 3,
    afterSeconds: 1,
    present: true,
    statements: ['MQTT-4.1.0-1', 'MQTT-3.2.2-3'],
  }),
  life({
    what: 'back after the Session Expiry Interval',
    before: v5(1),
    afterSeconds: 3.5,
    present: false,
    statements: ['MQTT-4.1.0-2', 'MQTT-3.2.2-3'],
  }),
  life({
    what: 'back after DISCONNECT 0x00 and the Session Expiry Interval',
    before: v5(1),
    disconnect: 1,
    afterSeconds: 3.5,
    present: false,
    statements: ['MQTT-4.1.0-2', 'MQTT-3.2.2-3'],
  }),
  life({
    what: 'back where Session Expiry Interval was 0',
    before: v5(0, false),
    afterSeconds: 1,
    present: false,
    statements: ['3.1.2.11.2', 'MQTT-3.2.2-3'],
  }),
  life({
    what: 'back where Session Expiry Interval was absent and Clean Start 0',
    before: v5(undefined, false),
    afterSeconds: 1,
    present: false,
    statements: ['3.1.2.11.2', 'MQTT-3.2.2-3'],
  }),
  life({
    what: 'back after DISCONNECT had shortened the expiry',
    before: v5(30),
    disconnect: 1,
    afterSeconds: 3.5,
    present: false,
    statements: ['3.14.2.2.2', 'MQTT-4.1.0-2'],
  }),
  life({
    what: 'back after DISCONNECT had lengthened the expiry',
    before: v5(1),
    disconnect: 20,
    afterSeconds: 3.5,
    present: true,
    statements: ['3.14.2.2.2', 'MQTT-3.2.2-3'],
  }),
  life({
    what: 'back after CleanSession 0, without a subscription',
    before: v4(false),
    afterSeconds: 2,
    present: true,
    // That a Session may be empty is said in 4.1, beside the statements.
    level: 'derivable',
    statements: ['MQTT-3.2.2-2', 'MQTT-3.1.2-4'],
  }),
  life({
    what: 'back after CleanSession 1',
    before: v4(true),
    afterSeconds: 1,
    present: false,
    statements: ['MQTT-3.2.2-3', 'MQTT-3.1.2-6'],
  }),
  life({
    what: 'back with Clean Start 1',
    rows: ['S2'],
    before: v5(30),
    afterSeconds: 0,
    back: { cleanStart: true },
    present: false,
    statements: ['MQTT-3.2.2-2', 'MQTT-3.1.2-4'],
  }),
  life({
    what: 'back with CleanSession 1',
    rows: ['S2'],
    before: v4(false),
    afterSeconds: 0,
    back: { cleanStart: true },
    present: false,
    statements: ['MQTT-3.2.2-1', 'MQTT-3.1.2-6'],
  }),
];

const unknownClient = (version: 4 | 5): CheckProbe =>
  scripted({
    rows: ['S2'],
    what: `a Client that was never here asks for its Session, ${versionNames[version]}`,
    topic: 'session',
    version,
    statements: ['MQTT-3.2.2-3'],
    expected: 'Session Present 0',
    play: async ({ stage, owePresent }) => {
      owePresent(await stage.client({ version, ...kept, expiry: version === 5 ? 5 : undefined }), false);
      return undefined;
    },
  });

const refusedConnack = scripted({
  rows: ['S2'],
  what: 'a CONNACK that refuses, 5.0',
  topic: 'session',
  version: 5,
  statements: ['MQTT-3.2.2-6'],
  expected: 'Session Present 0',
  play: async ({ stage, owe }) => {
    const plain = { version: 5, ...kept, expiry: 30 } as const;
    await stage.cut(await stage.client(plain));
    const will = { payload: 'W1', topic: stage.topic('+/will') };
    const answer = await stage.connect({ ...plain, will }, { mayRefuse: true });
    if (answer.accepted) {
      owe('a will topic with a wildcard is refused', false, 'it is accepted, so that there is no refusal', {
        outcome: 'open',
      });
      return undefined;
    }
    const { connack } = answer;
    // v5 4.13.1: a Server may close without one.
    if (connack === undefined)
      throw new CannotTry('the connection is closed without CONNACK, so that there is none to look at');
    owe('Session Present 0', !connack.sessionPresent, 'Session Present 1');
    return undefined;
  },
});

const takeoverTold = scripted({
  rows: ['T1'],
  what: 'who is taken over is told so, 5.0',
  topic: 'session',
  version: 5,
  statements: ['MQTT-3.1.4-3'],
  expected: 'DISCONNECT 0x8E, and the connection closes',
  play: async ({ stage, owe }) => {
    const first = await stage.client({ version: 5, cleanStart: true, expiry: 20 });
    await stage.client({ version: 5, ...kept, expiry: 20 });
    const closed = await stage.closedWithin(first, 2 * tolerances.onTimeMs);
    owe('the old connection closes', closed !== undefined, 'the old connection stays open');
    const told = first.client.arrivals.find(({ packet }) => packet.type === 'disconnect')?.packet;
    const code = told?.type === 'disconnect' ? told.reasonCode : undefined;
    owe(
      'DISCONNECT 0x8E',
      code === 0x8e,
      code === undefined ? 'no DISCONNECT' : `DISCONNECT 0x${code.toString(16)}`,
    );
    return undefined;
  },
});

const takeoverCloses = scripted({
  rows: ['T1'],
  what: 'who is taken over is disconnected, 3.1.1',
  topic: 'session',
  version: 4,
  statements: ['MQTT-3.1.4-2'],
  expected: 'the old connection closes',
  play: async ({ stage, owe }) => {
    const first = await stage.client(v4(true));
    await stage.client(v4(true));
    const closed = await stage.closedWithin(first, 2 * tolerances.onTimeMs);
    owe('the old connection closes', closed !== undefined, 'the old connection stays open');
    return undefined;
  },
});

const assigned = scripted({
  rows: ['I1'],
  what: 'an empty Client Identifier, 5.0',
  topic: 'session',
  version: 5,
  statements: ['MQTT-3.1.3-7'],
  expected: 'CONNACK tells the one that is assigned',
  play: async ({ stage, owe }) => {
    const { connack } = await stage.client({ version: 5, cleanStart: true, as: 'none' });
    const given = propertyString(connack.properties, PROPERTY.assignedClientIdentifier);
    owe('Assigned Client Identifier in CONNACK', given !== undefined && given !== '', 'none in CONNACK');
    return undefined;
  },
});

const emptyKept = scripted({
  rows: ['I1'],
  what: 'an empty Client Identifier with CleanSession 0, 3.1.1',
  topic: 'session',
  version: 4,
  statements: ['MQTT-3.1.3-8'],
  expected: 'CONNECT refused with 0x02',
  play: async ({ stage, owe }) => {
    const answer = await stage.connect({ ...v4(false), as: 'none' }, { mayRefuse: true });
    const code = answer.accepted ? 0 : answer.connack?.reasonCode;
    if (code === undefined) {
      // By the Server, or by whatever is between: nothing shows which.
      owe('CONNECT refused with 0x02', false, 'closed without CONNACK', { outcome: 'open' });
    } else {
      const observed = code === 0 ? 'CONNECT accepted' : `refused with 0x${code.toString(16)}`;
      owe('CONNECT refused with 0x02', code === 2, observed);
    }
    return undefined;
  },
});

export const sessions: readonly CheckProbe[] = [
  ...lives,
  unknownClient(5),
  unknownClient(4),
  refusedConnack,
  takeoverTold,
  takeoverCloses,
  assigned,
  emptyKept,
];
