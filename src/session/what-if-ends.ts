/** The ways a connection can end, one a row: what passes over the wire, and when the Server notices. */
import { type Packet, type Property, TO_SERVER } from '../mqtt/packet.ts';
import { PROPERTY } from '../mqtt/properties.ts';
import { keepAliveFactor } from './tolerances.ts';
import type { WhatIfSettings } from './what-if-model.ts';
import { lossAtMs, type WhatIfStage } from './what-if-stage.ts';

export const whatIfEndKinds = [
  'disconnect',
  'disconnect-with-will',
  'lost',
  'silent',
  'taken-over',
  'server-closed',
  'disconnect-ends-session',
  'with-will-ends-session',
  'disconnect-asks-for-session',
  'malformed-disconnect',
  'client-error',
  'protocol-error',
  'reauthentication-failed',
  'redirected',
  'session-deleted',
  'server-stopped',
  'refused',
  'unanswered',
] as const;
export type WhatIfEndKind = (typeof whatIfEndKinds)[number];

/** What was agreed when the connection was accepted. In seconds; Infinity does not expire. */
export interface Agreed {
  readonly expiry: number;
  readonly keepAliveSeconds: number;
}

export interface WhatIfEndRow {
  readonly kind: WhatIfEndKind;
  readonly usual: boolean;
  /** Whether it can happen to a connection with these settings. */
  readonly possible: (settings: WhatIfSettings, agreed: Agreed) => boolean;
  /** From the last packet of the Client until the Server notices, in milliseconds; undefined when nothing sets a time. */
  readonly noticedAfterMs: (agreed: Agreed) => number | undefined;
  /** What passes, from `lossAtMs` on, and at the end the close. Undefined: the return of the Client is the end. */
  readonly play: ((stage: WhatIfStage, id: number) => void) | undefined;
  /** Which ways back are told. */
  readonly backs: 'all' | 'takeover' | 'none';
}

const always = (): boolean => true;
const at5 = ({ protocolVersion }: WhatIfSettings): boolean => protocolVersion === 5;
const atOnce = (): number => 0;

function disconnect(reasonCode: number, sessionExpiryInterval?: number): Packet {
  const properties: Property[] =
    sessionExpiryInterval === undefined
      ? []
      : [{ id: PROPERTY.sessionExpiryInterval, kind: 'number', value: sessionExpiryInterval }];
  return { type: 'disconnect', reasonCode, properties };
}

/** The Client sends this and closes. */
const says =
  (packet: Packet) =>
  (stage: WhatIfStage, id: number): void => {
    stage.send(id, packet);
    stage.close(id, { by: 'client', how: 'fin' });
  };

/** The Server says why, where the version has a packet for it, and closes. */
const serverCloses =
  (reasonCode: number, before?: (stage: WhatIfStage, id: number) => void) =>
  (stage: WhatIfStage, id: number): void => {
    before?.(stage, id);
    if (stage.versionOf(id) === 5) stage.get(id, disconnect(reasonCode));
    stage.close(id, { by: 'server', how: 'fin' });
  };

