/** Plays a probe to a Server and judges what came of it. */
import { assertNever } from '../mqtt/assert-never.ts';
import type { ConnectPacket, Property } from '../mqtt/packet.ts';
import { PROPERTY } from '../mqtt/properties.ts';
import { reasonCodeName } from '../mqtt/reason-codes.ts';
import { systemClock } from '../net/clock.ts';
import type { RowId } from '../session/model.ts';
import { tolerances } from '../session/tolerances.ts';
import type { ConnectStep, EndStep, ExpectedWill, Probe, Step } from './probe.ts';
import { type Arrival, type ServerAddress, WaitError, WireClient } from './wire-client.ts';

export interface ProbeTarget extends ServerAddress {
  /** Begins the topics and Client Identifiers of a run, so that runs do not meet. */
  readonly run: string;
  /** What every CONNECT carries, where the Server asks for it. */
  readonly credentials?: Credentials | undefined;
}

export interface Credentials {
  readonly userName: string;
  readonly password: string;
}

/** One thing that the Server owed, and what it did. */
export interface Judged {
  readonly what: string;
  readonly verdict: 'met' | 'early' | 'late' | 'missed' | 'unexpected' | 'wrong';
}

export interface ProbeResult {
  readonly row: RowId;
  readonly what: string;
  readonly judged: readonly Judged[];
  /** Every will that was seen, with its seconds after the zero. */
  readonly seen: readonly ExpectedWill[];
}

/** Whether the Server did all that the row says. */
export function conforms({ judged }: ProbeResult): boolean {
  return judged.every(({ verdict }) => verdict === 'met');
}

/** A topic that no Server may accept for a will (v5 [MQTT-3.3.2-2]). */
const wildcardTopic = 'no/+/will';

/** The Server does not let even a plain observer in, so that nothing can be tried. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
}

function connectRefused(reasonCode: number): ProbeError {
  const name = reasonCodeName('connack', 5, reasonCode);
  return new ProbeError(
    `The Server refused a plain CONNECT: ${name}. Check the address and the credentials.`,
  );
}

/** Rejects when the Server cannot be reached or lets no one in; whatever it does with what it is sent is a verdict. */
export async function runProbe(target: ProbeTarget, probe: Probe, index: number): Promise<ProbeResult> {
  const play = new Play(target, `${target.run}-${index}`);
  try {
    return await play.run(probe);
  } finally {
    play.end();
  }
}

class Play {
  readonly #target: ProbeTarget;
  readonly #name: string;
  readonly #judged: Judged[] = [];
  readonly #connections: WireClient[] = [];
  #zeroMs = 0;

  constructor(target: ProbeTarget, name: string) {
    this.#target = target;
    this.#name = name;
  }

