import { decodePacket } from '../../../src/mqtt/decode.ts';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import {
  type ConnackPacket,
  type ConnectPacket,
  type Packet,
  type PacketType,
  type Property,
  type ProtocolVersion,
  type PublishPacket,
  type QoS,
  type SubackPacket,
  type Subscription,
  TO_CLIENT,
  type WillMessage,
} from '../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../src/mqtt/properties.ts';
import type { Broker } from '../../../src/net/broker/broker.ts';
import { FrameBuffer } from '../../../src/net/broker/frame-buffer.ts';
import { duplexPair, type LinkEnd, settled } from '../support/duplex-pair.ts';

/** Sees what passes at the Client's end. */
export interface ClientTap {
  sent(bytes: Uint8Array): void;
  received(bytes: Uint8Array): void;
  ended(end: { readonly by: 'client' | 'server'; readonly how: 'fin' | 'reset' }): void;
}

type Having<T extends PacketType, P extends Packet> = P extends Packet
  ? T extends P['type']
    ? P
    : never
  : never;

/** The packet of a type: one interface may serve several. */
export type PacketOf<T extends PacketType> = Having<T, Packet>;

/** What a test says of a CONNECT; the rest has plain values. */
export interface ConnectWish {
  readonly version?: ProtocolVersion;
  readonly clientId?: string;
  readonly cleanStart?: boolean;
  readonly keepAliveSeconds?: number;
  /** 5.0 only, in seconds. */
  readonly sessionExpiryInterval?: number;
  readonly properties?: readonly Property[];
  readonly will?: Partial<WillMessage> & { readonly willDelayInterval?: number };
  readonly userName?: string;
  readonly password?: string;
}

export function number(id: number, value: number): Property {
  return { id, kind: 'number', value };
}

