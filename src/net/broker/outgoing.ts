import type { Packet, ProtocolVersion } from '../../mqtt/packet.ts';
import type { Clock } from '../clock.ts';
import { Fifo } from './fifo.ts';
import type { Limited } from './limits.ts';
import type { Delivery, Message } from './message.ts';
import type { PublishForm } from './publish-forms.ts';
import type { QueueMemory } from './queue-memory.ts';
import { firstFailure, REASON } from './reasons.ts';
import type { BrokerStats } from './stats.ts';

/** What carries a Session's packets to its Client. */
export interface Carrier {
  readonly version: ProtocolVersion;
  /** Unacknowledged QoS 1 and 2 messages that the Client takes (v5 3.1.2.11.3). */
  readonly receiveMaximum: number;
  /**
   * Whether deliveries must wait until the Client has read what was sent. `Outgoing.pump` is called when it
   * has.
   */
  readonly congested: boolean;
  /** Answers false, and sends nothing, when the packet is larger than the Client's Maximum Packet Size. */
  send(packet: Packet): boolean;
  /** Sends a PUBLISH. Answers as `send`. */
  publish(message: Message, form: PublishForm): boolean;
  /** The Client does not keep up, and by the settings its connection is to end for that. */
  overflow(): void;
}

/** What acknowledgements mean. */
export type Acknowledged = 'expected' | 'unknown' | 'wrong-qos';

/** What the parts of a broker share that a queue needs. */
export interface OutgoingWorld extends Limited {
  readonly clock: Clock;
  readonly stats: BrokerStats;
  readonly memory: QueueMemory;
}

const largestPacketId = 0xffff;

/**
 * The messages of one Session on their way to its Client: waiting, in flight, and to be sent again. Outlives
 * the Network Connection (v5 4.1, 4.4); what waits is bounded, and is sent no faster than the Client
 * acknowledges (v5 4.9).
 */
export class Outgoing {
  readonly #world: OutgoingWorld;
  /** Whose it is: of a Shared Subscription, who is not to get a message that is passed on. */
  readonly #owner: object;
  #carrier: Carrier | undefined;
  readonly #waiting = new Fifo<Delivery>();
  /** QoS 0, and only while the connection is congested. */
  readonly #waitingQos0 = new Fifo<Delivery>();
  /** PUBLISH sent and not acknowledged by PUBACK or PUBREC, in the order of the first sending. */
  readonly #unacknowledged = new Map<number, Delivery>();
  /** PUBREL sent and no PUBCOMP received, in the order of the PUBRECs (v5 [MQTT-4.6.0-4]). */
  readonly #released = new Set<number>();
  /** Of `#unacknowledged`, what was sent over an earlier connection only. */
  #resend = new Fifo<number>();
  /** Messages under way over this connection: what the Client's Receive Maximum counts. */
  readonly #open = new Set<number>();
  #lastPacketId = 0;
  #bytes = 0;

  constructor(world: OutgoingWorld, owner: object) {
    this.#world = world;
    this.#owner = owner;
  }

  /** Messages that wait to be sent. */
  get queued(): number {
    return this.#waiting.length + this.#waitingQos0.length;
  }

  /** QoS 1 and 2 messages whose exchange is not finished. */
  get inFlight(): number {
    return this.#unacknowledged.size + this.#released.size;
  }

  /** Whether a message given to it now would have to wait. */
  get busy(): boolean {
    const carrier = this.#carrier;
    return carrier === undefined || carrier.congested || this.#open.size >= this.#window(carrier);
  }