export const whatIfEnds: readonly WhatIfEndRow[] = [
  {
    kind: 'disconnect',
    usual: true,
    possible: always,
    noticedAfterMs: atOnce,
    play: says(disconnect(0)),
    backs: 'all',
  },
  {
    kind: 'disconnect-with-will',
    usual: true,
    possible: (settings) => at5(settings) && settings.will !== undefined,
    noticedAfterMs: atOnce,
    play: says(disconnect(0x04)),
    backs: 'all',
  },
  {
    kind: 'lost',
    usual: true,
    possible: always,
    noticedAfterMs: atOnce,
    play: (stage, id) => stage.close(id, { by: 'client', how: 'reset' }),
    backs: 'all',
  },
  {
    kind: 'silent',
    usual: true,
    possible: always,
    noticedAfterMs: ({ keepAliveSeconds }) => silentMs(keepAliveSeconds),
    play: (stage, id) => {
      stage.act('freeze', { connection: id });
      const silence = silentMs(stage.keepAliveOf(id));
      if (silence === undefined) return;
      stage.goTo(lossAtMs + silence);
      // Shows that the Server held the connection until then.
      stage.get(id, { type: 'pingresp' });
      serverCloses(0x8d)(stage, id);
    },
    backs: 'all',
  },
  {
    kind: 'taken-over',
    usual: true,
    possible: ({ identity }) => identity !== 'changes',
    noticedAfterMs: atOnce,
    play: undefined,
    backs: 'takeover',
  },
  {
    kind: 'server-closed',
    usual: true,
    possible: always,
    noticedAfterMs: atOnce,
    play: serverCloses(0x98),
    backs: 'all',
  },
  {
    kind: 'disconnect-ends-session',
    usual: false,
    possible: (settings, { expiry }) => at5(settings) && expiry > 0,
    noticedAfterMs: atOnce,
    play: says(disconnect(0, 0)),
    backs: 'none',
  },
  {
    kind: 'with-will-ends-session',
    usual: false,
    possible: (settings, { expiry }) => at5(settings) && settings.will !== undefined && expiry > 0,
    noticedAfterMs: atOnce,
    play: says(disconnect(0x04, 0)),
    backs: 'none',
  },
  {
    kind: 'disconnect-asks-for-session',
    usual: false,
    possible: (settings, { expiry }) => at5(settings) && expiry === 0,
    noticedAfterMs: atOnce,
    play: serverCloses(0x82, (stage, id) => stage.send(id, disconnect(0, 60))),
    backs: 'none',
  },
  {
    kind: 'malformed-disconnect',
    usual: false,
    possible: always,
    noticedAfterMs: atOnce,
    play: serverCloses(0x81, (stage, id) => stage.raw(id, TO_SERVER, Uint8Array.of(0xe1, 0))),
    backs: 'none',
  },
  {
    kind: 'client-error',
    usual: false,
    possible: at5,
    noticedAfterMs: atOnce,
    play: says(disconnect(0x80)),
    backs: 'none',
  },
  {
    kind: 'protocol-error',
    usual: false,
    possible: always,
    noticedAfterMs: atOnce,
    // A SUBSCRIBE without its reserved flags and without content.
    play: serverCloses(0x81, (stage, id) => stage.raw(id, TO_SERVER, Uint8Array.of(0x80, 0))),
    backs: 'none',
  },
  {
    kind: 'reauthentication-failed',
    usual: false,
    possible: at5,
    noticedAfterMs: atOnce,
    play: serverCloses(0x87, (stage, id) =>
      stage.send(id, {
        type: 'auth',
        reasonCode: 0x19,
        properties: [{ id: PROPERTY.authenticationMethod, kind: 'string', value: 'x' }],
      }),
    ),
    backs: 'none',
  },
  {
    kind: 'redirected',
    usual: false,
    possible: at5,
    noticedAfterMs: atOnce,
    play: serverCloses(0x9c),
    backs: 'none',
  },
  {
    kind: 'session-deleted',
    usual: false,
    possible: always,
    noticedAfterMs: atOnce,
    play: serverCloses(0x98, (stage, id) => stage.act('session-deleted', { connection: id })),
    backs: 'none',
  },
  {
    kind: 'server-stopped',
    usual: false,
    possible: always,
    noticedAfterMs: atOnce,
    play: serverCloses(0x8b, (stage) => stage.act('server-stopped', {})),
    backs: 'none',
  },
  {
    kind: 'refused',
    usual: false,
    possible: always,
    noticedAfterMs: atOnce,
    play: (stage, id) => {
      stage.connack(id, { reasonCode: stage.versionOf(id) === 5 ? 0x87 : 5, sessionPresent: false });
      stage.close(id, { by: 'server', how: 'fin' });
    },
    backs: 'none',
  },
  {
    kind: 'unanswered',
    usual: false,
    possible: always,
    noticedAfterMs: () => undefined,
    play: (stage, id) => stage.close(id, { by: 'network', how: 'reset' }),
    backs: 'none',
  },
];

/** So long a Server that hears nothing waits; undefined when Keep Alive is off (v5 3.1.2.10). */
function silentMs(keepAliveSeconds: number): number | undefined {
  return keepAliveSeconds === 0 ? undefined : keepAliveSeconds * 1000 * keepAliveFactor;
}
