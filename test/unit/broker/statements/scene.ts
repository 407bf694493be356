import { expect } from 'vitest';
import { decodePacket } from '../../../../src/mqtt/decode.ts';
import {
  type Packet,
  type PacketType,
  type Property,
  type PublishPacket,
  type QoS,
  type Subscription,
  TO_CLIENT,
} from '../../../../src/mqtt/packet.ts';
import type { Broker, BrokerOptions } from '../../../../src/net/broker/broker.ts';
import { FrameBuffer } from '../../../../src/net/broker/frame-buffer.ts';
import type { SandboxSettings } from '../../../../src/profile/model.ts';
import { duplexPair, settled } from '../../support/duplex-pair.ts';
import { type Harness, harness } from '../harness.ts';
import type { ConnectWish, TestClient } from '../test-client.ts';

/** The versions that number their statements. */
export type TestedVersion = 4 | 5;

const plainOptions = { noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;

/** A broker, a version and Clients: what each case plays in. */
export class Scene {
  readonly version: TestedVersion;
  #harness: Harness | undefined;

  constructor(version: TestedVersion) {
    this.version = version;
  }

  /** Starts the broker with settings. Without a call it starts plain. */
  serve(settings: Partial<SandboxSettings> = {}, options: BrokerOptions = {}): this {
    this.#harness = harness(settings, options);
    return this;
  }

  get #served(): Harness {
    this.#harness ??= harness();
    return this.#harness;
  }

  get broker(): Broker {
    return this.#served.broker;
  }

  /** Client Identifiers of the Sessions that the broker holds. */
  get sessions(): readonly string[] {
    return this.broker.state().sessions.map((session) => session.clientId);
  }

  /** A connection without CONNECT. */
  open(): TestClient {
    return this.#served.open();
  }

  /** A connection whose CONNECT was accepted, of this version. */
  connect(wish: ConnectWish = {}): Promise<TestClient> {
    return this.#served.connected({ version: this.version, ...wish });
  }

  /** The same with a Session that outlives the connection, by one hour at least; resumes one that exists. */
  lasting(clientId = 'demo', wish: ConnectWish = {}): Promise<TestClient> {
    return this.connect({ clientId, ...this.keeps, ...wish });
  }

  /** What a CONNECT says to keep its Session, and to resume it. */
  get keeps(): ConnectWish {
    return this.version === 5 ? { cleanStart: false, sessionExpiryInterval: 3_600 } : { cleanStart: false };
  }

  /** A Client of this version that is subscribed with QoS 2. */
  watcher(topicFilter = '#', wish: ConnectWish = {}): Promise<TestClient> {
    return this.#served.watcher(topicFilter, { version: this.version, ...wish });
  }

  advance(ms: number): Promise<void> {
    return this.#served.advance(ms);
  }

  /**
   * A connection that sends these bytes from its first on. Answers what came back, read by `version`, and whether the
   * Server closed it.
   */
  async bytes(...chunks: readonly Uint8Array[]): Promise<Answer> {
    const pair = duplexPair();
    const received: Buffer[] = [];
    let closed = false;
    pair.client.on('data', (chunk: Buffer) => received.push(chunk));
    pair.client.on('end', () => {
      closed = true;
    });
    pair.client.on('error', () => {
      closed = true;
    });
    this.broker.attach(pair.server);
    for (const chunk of chunks) pair.client.write(chunk);
    await settled();
    const frames = framesOf(Buffer.concat(received));
    return { packets: frames.map((frame) => packetOf(frame, this.version)), frames, closed };
  }
}

export interface Answer {
  readonly packets: readonly Packet[];
  /** The bytes of each. */
  readonly frames: readonly Uint8Array[];
  /** By the Server. */
  readonly closed: boolean;
}