  /**
   * A connection takes over; what was not acknowledged is sent again with its Packet Identifier (v5
   * [MQTT-4.4.0-1], [MQTT-4.6.0-1]; v3.1.1 [MQTT-4.4.0-1], [MQTT-4.6.0-1]).
   */
  attach(carrier: Carrier): void {
    this.#carrier = carrier;
    this.#open.clear();
    this.#resend = new Fifo();
    for (const packetId of this.#unacknowledged.keys()) this.#resend.push(packetId);
    for (const packetId of this.#released) {
      carrier.send({ type: 'pubrel', packetId, reasonCode: REASON.success, properties: [] });
    }
    this.pump();
  }

  /**
   * The connection has ended. QoS 0 is not kept for the next one (v5 4.1: it may, and need not, be); what was
   * shared and not yet sent goes to others of its group who are connected.
   */
  detach(): void {
    this.#carrier = undefined;
    this.#open.clear();
    for (;;) {
      const delivery = this.#waitingQos0.shift();
      if (delivery === undefined) break;
      this.#release(delivery);
    }
    this.#passOnWaiting();
  }

  /**
   * The Session has ended. Of a Shared Subscription, what was not sent and QoS 1 that was not acknowledged goes to
   * others of its group; QoS 2 that was sent never does (v5 [MQTT-4.8.2-5]).
   */
  end(): void {
    for (const delivery of this.#unacknowledged.values()) {
      if (delivery.qos === 1) delivery.shared?.passOn(delivery.message, this.#owner);
      this.#release(delivery);
    }
    this.#unacknowledged.clear();
    this.#passOnWaiting();
    for (let left = this.#waiting.shift(); left !== undefined; left = this.#waiting.shift()) {
      this.#release(left);
    }
  }

  push(delivery: Delivery): void {
    const carrier = this.#carrier;
    if (delivery.qos === 0) {
      if (carrier === undefined) return;
      if (!carrier.congested && this.#waitingQos0.length === 0) {
        carrier.publish(delivery.message, formOf(delivery, undefined, false));
        return;
      }
    }
    const { message } = delivery;
    if (!this.#hasRoom(message) && !this.#makeRoom(message)) {
      this.#world.stats.publishDropped += 1;
      return;
    }
    this.#hold(delivery);
    if (delivery.qos === 0) this.#waitingQos0.push(delivery);
    else {
      this.#waiting.push(delivery);
      this.pump();
    }
  }

  /** Sends what may be sent now. */
  pump(): void {
    const carrier = this.#carrier;
    if (carrier === undefined) return;
    while (!carrier.congested) {
      const delivery = this.#waitingQos0.shift();
      if (delivery === undefined) break;
      this.#release(delivery);
      if (delivery.message.isExpired(this.#world.clock.now())) continue;
      carrier.publish(delivery.message, formOf(delivery, undefined, false));
    }
    // v5 [MQTT-3.3.4-9]: never more unacknowledged than the Client's Receive Maximum.
    const window = this.#window(carrier);
    while (this.#open.size < window && !carrier.congested) {
      if (!this.#sendNext(carrier)) break;
    }
  }

  /** PUBACK came. */
  acknowledge(packetId: number): Acknowledged {
    const delivery = this.#unacknowledged.get(packetId);
    if (delivery === undefined) return 'unknown';
    if (delivery.qos !== 1) return 'wrong-qos';
    this.#finish(packetId, delivery);
    this.pump();
    return 'expected';
  }

  /**
   * PUBREC came. After `expected` with a Reason Code below 0x80, PUBREL is to be sent (v5 [MQTT-4.3.3-4]).
   */
  receive(packetId: number, reasonCode: number): Acknowledged {
    if (this.#released.has(packetId)) {
      if (reasonCode >= firstFailure) this.complete(packetId);
      return 'expected';
    }
    const delivery = this.#unacknowledged.get(packetId);
    if (delivery === undefined) return 'unknown';
    if (delivery.qos !== 2) return 'wrong-qos';
    if (reasonCode >= firstFailure) {
      // v5 4.3.3: the Packet Identifier is free again, and the message is not sent a second time.
      this.#finish(packetId, delivery);
      this.pump();
      return 'expected';
    }
    this.#unacknowledged.delete(packetId);
    this.#release(delivery);
    this.#released.add(packetId);
    return 'expected';
  }

  /** PUBCOMP came. */
  complete(packetId: number): Acknowledged {
    if (!this.#released.delete(packetId)) return 'unknown';
    this.#open.delete(packetId);
    this.pump();
    return 'expected';
  }

  #window({ receiveMaximum }: Carrier): number {
    return Math.min(receiveMaximum, this.#world.limits.inFlightMaximum);
  }

  #sendNext(carrier: Carrier): boolean {
    const again = this.#resend.shift();
    if (again !== undefined) {
      const delivery = this.#unacknowledged.get(again);
      if (delivery === undefined) return true;
      this.#open.add(again);
      // v5 [MQTT-3.3.1-1]: DUP is 1 when it is sent again.
      const sent = carrier.publish(delivery.message, formOf(delivery, again, true));
      if (!sent) this.#finish(again, delivery);
      return true;
    }
    const delivery = this.#waiting.peek();
    if (delivery === undefined) return false;
    if (delivery.message.isExpired(this.#world.clock.now())) {
      this.#waiting.shift();
      this.#release(delivery);
      return true;
    }
    const packetId = this.#freePacketId();
    if (packetId === undefined) return false;
    this.#waiting.shift();
    this.#unacknowledged.set(packetId, delivery);
    this.#open.add(packetId);
    const sent = carrier.publish(delivery.message, formOf(delivery, packetId, false));
    // v5 [MQTT-3.1.2-25]: too large for this Client; the Server goes on as if it had been delivered.
    if (!sent) this.#finish(packetId, delivery);
    return true;
  }

  #hasRoom(message: Message): boolean {
    const { queuedMessages, queuedBytes } = this.#world.limits;
    return (
      this.queued + this.#unacknowledged.size < queuedMessages &&
      this.#bytes + message.bytes <= queuedBytes &&
      this.#world.memory.hasRoomFor(message)
    );
  }

  /** As the settings say. Answers whether there is room now. */
  #makeRoom(message: Message): boolean {
    const { queuePolicy } = this.#world.limits;
    if (queuePolicy === 'disconnect') this.#carrier?.overflow();
    if (queuePolicy !== 'dropOldest') return false;
    while (!this.#hasRoom(message)) {
      const oldest = this.#waitingQos0.shift() ?? this.#waiting.shift();
      if (oldest === undefined) return false;
      this.#release(oldest);
      this.#world.stats.publishDropped += 1;
    }
    return true;
  }

  #hold({ message }: Delivery): void {
    this.#bytes += message.bytes;
    this.#world.memory.hold(message);
  }

  #release({ message }: Delivery): void {
    this.#bytes -= message.bytes;
    this.#world.memory.release(message);
  }

  #passOnWaiting(): void {
    // As many as there are now: what stays goes to the end again, and so keeps its order.
    for (let left = this.#waiting.length; left > 0; left--) {
      const delivery = this.#waiting.shift();
      if (delivery === undefined) break;
      if (delivery.shared?.passOn(delivery.message, this.#owner) === true) {
        this.#release(delivery);
      } else this.#waiting.push(delivery);
    }
  }

  #finish(packetId: number, delivery: Delivery): void {
    this.#unacknowledged.delete(packetId);
    this.#open.delete(packetId);
    this.#release(delivery);
  }

  /** v5 [MQTT-2.2.1-4]: one that is not in use. */
  #freePacketId(): number | undefined {
    if (this.inFlight >= largestPacketId) return undefined;
    for (;;) {
      this.#lastPacketId = (this.#lastPacketId % largestPacketId) + 1;
      if (!this.#unacknowledged.has(this.#lastPacketId) && !this.#released.has(this.#lastPacketId)) {
        return this.#lastPacketId;
      }
    }
  }
}

function formOf(
  { qos, retain, subscriptionIdentifiers }: Delivery,
  packetId: number | undefined,
  dup: boolean,
): PublishForm {
  return { qos, retain, dup, packetId, subscriptionIdentifiers };
}
