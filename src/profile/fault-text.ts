/** A fault and when it comes, as words in one line: `freeze direction=toServer client=demo packet=publish count=2`. */
import { packetTypes } from '../mqtt/packet-types.ts';
import { parseDuration } from './durations.ts';
import type { FaultRule } from './fault-rules.ts';
import { type Fault, type FaultDirection, type FaultKind, faultRows } from './faults.ts';
import { nearest } from './nearest.ts';

const directions: readonly FaultDirection[] = ['toServer', 'toClient', 'both'];

/** The values that each fault takes beside its conditions. */
export const faultValues: Readonly<Record<FaultKind, readonly string[]>> = {
  reset_peer: [],
  close: [],
  timeout: ['timeout'],
  freeze: ['direction'],
  latency: ['latency', 'jitter', 'direction'],
  bandwidth: ['rate', 'direction'],
  drop_disconnect: [],
  drop_pingresp: [],
  down: [],
};
const conditions = ['client', 'nth', 'every', 'packet', 'from', 'count', 'after'];

export type ReadRule =
  | { readonly ok: true; readonly value: FaultRule }
  /** A sentence that begins in the middle: it stands behind the name of what was read. */
  | { readonly ok: false; readonly message: string };

/** Reads a rule; what is not understood is named, with what could stand there. */
export function readFaultRule(text: string): ReadRule {
  try {
    return { ok: true, value: rule(text) };
  } catch (thrown) {
    if (thrown instanceof NotUnderstood) return { ok: false, message: thrown.message };
    throw thrown;
  }
}

class NotUnderstood extends Error {}

function rule(text: string): FaultRule {
  const [word = '', ...rest] = text.trim().split(/\s+/);
  if (!isKind(word)) {
    const near = nearest(word, Object.keys(faultRows));
    throw new NotUnderstood(
      `there is no fault \`${word}\`.${near === undefined ? ` There are: ${Object.keys(faultRows).join(', ')}.` : ` Did you mean \`${near}\`?`}`,
    );
  }
  const given = new Map<string, string>();
  for (const each of rest) {
    const [key = '', ...value] = each.split('=');
    const known = [...faultValues[word], ...conditions];
    if (!known.includes(key) || value.length === 0) {
      throw new NotUnderstood(
        `\`${each}\` is not understood. \`${word}\` takes ${known.map((name) => `${name}=`).join(', ')}.`,
      );
    }
    given.set(key, value.join('='));
  }
  return { fault: faultOf(word, given), ...conditionsOf(given) };
}

function faultOf(kind: FaultKind, given: ReadonlyMap<string, string>): Fault {
  const direction = (): FaultDirection => {
    const told = given.get('direction') ?? 'both';
    const found = directions.find((each) => each === told);
    if (found === undefined) throw wrong('direction', told, directions.join(' or '));
    return found;
  };
  switch (kind) {
    case 'timeout':
      return { kind, timeoutMs: duration(given, 'timeout', 0) };
    case 'freeze':
      return { kind, direction: direction() };
    case 'latency':
      return {
        kind,
        direction: direction(),
        latencyMs: duration(given, 'latency'),
        jitterMs: duration(given, 'jitter', 0),
      };
    case 'bandwidth': {
      const bytesPerSecond = count(given, 'rate');
      if (bytesPerSecond === undefined)
        throw new NotUnderstood('`bandwidth` needs rate=, in bytes a second.');
      return { kind, direction: direction(), bytesPerSecond };
    }
    default:
      return { kind };
  }
}

function conditionsOf(given: ReadonlyMap<string, string>): Omit<FaultRule, 'fault'> {
  const type = given.get('packet')?.toLowerCase();
  const row = packetTypes.find((each) => each.type === type);
  if (type !== undefined && row === undefined) {
    throw wrong('packet', type, packetTypes.map((each) => each.type).join(', '));
  }
  const from = given.get('from');
  if (from !== undefined && from !== 'client' && from !== 'server') {
    throw wrong('from', from, 'client or server');
  }
  return {
    clientId: given.get('client'),
    nth: count(given, 'nth'),
    every: count(given, 'every'),
    packet: row && { type: row.type, from, nth: count(given, 'count') },
    afterMs: given.has('after') ? duration(given, 'after') : undefined,
  };
}

function duration(given: ReadonlyMap<string, string>, key: string, usual?: number): number {
  const text = given.get(key);
  if (text === undefined) {
    if (usual !== undefined) return usual;
    throw new NotUnderstood(`it needs ${key}=, a duration.`);
  }
  const read = parseDuration(text, 'ms');
  if (!read.ok) throw wrong(key, text, 'a duration, for example 200ms or 5s');
  return read.value;
}

function count(given: ReadonlyMap<string, string>, key: string): number | undefined {
  const text = given.get(key);
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,11}$/.test(text)) throw wrong(key, text, 'a whole number from 1');
  return Number(text);
}

function wrong(key: string, text: string, allowed: string): NotUnderstood {
  return new NotUnderstood(`\`${key}=${text}\` is not understood: it takes ${allowed}.`);
}

function isKind(word: string): word is FaultKind {
  return Object.hasOwn(faultRows, word);
}
