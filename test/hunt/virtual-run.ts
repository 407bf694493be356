/** Plays a random program against the sandbox broker on a clock of its own, and keeps what the broker did beside what the rules say. */

import { type Direction, type Packet, TO_CLIENT, TO_SERVER } from '../../src/mqtt/packet.ts';
import { Broker } from '../../src/net/broker/broker.ts';
import type { Will } from '../../src/net/broker/session.ts';
import { Wills } from '../../src/net/broker/wills.ts';
import type { SandboxSettings } from '../../src/profile/model.ts';
import type { ExpectationView, InsightView, WillView } from '../../src/session/model.ts';
import { Recording } from '../unit/capture/support.ts';
import { settled } from '../unit/support/duplex-pair.ts';
import { ManualClock, manualClockStartMs } from '../unit/support/manual-clock.ts';
import { act, connectOf } from './act.ts';
import type { ConnectStep, Program } from './program.ts';
import { VirtualClient } from './virtual-client.ts';

/** One connection of the program, as it went. Times are milliseconds since the start of the program. */
export interface Played {
  readonly which: number;
  readonly step: ConnectStep;
  /** In the trace. */
  readonly connection: number;
  readonly atMs: number;
  acceptedAtMs: number | undefined;
  present: boolean | undefined;
  reasonCode: number | undefined;
  endedAtMs: number | undefined;
  endedBy: 'client' | 'server' | undefined;
  /** When its will was published. */
  readonly published: number[];
  /** What it received: topic, payload, when, and whether with RETAIN 1. */
  readonly received: {
    readonly atMs: number;
    readonly topic: string;
    readonly payload: string;
    readonly retain: boolean;
  }[];
}

export interface Run {
  readonly program: Program;
  readonly played: readonly Played[];
  readonly recording: Recording;
  readonly expectations: ReadonlyMap<number, ExpectationView>;
  readonly wills: ReadonlyMap<number, WillView>;
  readonly insights: ReadonlyMap<number, InsightView>;
  readonly untilMs: number;
  readonly faults: readonly string[];
}

/** How long each way to the broker takes, in milliseconds; by the number of the connection. */
export type Lag = (which: number) => { readonly toServer: number; readonly toClient: number };

const server = 'sandbox';
const demo = { userName: 'demo', password: 'right' };
/** After so long every verdict has fallen that ever will. */
const afterMs = 700_000;

let publishing: ((clientId: string, will: Will) => void) | undefined;
const publishAlone = Wills.prototype.publishAlone;
Wills.prototype.publishAlone = function told(this: Wills, clientId: string, will: Will, waited: boolean) {
  publishing?.(clientId, will);
  publishAlone.call(this, clientId, will, waited);
};

export async function playVirtually(program: Program, settings: SandboxSettings, lag: Lag): Promise<Run> {
  const clock = new ManualClock();
  const faults: string[] = [];
  const broker = new Broker(
    settings,
    clock,
    (level, message) => {
      if (level === 'error') faults.push(message);
    },
    { limits: { sysInterval: 0 } },
  );
  const recording = new Recording();
  const { recorder } = recording;
  const since = (): number => clock.now() - manualClockStartMs;
  const played: Played[] = [];
  const clients = new Map<number, VirtualClient>();
  const byWhich = new Map<number, Played>();

  publishing = (clientId, will) => {
    const mine = played.filter((each) => each.step.clientId === clientId && holds(each, will));
    const one = mine.find(({ published }) => published.length === 0) ?? mine[0];
    if (one === undefined) faults.push(`a will of ${clientId} that no CONNECT carried`);
    else one.published.push(since());
  };

  const open = (which: number, step: ConnectStep): void => {
    const connection = recorder.opened(clock.now(), { server, tap: 'listener' });
    const ways = lag(which);
    const one: Played = {
      which,
      step,
      connection,
      atMs: since() + ways.toServer,
      acceptedAtMs: undefined,
      present: undefined,
      reasonCode: undefined,
      endedAtMs: undefined,
      endedBy: undefined,
      published: [],
      received: [],
    };
    played.push(one);
    byWhich.set(which, one);
    const record = (direction: Direction, bytes: Uint8Array): void =>
      recorder.bytes(clock.now(), connection, direction, bytes);
    const client = new VirtualClient(
      broker,
      clock,
      {
        sent: (bytes) => record(TO_SERVER, bytes),
        received: (bytes) => record(TO_CLIENT, bytes),
        ended: (end) => {
          one.endedAtMs = since();
          one.endedBy = end.by;
          recorder.closed(clock.now(), connection, end);
        },
      },
      ways,
      (packet) => came(one, packet),
    );
    clients.set(which, client);
    client.send(connectOf(step, settings.users.length === 0 ? undefined : demo));
    if (step.pings && step.keepAliveSeconds > 0) pingOn(client, step.keepAliveSeconds * 900);
  };

  const pingOn = (client: VirtualClient, everyMs: number): void => {
    clock.schedule(clock.now() + everyMs, () => {
      if (client.over || since() > program.endMs + 60_000) return;
      client.send({ type: 'pingreq' });
      pingOn(client, everyMs);
    });
  };

  const came = (one: Played, packet: Packet): void => {
    if (packet.type === 'connack') {
      one.reasonCode = packet.reasonCode;
      if (packet.reasonCode === 0) {
        one.acceptedAtMs = since();
        one.present = packet.sessionPresent;
      }
    } else if (packet.type === 'publish') {
      one.received.push({
        atMs: since(),
        topic: packet.topic,
        payload: new TextDecoder().decode(packet.payload),
        retain: packet.retain,
      });
    }
  };

  for (const step of program.steps) {
    await until(clock, manualClockStartMs + step.atMs);
    if (step.do === 'connect') open(step.which, step);
    else {
      const client = clients.get(step.which);
      const one = byWhich.get(step.which);
      if (client !== undefined && one?.acceptedAtMs !== undefined && !client.over) act(client, step);
    }
    await settled();
  }
  const untilMs = manualClockStartMs + program.endMs + afterMs;
  await until(clock, untilMs);
  publishing = undefined;
  const { expectations, wills } = recording.entitiesAt(untilMs);
  broker.close();
  return {
    program,
    played,
    recording,
    expectations: new Map(expectations.map((each) => [each.id, each])),
    wills: new Map(wills.map((each) => [each.id, each])),
    insights: new Map(),
    untilMs,
    faults,
  };
}

function holds({ step, atMs }: Played, { message, heldSinceMs, willDelayInterval }: Will): boolean {
  const { will } = step;
  return (
    will !== undefined &&
    heldSinceMs === manualClockStartMs + atMs &&
    will.topic === message.topic &&
    (will.delay ?? 0) === willDelayInterval &&
    will.payload === new TextDecoder().decode(message.payload)
  );
}

/** Moves time from event to event, so that each is seen at its own time. */
async function until(clock: ManualClock, endMs: number): Promise<void> {
  await settled();
  for (;;) {
    const nextMs = clock.nextAtMs();
    if (nextMs === undefined || nextMs > endMs) break;
    clock.advanceTo(nextMs);
    await settled();
  }
  clock.advanceTo(endMs);
  await settled();
}
