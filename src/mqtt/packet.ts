/**
 * MQTT Control Packets as data: what the whole depth of the reader yields and what the writer takes.
 * Names are the standard's terms. Properties keep their order and their repeats, because the standard
 * makes order matter (v5 [MQTT-3.1.3-10], [MQTT-3.3.2-18]).
 */

/** The protocol level on the wire (v5 3.1.2.2): 3 is MQTT 3.1, 4 is 3.1.1, 5 is 5.0. */
export type ProtocolVersion = 3 | 4 | 5;

export type QoS = 0 | 1 | 2;

/** Which way a packet travels: 0 from Client to Server, 1 from Server to Client. A number, for the columns. */
export const TO_SERVER = 0;
export const TO_CLIENT = 1;
export type Direction = typeof TO_SERVER | typeof TO_CLIENT;

/** A paragraph of the standard. `id` is a statement id (`MQTT-3.1.3-9`) or a section number (`3.1.2.11.2`). */
export interface StatementRef {
  readonly version: ProtocolVersion;
  readonly id: string;
}

/** One property as it stood on the wire. `pair` is a User Property; `bytes` is Binary Data. */
export type Property =
  | { readonly id: number; readonly kind: 'number'; readonly value: number }
  | { readonly id: number; readonly kind: 'string'; readonly value: string }
  | { readonly id: number; readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly id: number; readonly kind: 'pair'; readonly name: string; readonly value: string };

/** In the order of the wire. Always empty before 5.0. */
export type Properties = readonly Property[];

export interface WillMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: Properties;
}

export interface ConnectPacket {
  readonly type: 'connect';
  /** `MQTT`, or `MQIsdp` for 3.1. */
  readonly protocolName: string;
  readonly version: ProtocolVersion;
  /** Set when the highest bit of the Protocol Version is, as the bridges of Mosquitto do. The standard has no such bit. */
  readonly bridge?: true | undefined;
  /** Clean Start in 5.0, Clean Session before. */
  readonly cleanStart: boolean;
  /** In seconds; 0 is off. */
  readonly keepAliveSeconds: number;
  readonly clientId: string;
  readonly properties: Properties;
  readonly will?: WillMessage | undefined;
  readonly userName?: string | undefined;
  readonly password?: Uint8Array | undefined;
}

export interface ConnackPacket {
  readonly type: 'connack';
  /** Always false when read from a 3.1 Server, which has no such flag. */
  readonly sessionPresent: boolean;
  /** The Connect Reason Code of 5.0, the return code before. */
  readonly reasonCode: number;
  readonly properties: Properties;
}

export interface PublishPacket {
  readonly type: 'publish';
  readonly dup: boolean;
  readonly qos: QoS;
  readonly retain: boolean;
  /** Empty only with a Topic Alias. */
  readonly topic: string;
  /** Present when `qos` is above 0. */
  readonly packetId?: number | undefined;
  readonly properties: Properties;
  readonly payload: Uint8Array;
}

/** PUBACK, PUBREC, PUBREL, PUBCOMP. */
export interface AckPacket {
  readonly type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp';
  readonly packetId: number;
  /** 0x00 when the wire left it out. */
  readonly reasonCode: number;
  readonly properties: Properties;
}

export interface Subscription {
  readonly topicFilter: string;
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
}

export interface SubscribePacket {
  readonly type: 'subscribe';
  readonly packetId: number;
  readonly properties: Properties;
  readonly subscriptions: readonly Subscription[];
}

export interface SubackPacket {
  readonly type: 'suback';
  readonly packetId: number;
  readonly properties: Properties;
  readonly reasonCodes: readonly number[];
}

export interface UnsubscribePacket {
  readonly type: 'unsubscribe';
  readonly packetId: number;
  readonly properties: Properties;
  readonly topicFilters: readonly string[];
}

export interface UnsubackPacket {
  readonly type: 'unsuback';
  readonly packetId: number;
  readonly properties: Properties;
  /** Empty before 5.0. */
  readonly reasonCodes: readonly number[];
}

export interface PingreqPacket {
  readonly type: 'pingreq';
}

export interface PingrespPacket {
  readonly type: 'pingresp';
}

export interface DisconnectPacket {
  readonly type: 'disconnect';
  /** 0x00 when the wire left it out, and always before 5.0. */
  readonly reasonCode: number;
  readonly properties: Properties;
}

export interface AuthPacket {
  readonly type: 'auth';
  readonly reasonCode: number;
  readonly properties: Properties;
}

export type Packet =
  | ConnectPacket
  | ConnackPacket
  | PublishPacket
  | AckPacket
  | SubscribePacket
  | SubackPacket
  | UnsubscribePacket
  | UnsubackPacket
  | PingreqPacket
  | PingrespPacket
  | DisconnectPacket
  | AuthPacket;

export type PacketType = Packet['type'];

/** Why bytes are not an MQTT Control Packet, or break a rule of the protocol. Never thrown by the reader. */
export interface Malformed {
  /** A key of the reader's table of reasons, for example `duplicate-property`. */
  readonly reason: string;
  /** One sentence for people, naming the field. */
  readonly message: string;
  /** In bytes, from the start of the packet. */
  readonly offset: number;
  readonly statement: StatementRef;
  /** The reason code that a Server should answer with: 0x81 Malformed Packet, 0x82 Protocol Error, or a more telling one. */
  readonly reasonCode: number;
}

/**
 * One field of a packet beside its bytes. `start` and `end` are offsets in bytes from the start of the packet;
 * bits of one byte share a range. A group (properties, will) holds its parts in `fields`.
 */
export interface Field {
  readonly name: string;
  /** As shown to people; empty for a group. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly fields?: readonly Field[] | undefined;
  /** Set on what must not leave the engine in clear (Password, Authentication Data). */
  readonly secret?: boolean | undefined;
}

export type Decoded<T = Packet> =
  | { readonly ok: true; readonly packet: T }
  | { readonly ok: false; readonly malformed: Malformed };
