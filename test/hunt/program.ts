/** A random program: what Clients with a few identifiers do to a broker, and when. A function of its seed. */
import type { ProtocolVersion, QoS } from '../../src/mqtt/packet.ts';
import { Random } from '../unit/broker-fuzz/random.ts';

export interface WillWish {
  readonly topic: string;
  readonly payload: string;
  readonly qos: QoS;
  readonly retain: boolean;
  /** In seconds; 5.0 only. */
  readonly delay: number | undefined;
}

export interface ConnectStep {
  readonly do: 'connect';
  readonly clientId: string;
  readonly version: ProtocolVersion;
  readonly cleanStart: boolean;
  /** In seconds; 5.0 only. */
  readonly expiry: number | undefined;
  readonly keepAliveSeconds: number;
  readonly will: WillWish | undefined;
  /** Whether it says its name and a password, which is wrong where `refused`. */
  readonly login: 'none' | 'right' | 'wrong';
  /** Whether it sends PINGREQ as its Keep Alive asks. */
  readonly pings: boolean;
}

/** What a Client may do to a connection, and what a network or a tap may. */
export type Act =
  | {
      readonly do: 'subscribe';
      readonly filter: string;
      readonly qos: QoS;
      readonly noLocal: boolean;
      readonly retainAsPublished: boolean;
      readonly retainHandling: 0 | 1 | 2;
    }
  | { readonly do: 'unsubscribe'; readonly filter: string }
  | {
      readonly do: 'publish';
      readonly topic: string;
      readonly payload: string;
      readonly qos: QoS;
      readonly retain: boolean;
    }
  | { readonly do: 'disconnect'; readonly reasonCode: number; readonly expiry: number | undefined }
  | { readonly do: 'bad-disconnect' | 'second-connect' | 'fin' | 'reset' | 'freeze' | 'thaw' };

/** `which`: the how-manieth connection of the program it is done to; for a connect, its own number. */
export type Step = { readonly atMs: number; readonly which: number } & (ConnectStep | Act);

export interface Program {
  readonly seed: number;
  readonly steps: readonly Step[];
  /** When it is over, in milliseconds. */
  readonly endMs: number;
}

/** Topics that no will of the program may be published to: the broker's settings deny them. */
export const deniedTopic = 'denied/x';
const topics = ['t/1', 't/1', 't/2', 't/2', 'u', deniedTopic];
const payloads = ['off', 'off', 'gone', ''];
const filters = ['t/1', 't/2', '#', 't/+', '+/1', 'u', '$share/g/t/1', '$share/g/#'];
const clientIds = ['a', 'a', 'a', 'b', 'b', 'c'];

export interface Odds {
  /** Times are multiples of this, in milliseconds. */
  readonly gridMs: number;
  readonly lengthMs: number;
  readonly steps: number;
  readonly versions: readonly ProtocolVersion[];
  /** What a Will Delay Interval and a Session Expiry Interval may be, in seconds. */
  readonly intervals: readonly number[];
}

export const usualOdds: Odds = {
  gridMs: 50,
  lengthMs: 12_000,
  steps: 26,
  versions: [5, 5, 5, 4, 4, 3],
  intervals: [0, 1, 2, 3, 5],
};

