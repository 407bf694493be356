/**
 * A Client that does what it is told, packet by packet, also what no library would send, and keeps what it was sent with
 * the time of its arrival.
 */
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { decodePacket } from '../mqtt/decode.ts';
import { encodePacket } from '../mqtt/encode.ts';
import {
  type ConnackPacket,
  type ConnectPacket,
  type Direction,
  type Packet,
  type PacketType,
  type Properties,
  type ProtocolVersion,
  type PublishPacket,
  type QoS,
  type SubackPacket,
  type Subscription,
  TO_CLIENT,
  TO_SERVER,
} from '../mqtt/packet.ts';
import type { ConnectionState } from '../mqtt/packet-border.ts';
import { StreamReader } from '../mqtt/reader.ts';
import { type Clock, systemClock } from '../net/clock.ts';
import { lenientPublish } from './lenient-publish.ts';

type Having<T extends PacketType, P extends Packet> = P extends Packet
  ? T extends P['type']
    ? P
    : never
  : never;

/** The packet of a type: one interface may serve several. */
export type PacketOf<T extends PacketType> = Having<T, Packet>;

/** Where a Server listens. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** A packet that came, and when: in milliseconds since the Unix epoch. */
export interface Arrival<P extends Packet = Packet> {
  readonly packet: P;
  readonly atMs: number;
  /** What is wrong with it: of a PUBLISH that could be made sense of all the same. */
  readonly malformed?: string | undefined;
}

/** What was waited for did not come. */
export class WaitError extends Error {
  override readonly name = 'WaitError';
}

interface Waiting {
  readonly wanted: (arrival: Arrival) => boolean;
  readonly settle: (arrival: Arrival) => void;
  readonly fail: (error: WaitError) => void;
}

/** So long an answer may take, in ms, unless a caller says otherwise. */
export const answerWithinMs = 10_000;

/** The largest packet that is kept whole, in bytes. */
const maxPacketBytes = 16 * 1_048_576;