function framesOf(bytes: Uint8Array): readonly Uint8Array[] {
  const buffer = new FrameBuffer(1 << 28);
  buffer.push(bytes);
  const frames: Uint8Array[] = [];
  for (;;) {
    const frame = buffer.next();
    if (frame === undefined) return frames;
    if (frame.kind !== 'packet') throw new Error(`The broker sent a broken packet: ${frame.kind}`);
    frames.push(new Uint8Array(frame.bytes.subarray(frame.start, frame.end)));
  }
}

function packetOf(frame: Uint8Array, version: TestedVersion): Packet {
  const decoded = decodePacket(frame, 0, frame.length, version, TO_CLIENT);
  if (!decoded.ok) throw new Error(`The broker sent a malformed packet: ${decoded.malformed.message}`);
  return decoded.packet;
}

/**
 * A CONNECT that does not conform: closed, with nothing more than a CONNACK of 5.0 that tells one of `codes` (v5
 * [MQTT-3.1.4-1], v3.1.1 [MQTT-3.1.4-1]).
 */
export async function expectRefused(scene: Scene, connect: Uint8Array, ...codes: number[]): Promise<void> {
  const { packets, closed } = await scene.bytes(connect);
  expect(closed).toBe(true);
  expect(scene.sessions).toEqual([]);
  if (scene.version === 4) {
    expect(packets).toEqual([]);
    return;
  }
  expect(packets.map((packet) => packet.type)).toEqual(['connack']);
  expect(packets[0]).toMatchObject({ sessionPresent: false, reasonCode: oneOf(codes) });
}

/** The connection was ended by the Server: in 5.0 with a DISCONNECT of one of `codes`, before without a word. */
export function expectEnded(client: TestClient, ...codes: number[]): void {
  const disconnect = client.takeIfAny('disconnect');
  expect(disconnect?.reasonCode).toEqual(client.version === 5 ? oneOf(codes) : undefined);
  expect(client.closed).toBe(true);
}

/** Sends bytes that break a rule over a connection that works, and awaits its end. */
export async function expectBreach(scene: Scene, bytes: Uint8Array, ...codes: number[]): Promise<void> {
  const client = await scene.connect({ clientId: 'breach' });
  client.sendBytes(bytes);
  await settled();
  expectEnded(client, ...codes);
  expect(scene.broker.state().clients.map((each) => each.clientId)).not.toContain('breach');
}

function oneOf(codes: readonly number[]): unknown {
  return codes.length === 1 ? codes[0] : expect.toSatisfy((code: number) => codes.includes(code));
}

/** SUBSCRIBE for several filters. */
export function subscribeTo(
  packetId: number,
  filters: readonly (readonly [topicFilter: string, qos: QoS, more?: Partial<Subscription>])[],
  properties: readonly Property[] = [],
): Packet {
  const subscriptions = filters.map(([topicFilter, qos, more]) => ({
    topicFilter,
    qos,
    ...plainOptions,
    ...more,
  }));
  return { type: 'subscribe', packetId, properties, subscriptions };
}

export function unsubscribeFrom(packetId: number, ...topicFilters: readonly string[]): Packet {
  return { type: 'unsubscribe', packetId, properties: [], topicFilters };
}

export function ack(
  type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp',
  packetId: number,
  reasonCode = 0,
): Packet {
  return { type, packetId, reasonCode, properties: [] };
}

/** Sends packets and lets what follows happen. */
export async function send(client: TestClient, ...packets: readonly Packet[]): Promise<void> {
  for (const packet of packets) client.send(packet);
  await settled();
}

/** Every PUBLISH of the inbox, taken. */
export function takePublishes(client: TestClient): readonly PublishPacket[] {
  const taken: PublishPacket[] = [];
  for (;;) {
    const packet = client.takeIfAny('publish');
    if (packet === undefined) return taken;
    taken.push(packet);
  }
}

/** The types of the packets that were received and not taken, in order. */
export function inboxTypes(client: TestClient): readonly PacketType[] {
  return client.inbox.map((packet) => packet.type);
}