export function randomProgram(seed: number, odds: Odds = usualOdds): Program {
  const random = new Random(seed);
  const chance = (percent: number): boolean => random.below(100) < percent;
  const steps: Step[] = [];
  let connections = 0;
  const at = (): number => random.below(odds.lengthMs / odds.gridMs) * odds.gridMs;
  const forever = 0xffff_ffff;
  const interval = (): number => (chance(8) ? forever : random.pick(odds.intervals));

  const subscribe = (atMs: number, which: number): Step => ({
    atMs,
    which,
    do: 'subscribe',
    filter: random.pick(filters),
    qos: random.pick([0, 1, 2] as const),
    noLocal: chance(10),
    retainAsPublished: chance(50),
    retainHandling: random.pick([0, 0, 1, 2] as const),
  });

  const connect = (clientId: string, withWill: boolean): ConnectStep => {
    const version = random.pick(odds.versions);
    const v5 = version === 5;
    return {
      do: 'connect',
      clientId,
      version,
      cleanStart: chance(45),
      expiry: v5 && chance(75) ? interval() : undefined,
      keepAliveSeconds: random.pick([0, 0, 1, 2, 3]),
      pings: chance(60),
      login: chance(10) ? 'right' : chance(8) ? 'wrong' : 'none',
      will: withWill
        ? {
            topic: random.pick(topics),
            payload: random.pick(payloads),
            qos: random.pick([0, 1, 2] as const),
            retain: chance(30),
            delay: v5 && chance(65) ? interval() : undefined,
          }
        : undefined,
    };
  };

  // Watchers are there most of the time; some stay, some come and go.
  for (let watcher = 0; watcher < 1 + random.below(2); watcher += 1) {
    const which = connections++;
    const atMs = chance(80) ? 0 : at();
    steps.push({
      atMs,
      which,
      ...connect(`w${watcher}`, false),
      keepAliveSeconds: 0,
      login: 'none',
      version: chance(60) ? 5 : 4,
    });
    for (let count = 1 + random.below(2); count > 0; count -= 1)
      steps.push(subscribe(atMs + odds.gridMs, which));
    if (chance(20)) steps.push({ atMs: at(), which, do: 'reset' });
  }

  while (steps.length < odds.steps) {
    const which = connections++;
    const clientId = random.pick(clientIds);
    const startMs = at();
    steps.push({ atMs: startMs, which, ...connect(clientId, chance(85)) });
    const within = (): number =>
      startMs + Math.floor((random.below(5000) + odds.gridMs) / odds.gridMs) * odds.gridMs;
    if (chance(20)) steps.push(subscribe(startMs + odds.gridMs, which));
    if (chance(25)) {
      steps.push({
        atMs: within(),
        which,
        do: 'publish',
        topic: random.pick(topics),
        payload: random.pick(payloads),
        qos: random.pick([0, 1, 2] as const),
        retain: chance(40),
      });
    }
    if (chance(5)) steps.push({ atMs: within(), which, do: 'unsubscribe', filter: random.pick(filters) });
    const atMs = within();
    const kind = random.below(100);
    if (kind < 18)
      steps.push({
        atMs,
        which,
        do: 'disconnect',
        reasonCode: 0,
        expiry: chance(25) ? interval() : undefined,
      });
    else if (kind < 30)
      steps.push({
        atMs,
        which,
        do: 'disconnect',
        reasonCode: 4,
        expiry: chance(25) ? interval() : undefined,
      });
    else if (kind < 36)
      steps.push({
        atMs,
        which,
        do: 'disconnect',
        reasonCode: random.pick([0x80, 0x81, 0x8e]),
        expiry: undefined,
      });
    else if (kind < 40) steps.push({ atMs, which, do: 'bad-disconnect' });
    else if (kind < 44) steps.push({ atMs, which, do: 'second-connect' });
    else if (kind < 60) steps.push({ atMs, which, do: 'fin' });
    else if (kind < 78) steps.push({ atMs, which, do: 'reset' });
    else if (kind < 85) {
      steps.push({ atMs, which, do: 'freeze' });
      if (chance(40)) steps.push({ atMs: atMs + 1000 + random.below(3) * 1000, which, do: 'thaw' });
      if (chance(50)) steps.push({ atMs: atMs + 500 + random.below(8) * 500, which, do: 'reset' });
    }
  }
  const order = new Map(steps.map((step, index) => [step, index]));
  steps.sort((a, b) => a.atMs - b.atMs || (order.get(a) ?? 0) - (order.get(b) ?? 0));
  return { seed, steps, endMs: Math.max(...steps.map(({ atMs }) => atMs)) };
}