const plainOptions = { noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;

/** What carries a Client's bytes. */
export interface Wire {
  readonly stream: Duplex;
  /** Cuts it by RST, or as much like it as can be. */
  reset(): void;
}

export interface WireOptions {
  readonly clock?: Clock | undefined;
  /** Is told of every packet that is sent or was received, before anything else is done with it. */
  readonly watch?: ((direction: Direction, packet: Uint8Array, atMs: number) => void) | undefined;
}

export class WireClient {
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #watch: WireOptions['watch'];
  readonly #state: ConnectionState = { version: undefined };
  readonly #reader: StreamReader;
  readonly #waiting = new Set<Waiting>();
  readonly #arrivals: Arrival[] = [];
  readonly #publishes: Arrival<PublishPacket>[] = [];
  #taken = 0;
  #packetId = 0;
  #fault: string | undefined;
  #atMs = 0;
  #closed = false;
  /** Whether it answers PUBLISH, PUBREC and PUBREL by itself. */
  acknowledges = true;
  /** Resolves when the connection is over, from whichever side. */
  readonly ended: Promise<void>;

  constructor(wire: Wire, { clock = systemClock, watch }: WireOptions = {}) {
    this.#wire = wire;
    this.#clock = clock;
    this.#watch = watch;
    const socket = wire.stream;
    this.#reader = new StreamReader(
      TO_CLIENT,
      this.#state,
      {
        packet: (bytes, start, end) => this.#packet(bytes, start, end),
        opaque: (_bytes, _start, _end, _length, fault) => {
          if (fault !== undefined) this.#fault = fault.malformed.message;
        },
      },
      { maxPacketBytes },
    );
    socket.on('data', (chunk: Buffer) => {
      this.#atMs = this.#clock.now();
      this.#reader.push(chunk);
    });
    // What the network says of the end is not a fault of the caller: `ended` tells it.
    socket.on('error', () => {});
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        this.#closed = true;
        for (const { fail } of this.#waiting) fail(this.#failure('The connection was closed'));
        this.#waiting.clear();
        resolve();
      });
    });
  }

  /** Opens the Network Connection. Rejects with the system's error. */
  static open({ host, port }: ServerAddress): Promise<WireClient> {
    const socket = connect({ host, port, noDelay: true });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new WireClient({ stream: socket, reset: () => socket.resetAndDestroy() }));
      });
    });
  }

  /** Everything that came, in order. */
  get arrivals(): readonly Arrival[] {
    return this.#arrivals;
  }

  /** Whether the connection is over, from whichever side. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Of its CONNECT; 5 until then. */
  get version(): ProtocolVersion {
    return this.#state.version ?? 5;
  }

  /** What was received that is no MQTT packet, or a malformed one. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Sends CONNECT and waits for CONNACK, whatever it says. Rejects with a WaitError when none comes. */
  async connect(packet: ConnectPacket): Promise<ConnackPacket> {
    this.send(packet);
    return (await this.next('connack')).packet;
  }

  /** Subscribes to one Topic Filter and waits for SUBACK, whatever it says. */
  async subscribe(
    topicFilter: string,
    qos: QoS,
    options: Partial<Subscription> = {},
    properties: Properties = [],
  ): Promise<SubackPacket> {
    const packetId = this.#nextPacketId();
    const subscriptions = [{ ...plainOptions, ...options, topicFilter, qos }];
    this.send({ type: 'subscribe', packetId, properties, subscriptions });
    return (await this.next('suback')).packet;
  }

  /** Sends a PUBLISH. Does not wait for its acknowledgement. */
  publish(topic: string, payload: Uint8Array, qos: QoS, more: Partial<PublishPacket> = {}): void {
    const packetId = qos === 0 ? undefined : this.#nextPacketId();
    const plain = { type: 'publish', dup: false, retain: false, properties: [] } as const;
    this.send({ ...plain, packetId, ...more, topic, payload, qos });
  }

  send(packet: Packet): void {
    if (packet.type === 'connect') this.#state.version = packet.version;
    this.sendBytes(encodePacket(packet, this.version));
  }

  sendBytes(bytes: Uint8Array): void {
    if (!this.#wire.stream.writable) return;
    this.#watch?.(TO_SERVER, bytes, this.#clock.now());
    this.#wire.stream.write(bytes);
  }

  /** The next packet of a type that was not taken yet. Rejects with a WaitError when none comes in time. */
  next<T extends PacketType>(type: T, withinMs = answerWithinMs): Promise<Arrival<PacketOf<T>>> {
    return this.#next(
      (arrival): arrival is Arrival<PacketOf<T>> => arrival.packet.type === type,
      type,
      withinMs,
    );
  }

  /** Waits until `count` PUBLISH packets have come in all. Rejects with a WaitError that says how many did. */
  async messages(count: number, withinMs = answerWithinMs): Promise<readonly Arrival<PublishPacket>[]> {
    const publishes = this.#publishes;
    if (publishes.length < count) {
      const came = (): string => `${publishes.length} of ${count} messages came`;
      await this.#wait(() => publishes.length >= count, withinMs, came);
    }
    return publishes;
  }

  /** Every PUBLISH that has come. */
  get publishes(): readonly Arrival<PublishPacket>[] {
    return this.#publishes;
  }

  /** From now on, what comes is given to `take` as it is, with the time of its arrival, and not read here any more. */
  handOver(take: (bytes: Uint8Array, atMs: number) => void): void {
    this.#wire.stream.removeAllListeners('data');
    this.#wire.stream.on('data', (chunk: Buffer) => take(chunk, this.#clock.now()));
  }

  /** Ends this side by FIN, and resolves when the other side has ended too. */
  async fin(): Promise<void> {
    this.#wire.stream.end();
    await this.ended;
  }

  /** Cuts the connection by RST. */
  reset(): void {
    this.#wire.reset();
  }

  /** DISCONNECT with this Reason Code, then FIN. */
  async disconnect(reasonCode = 0, properties: Properties = []): Promise<void> {
    this.send({ type: 'disconnect', reasonCode, properties });
    await this.fin();
  }

  #nextPacketId(): number {
    this.#packetId = (this.#packetId % 0xffff) + 1;
    return this.#packetId;
  }

  async #next<P extends Packet>(
    wanted: (arrival: Arrival) => arrival is Arrival<P>,
    what: string,
    withinMs: number,
  ): Promise<Arrival<P>> {
    for (; this.#taken < this.#arrivals.length; this.#taken += 1) {
      const arrival = this.#arrivals[this.#taken];
      if (arrival === undefined || !wanted(arrival)) continue;
      this.#taken += 1;
      return arrival;
    }
    const arrival = await this.#wait(wanted, withinMs, () => `No ${what.toUpperCase()} came`);
    this.#taken = this.#arrivals.indexOf(arrival) + 1;
    if (!wanted(arrival)) throw this.#failure(`No ${what.toUpperCase()} came`);
    return arrival;
  }

  #wait(wanted: (arrival: Arrival) => boolean, withinMs: number, what: () => string): Promise<Arrival> {
    if (this.#closed) return Promise.reject(this.#failure(`${what()}, and the connection is closed`));
    return new Promise((resolve, reject) => {
      const done = (): void => {
        cancel();
        this.#waiting.delete(waiting);
      };
      const waiting: Waiting = {
        wanted,
        settle: (arrival) => {
          done();
          resolve(arrival);
        },
        fail: (error) => {
          done();
          reject(error);
        },
      };
      const cancel = this.#clock.schedule(this.#clock.now() + withinMs, () =>
        waiting.fail(this.#failure(`${what()} within ${withinMs} ms`)),
      );
      this.#waiting.add(waiting);
    });
  }

  #failure(what: string): WaitError {
    const types = this.#arrivals.slice(-10).map((each) => each.packet.type);
    const fault = this.#fault === undefined ? '' : ` What came could not be read: ${this.#fault}`;
    return new WaitError(`${what}; the last packets were: ${types.join(', ') || 'none'}.${fault}`);
  }

  #packet(bytes: Uint8Array, start: number, end: number): void {
    // The packet keeps views into what is read.
    const own = new Uint8Array(bytes.subarray(start, end));
    this.#watch?.(TO_CLIENT, own, this.#atMs);
    const decoded = decodePacket(own, 0, own.length, this.version, TO_CLIENT);
    if (!decoded.ok) this.#fault = decoded.malformed.message;
    const packet = decoded.ok ? decoded.packet : lenientPublish(own, this.version);
    if (packet === undefined) return;
    const malformed = decoded.ok ? undefined : decoded.malformed.message;
    const arrival = { packet, atMs: this.#atMs, malformed };
    this.#arrivals.push(arrival);
    if (packet.type === 'publish') this.#publishes.push({ packet, atMs: this.#atMs, malformed });
    if (this.acknowledges) this.#answer(packet);
    for (const waiting of this.#waiting) if (waiting.wanted(arrival)) waiting.settle(arrival);
  }

  #answer(packet: Packet): void {
    const answer = (type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', packetId: number): void =>
      this.send({ type, packetId, reasonCode: 0, properties: [] });
    if (packet.type === 'publish' && packet.packetId !== undefined) {
      answer(packet.qos === 1 ? 'puback' : 'pubrec', packet.packetId);
    } else if (packet.type === 'pubrec' && packet.reasonCode < 0x80) answer('pubrel', packet.packetId);
    else if (packet.type === 'pubrel') answer('pubcomp', packet.packetId);
  }
}
