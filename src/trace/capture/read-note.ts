/** Notes of our own captures, checked field by field: a file may hold anything. */

import {
  type ActionTarget,
  type ConnectionEnd,
  type ConnectionInfo,
  type Endpoint,
  type Endpoints,
  type FaultNote,
  faultKinds,
  type RecordedAction,
  recordedActions,
} from '../../mqtt/network-connection.ts';
import { type Direction, TO_CLIENT, TO_SERVER } from '../../mqtt/packet.ts';
import { isRecord, parseNote } from './notes.ts';

/** What a note says of a flow. */
export interface FlowNote {
  readonly connection: number;
  readonly info: ConnectionInfo;
  /** Called with the id that the connection was given. */
  opened(connection: number): void;
}

export interface OpenedNote extends Omit<FlowNote, 'opened'> {
  readonly note: 'opened';
  /** Where the capture shows it, when it shows no beginning. */
  readonly ends: { readonly client: Endpoint; readonly server: Endpoint } | undefined;
}

export type ReadNote =
  | OpenedNote
  | { readonly note: 'closed'; readonly connection: number; readonly end: ConnectionEnd }
  | {
      readonly note: 'missed';
      readonly connection: number;
      readonly direction: Direction;
      readonly count: number;
      readonly within: boolean;
    }
  | { readonly note: 'action'; readonly action: RecordedAction; readonly target: ActionTarget };

type Fields = Readonly<Record<string, unknown>>;

const TEXT_LIMIT = 65_536;
const taps = ['client', 'listener', 'capture'] as const;
const sides = ['client', 'server', 'network', 'unknown'] as const;
const ways = ['fin', 'reset', 'error', 'refused'] as const;
const faultDirections = ['toServer', 'toClient', 'both'] as const;
const carriers = ['tcp', 'tls', 'ws', 'wss'] as const;

/** The note in a comment; undefined when it is none, or none that is known here. */
export function readNote(comment: string): ReadNote | undefined {
  const fields = parseNote(comment);
  if (fields === undefined) return undefined;
  const connection = idOf(fields['connection']);
  switch (fields['note']) {
    case 'opened': {
      const info = infoOf(fields['info']);
      if (connection === undefined || info === undefined) return undefined;
      return { note: 'opened', connection, info, ends: endsOf(fields['ends']) };
    }
    case 'closed': {
      const end = endOf(fields['end']);
      return connection === undefined || end === undefined ? undefined : { note: 'closed', connection, end };
    }
    case 'missed': {
      const { direction, count } = fields as Fields & {
        readonly direction?: unknown;
        readonly count?: unknown;
      };
      const way = direction === TO_SERVER || direction === TO_CLIENT ? direction : undefined;
      if (connection === undefined || way === undefined) return undefined;
      if (typeof count !== 'number' || !Number.isInteger(count) || count < 0) return undefined;
      return { note: 'missed', connection, direction: way, count, within: fields['within'] === true };
    }
    case 'action': {
      const action = recordedActions.find((known) => known === fields['action']);
      const target = targetOf(fields['target']);
      return action === undefined || target === undefined ? undefined : { note: 'action', action, target };
    }
    default:
      return undefined;
  }
}

function infoOf(value: unknown): ConnectionInfo | undefined {
  if (!isRecord(value)) return undefined;
  const server = textOf(value['server']);
  const tap = oneOf(taps, value['tap']);
  if (server === undefined || tap === undefined) return undefined;
  return {
    server,
    tap,
    ...present('client', textOf(value['client'])),
    ...present('label', textOf(value['label'])),
    ...present('watcher', textOf(value['watcher'])),
    ...present('endpoints', endpointsOf(value['endpoints'])),
    ...(value['startMissing'] === true ? { startMissing: true as const } : {}),
  };
}

function endpointsOf(value: unknown): Endpoints | undefined {
  const ends = endsOf(value);
  const carrier = isRecord(value) ? oneOf(carriers, value['carrier']) : undefined;
  return ends === undefined || carrier === undefined ? undefined : { ...ends, carrier };
}

function endsOf(value: unknown): { readonly client: Endpoint; readonly server: Endpoint } | undefined {
  if (!isRecord(value)) return undefined;
  const client = endpointOf(value['client']);
  const server = endpointOf(value['server']);
  return client === undefined || server === undefined ? undefined : { client, server };
}

function endpointOf(value: unknown): Endpoint | undefined {
  if (!isRecord(value)) return undefined;
  const address = textOf(value['address']);
  const { port } = value as Fields & { readonly port?: unknown };
  if (address === undefined || typeof port !== 'number' || !(port >= 0 && port < 65_536)) return undefined;
  return { address, port };
}

function endOf(value: unknown): ConnectionEnd | undefined {
  if (!isRecord(value)) return undefined;
  const by = oneOf(sides, value['by']);
  const how = oneOf(ways, value['how']);
  if (by === undefined || how === undefined) return undefined;
  return { by, how, ...present('detail', textOf(value['detail'])) };
}

/** Whatever an action says beside its connection is kept, as far as it is plain. */
function targetOf(value: unknown): ActionTarget | undefined {
  if (!isRecord(value)) return undefined;
  const plain: Record<string, string | number | boolean> = {};
  for (const [key, each] of Object.entries(value)) {
    if (key === 'connection' || key === 'fault') continue;
    if (typeof each === 'number' || typeof each === 'boolean') plain[key] = each;
    else if (textOf(each) !== undefined) plain[key] = String(each);
  }
  return {
    ...present('connection', idOf(value['connection'])),
    ...plain,
    ...present('fault', faultOf(value['fault'])),
  };
}

function faultOf(value: unknown): FaultNote | undefined {
  if (!isRecord(value)) return undefined;
  const kind = oneOf(faultKinds, value['kind']);
  if (kind === undefined) return undefined;
  return {
    kind,
    ...present('direction', oneOf(faultDirections, value['direction'])),
    ...present('detail', textOf(value['detail'])),
    ...present('rule', textOf(value['rule'])),
    ...(value['gone'] === true ? { gone: true as const } : {}),
  };
}

/** Ids are whole numbers from 1 up to 2^31, so that adding one never leaves them. */
function idOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value < 0x7fff_0000
    ? value
    : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= TEXT_LIMIT ? value : undefined;
}

function oneOf<T extends string>(all: readonly T[], value: unknown): T | undefined {
  return all.find((each) => each === value);
}

function present<K extends string, T>(key: K, value: T | undefined): { [key in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]?: T });
}