  async run({ row, what, steps, wills, watch }: Probe): Promise<ProbeResult> {
    const observer = await this.#open();
    const { reasonCode } = await observer.connect(
      this.#packet(`${this.#name}-observer`, { version: 5, cleanStart: true }),
    );
    if (reasonCode !== 0) throw connectRefused(reasonCode);
    await observer.subscribe(this.#topic, 1);
    for (const step of steps) if (!(await this.#step(step))) break;
    await this.#until(watch + tolerances.onTimeMs / 1000);
    const seen = observer.publishes.map((arrival) => this.#sighting(arrival));
    this.#judgeWills(wills, seen);
    return { row, what, judged: this.#judged, seen };
  }

  end(): void {
    for (const connection of this.#connections) connection.reset();
  }

  #packet(clientId: string, step: Connecting, willTopic = ''): ConnectPacket {
    const { credentials } = this.#target;
    const packet = connectPacket(clientId, step, willTopic);
    if (credentials === undefined) return packet;
    const { userName, password } = credentials;
    return { ...packet, userName, password: new TextEncoder().encode(password) };
  }

  get #topic(): string {
    return `${this.#name}/will`;
  }

  async #open(): Promise<WireClient> {
    const connection = await WireClient.open(this.#target);
    this.#connections.push(connection);
    return connection;
  }

  /** Whether the steps behind it still make sense. */
  async #step(step: Step): Promise<boolean> {
    switch (step.step) {
      case 'until':
        await this.#until(step.seconds);
        return true;
      case 'connect':
        return this.#connect(step);
      case 'end':
        await this.#end(step);
        return true;
      default:
        return assertNever(step);
    }
  }

  async #connect(step: ConnectStep): Promise<boolean> {
    const connection = await this.#open();
    if (step.zero === true) this.#zeroMs = systemClock.now();
    const topic = step.answer === 'refused' ? wildcardTopic : this.#topic;
    const answer = await this.#answered(connection, this.#packet(this.#name, step, topic));
    const expected =
      step.answer === 'refused' ? 'refused' : `Session Present ${step.answer === 'resumed' ? 1 : 0}`;
    const what = `${step.zero === true ? 'takeover, ' : ''}CONNECT: ${expected}`;
    this.#judged.push({ what, verdict: answer === expected ? 'met' : 'wrong' });
    return answer !== 'refused' || step.answer === 'refused';
  }

  async #answered(connection: WireClient, packet: ConnectPacket): Promise<string> {
    try {
      const { reasonCode, sessionPresent } = await connection.connect(packet);
      return reasonCode === 0 ? `Session Present ${sessionPresent ? 1 : 0}` : 'refused';
    } catch (error) {
      // Before 5.0 a Server refuses by closing (v3.1.1 [MQTT-3.1.4-1]), and from 5.0 on it may.
      if (error instanceof WaitError && connection.closed) return 'refused';
      throw error;
    }
  }

  async #end(step: EndStep): Promise<void> {
    const connection = this.#connections.at(-1);
    if (connection === undefined) return;
    if (step.zero === true) this.#zeroMs = systemClock.now();
    switch (step.how) {
      case 'fin':
        await connection.fin();
        return;
      case 'reset':
        connection.reset();
        await connection.ended;
        return;
      case 'disconnect': {
        const { reasonCode, expiry } = step;
        connection.send({ type: 'disconnect', reasonCode, properties: expiryOf(expiry) });
        await connection.fin();
        return;
      }
      case 'silence':
        return;
      case 'bytes':
        connection.sendBytes(Uint8Array.from(step.bytes));
        await this.#closedByServer(connection);
        return;
      case 'second-connect':
        connection.send(this.#packet(this.#name, { version: connection.version, cleanStart: true }));
        await this.#closedByServer(connection);
        return;
      default:
        assertNever(step);
    }
  }

  async #closedByServer(connection: WireClient): Promise<void> {
    const closed = await Promise.race([
      connection.ended.then(() => true),
      pause(tolerances.onTimeMs).then(() => false),
    ]);
    this.#judged.push({ what: 'the Server closes the connection', verdict: closed ? 'met' : 'missed' });
  }

  #until(seconds: number): Promise<void> {
    return pause(this.#zeroMs + seconds * 1000 - systemClock.now());
  }

  #sighting({ packet, atMs }: Arrival): ExpectedWill {
    const will = packet.type === 'publish' ? new TextDecoder().decode(packet.payload) : '';
    return { will, seconds: (atMs - this.#zeroMs) / 1000 };
  }

  #judgeWills(wills: readonly ExpectedWill[], seen: readonly ExpectedWill[]): void {
    const left = [...seen];
    for (const expected of wills) {
      const index = left.findIndex(({ will }) => will === expected.will);
      const [found] = index < 0 ? [] : left.splice(index, 1);
      this.#judged.push({
        what: `${expected.will} after ${expected.seconds} s`,
        verdict: found === undefined ? 'missed' : punctuality(found.seconds - expected.seconds),
      });
    }
    for (const { will } of left) this.#judged.push({ what: will, verdict: 'unexpected' });
    if (wills.length === 0 && left.length === 0) this.#judged.push({ what: 'no will', verdict: 'met' });
  }
}

function punctuality(lateSeconds: number): Judged['verdict'] {
  if (lateSeconds * 1000 < -tolerances.clockMs) return 'early';
  return lateSeconds * 1000 > tolerances.onTimeMs ? 'late' : 'met';
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => systemClock.schedule(systemClock.now() + ms, resolve));
}

function number(id: number, value: number): Property {
  return { id, kind: 'number', value };
}

function expiryOf(expiry: number | undefined): Property[] {
  return expiry === undefined ? [] : [number(PROPERTY.sessionExpiryInterval, expiry)];
}

type Connecting = Pick<ConnectStep, 'version' | 'cleanStart'> & Partial<ConnectStep>;

function connectPacket(clientId: string, step: Connecting, willTopic: string): ConnectPacket {
  const { version, cleanStart, will, delay, expiry, keepAlive = 0 } = step;
  return {
    type: 'connect',
    protocolName: version === 3 ? 'MQIsdp' : 'MQTT',
    version,
    cleanStart,
    keepAliveSeconds: keepAlive,
    clientId,
    properties: expiryOf(expiry),
    will:
      will === undefined
        ? undefined
        : {
            topic: willTopic,
            payload: new TextEncoder().encode(will),
            qos: 1,
            retain: false,
            properties: delay === undefined ? [] : [number(PROPERTY.willDelayInterval, delay)],
          },
  };
}