export function utf8(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

export function connectPacket(wish: ConnectWish = {}): ConnectPacket {
  const version = wish.version ?? 5;
  const properties = [...(wish.properties ?? [])];
  if (wish.sessionExpiryInterval !== undefined) {
    properties.push(number(PROPERTY.sessionExpiryInterval, wish.sessionExpiryInterval));
  }
  return {
    type: 'connect',
    protocolName: version === 3 ? 'MQIsdp' : 'MQTT',
    version,
    cleanStart: wish.cleanStart ?? true,
    keepAliveSeconds: wish.keepAliveSeconds ?? 0,
    clientId: wish.clientId ?? 'demo',
    properties,
    will: wish.will === undefined ? undefined : willMessage(wish.will),
    userName: wish.userName,
    password: wish.password === undefined ? undefined : utf8(wish.password),
  };
}

function willMessage(will: Partial<WillMessage> & { readonly willDelayInterval?: number }): WillMessage {
  const properties = [...(will.properties ?? [])];
  if (will.willDelayInterval !== undefined) {
    properties.unshift(number(PROPERTY.willDelayInterval, will.willDelayInterval));
  }
  return {
    topic: will.topic ?? 'offline',
    payload: will.payload ?? utf8("I'm offline"),
    qos: will.qos ?? 1,
    retain: will.retain ?? false,
    properties,
  };
}

/**
 * A Client at the other end of a link in memory. Reads on its own, and acknowledges what it gets unless told
 * not to.
 */
export class TestClient {
  readonly link: LinkEnd;
  readonly #frames = new FrameBuffer(1 << 28);
  readonly #tap: ClientTap | undefined;
  #version: ProtocolVersion = 5;
  #packetId = 0;
  #over = false;
  /** Everything received and not taken, in order. */
  readonly inbox: Packet[] = [];
  acknowledges = true;
  /** Whether it makes packets of what it gets. */
  reads = true;

  constructor(broker: Broker, tap?: ClientTap, highWaterMark?: number) {
    const pair = duplexPair(highWaterMark);
    this.link = pair.client;
    this.#tap = tap;
    this.link.on('data', (chunk: Buffer) => this.#received(chunk));
    this.link.on('end', () => this.#ended('server', 'fin'));
    this.link.on('error', () => this.#ended('server', 'reset'));
    broker.attach(pair.server);
  }

  /** Whether the connection is over, from whichever side. */
  get closed(): boolean {
    return this.#over;
  }

  get version(): ProtocolVersion {
    return this.#version;
  }

  send(packet: Packet): void {
    if (packet.type === 'connect') this.#version = packet.version;
    this.sendBytes(encodePacket(packet, this.#version));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#tap?.sent(bytes);
    this.link.write(bytes);
  }

  /** Sends CONNECT and takes the CONNACK. */
  async connect(wish: ConnectWish = {}): Promise<ConnackPacket> {
    this.send(connectPacket(wish));
    await settled();
    return this.take('connack');
  }

  async subscribe(
    topicFilter: string,
    qos: QoS = 1,
    more: Partial<Subscription> = {},
    properties: Property[] = [],
  ): Promise<SubackPacket> {
    const options = { noLocal: false, retainAsPublished: false, retainHandling: 0, ...more } as const;
    this.send({
      type: 'subscribe',
      packetId: this.nextPacketId(),
      properties,
      subscriptions: [{ topicFilter, qos, ...options }],
    });
    await settled();
    return this.take('suback');
  }

  /**
   * Sends PUBLISH, and for QoS 2 plays its exchange to the end. Answers the Packet Identifier; 0 for QoS 0.
   */
  async publish(topic: string, more: Partial<PublishPacket> | string = {}): Promise<number> {
    const wish = typeof more === 'string' ? { payload: utf8(more) } : more;
    const qos = wish.qos ?? 0;
    const packetId = qos === 0 ? 0 : (wish.packetId ?? this.nextPacketId());
    this.send({
      type: 'publish',
      dup: false,
      retain: false,
      properties: [],
      payload: utf8('x'),
      ...wish,
      topic,
      qos,
      packetId: qos === 0 ? undefined : packetId,
    });
    await settled();
    return packetId;
  }

  async disconnect(reasonCode = 0, properties: Property[] = []): Promise<void> {
    this.send({ type: 'disconnect', reasonCode, properties });
    await this.close();
  }

  /** FIN. */
  async close(): Promise<void> {
    this.#ended('client', 'fin');
    this.link.end();
    await settled();
  }

  /** RST. */
  async reset(): Promise<void> {
    this.#ended('client', 'reset');
    this.link.reset();
    await settled();
  }

  /** Takes the first packet of a type out of the inbox; fails when there is none. */
  take<T extends PacketType>(type: T): PacketOf<T> {
    const packet = this.takeIfAny(type);
    if (packet === undefined) {
      const held = this.inbox.map((each) => each.type).join(', ');
      throw new Error(
        `No ${type} was received, only [${held}]${this.#over ? ', and the link is closed' : ''}.`,
      );
    }
    return packet;
  }

  takeIfAny<T extends PacketType>(type: T): PacketOf<T> | undefined {
    const index = this.inbox.findIndex((each) => each.type === type);
    if (index < 0) return undefined;
    const packet = this.inbox.splice(index, 1)[0];
    return packet !== undefined && isOf(packet, type) ? packet : undefined;
  }

  /** Takes every PUBLISH, as `topic=payload`. */
  takeMessages(): string[] {
    const messages: string[] = [];
    for (;;) {
      const packet = this.takeIfAny('publish');
      if (packet === undefined) return messages;
      messages.push(`${packet.topic}=${Buffer.from(packet.payload).toString()}`);
    }
  }

  nextPacketId(): number {
    this.#packetId += 1;
    return this.#packetId;
  }

  #ended(by: 'client' | 'server', how: 'fin' | 'reset'): void {
    if (this.#over) return;
    this.#over = true;
    this.#tap?.ended({ by, how });
  }

  #received(chunk: Buffer): void {
    if (this.#over) return;
    this.#tap?.received(chunk);
    if (!this.reads) return;
    this.#frames.push(chunk);
    for (;;) {
      const frame = this.#frames.next();
      if (frame === undefined) break;
      if (frame.kind !== 'packet') throw new Error(`The broker sent a broken packet: ${frame.kind}`);
      const copy = new Uint8Array(frame.bytes.subarray(frame.start, frame.end));
      const decoded = decodePacket(copy, 0, copy.length, this.#version, TO_CLIENT);
      if (!decoded.ok) throw new Error(`The broker sent a malformed packet: ${decoded.malformed.message}`);
      this.inbox.push(decoded.packet);
      this.#answer(decoded.packet);
    }
    this.#frames.compact();
  }

  #answer(packet: Packet): void {
    if (!this.acknowledges) return;
    const answer = (type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', packetId: number): void =>
      this.send({ type, packetId, reasonCode: 0, properties: [] });
    if (packet.type === 'publish' && packet.packetId !== undefined) {
      answer(packet.qos === 1 ? 'puback' : 'pubrec', packet.packetId);
    } else if (packet.type === 'pubrec' && packet.reasonCode < 0x80) answer('pubrel', packet.packetId);
    else if (packet.type === 'pubrel') answer('pubcomp', packet.packetId);
  }
}

function isOf<T extends PacketType>(packet: Packet, type: T): packet is PacketOf<T> {
  return packet.type === type;
}
