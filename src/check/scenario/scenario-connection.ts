/** One Network Connection of a scenario's Client, as far as steps are judged by it. */
import {
  type ConnectPacket,
  type Direction,
  type Packet,
  type SubscribePacket,
  TO_SERVER,
} from '../../mqtt/packet.ts';
import { PROPERTY, propertyNumber, propertyString } from '../../mqtt/properties.ts';
import { sharedSubscription, topicMatches } from '../../mqtt/topics.ts';
import type { ConnectionEnd } from '../../session/model.ts';
import { LinkFaults } from './link-faults.ts';

interface Seen {
  readonly seq: number;
  readonly atMs: number;
}

interface Watched {
  readonly sinceMs: number;
  readonly noLocal: boolean;
}

/** A Server must not send a Topic Alias above what the Client allows; memory stays bounded where it does. */
const aliasLimit = 1000;

export class ScenarioConnection {
  readonly id: number;
  /** Empty for an observer, which is no Client of the scenario. */
  readonly profile: string;
  readonly server: string;
  readonly openedSeq: number;
  /** Its newest record. */
  lastSeq: number;
  connect: ConnectPacket | undefined;
  connectSeq = 0;
  connack: (Seen & { readonly reasonCode: number; readonly sessionPresent: boolean }) | undefined;
  /** Effective: as the Server assigned it, if it did. */
  clientId = '';
  clientDisconnect: (Seen & { readonly reasonCode: number }) | undefined;
  serverDisconnect: (Seen & { readonly reasonCode: number }) | undefined;
  closed: (Seen & { readonly end: ConnectionEnd }) | undefined;
  frozen = false;
  /** What came from the Server could not be read. */
  blind = false;
  readonly faults = new LinkFaults();
  readonly #asked = new Map<number, SubscribePacket>();
  /** Accepted subscriptions by Topic Filter; those of the Session where the Server kept it. */
  #subscriptions = new Map<string, Watched>();
  /** What the Server answered where it did not let it subscribe, by Topic Filter. */
  readonly refused = new Map<string, { readonly seq: number; readonly reasonCode: number }>();
  readonly #aliases = [new Map<number, string>(), new Map<number, string>()] as const;

  constructor(id: number, profile: string, server: string, openedSeq: number) {
    this.id = id;
    this.profile = profile;
    this.server = server;
    this.openedSeq = openedSeq;
    this.lastSeq = openedSeq;
  }

  /** Whether it only watches for wills. */
  get isObserver(): boolean {
    return this.profile === '';
  }

  /** What to call it in a sentence. */
  get name(): string {
    return this.isObserver ? 'The observer' : this.profile;
  }

  get accepted(): boolean {
    return this.connack?.reasonCode === 0;
  }

  /** When the connection ended: by DISCONNECT of either side, or by its close. Undefined while it is open. */
  get ended(): Seen | undefined {
    const ends = [this.clientDisconnect, this.serverDisconnect, this.closed];
    return ends.filter((each) => each !== undefined).sort((a, b) => a.atMs - b.atMs)[0];
  }

  /** Whether the Server ended it, and not we. */
  get endedByServer(): Seen | undefined {
    const { serverDisconnect, closed, clientDisconnect } = this;
    if (clientDisconnect !== undefined) return undefined;
    return serverDisconnect ?? (closed?.end.by === 'server' ? closed : undefined);
  }

  /** Any packet but a PUBLISH. `before` is the connection of the same Client Identifier whose Session this one may resume. */
  packet(
    seq: number,
    atMs: number,
    direction: Direction,
    packet: Packet,
    before: ScenarioConnection | undefined,
  ): void {
    switch (packet.type) {
      case 'connect':
        this.connect ??= packet;
        this.connectSeq ||= seq;
        this.clientId = packet.clientId;
        break;
      case 'connack': {
        const { reasonCode, sessionPresent, properties } = packet;
        this.connack ??= { seq, atMs, reasonCode, sessionPresent };
        this.clientId = propertyString(properties, PROPERTY.assignedClientIdentifier) ?? this.clientId;
        if (sessionPresent && before !== undefined) this.#subscriptions = before.#subscriptions;
        break;
      }
      case 'subscribe':
        this.#asked.set(packet.packetId, packet);
        break;
      case 'suback':
        this.#granted(packet.packetId, packet.reasonCodes, seq, atMs);
        break;
      case 'unsubscribe':
        for (const filter of packet.topicFilters) this.#subscriptions.delete(filter);
        break;
      case 'disconnect':
        if (direction === TO_SERVER) this.clientDisconnect ??= { seq, atMs, reasonCode: packet.reasonCode };
        else this.serverDisconnect ??= { seq, atMs, reasonCode: packet.reasonCode };
        break;
      default:
    }
  }

  /** The topic of a PUBLISH, also where an alias stands for it; empty when that is not known. */
  topicOf(direction: Direction, topic: string, alias: number | undefined): string {
    if (alias === undefined) return topic;
    const aliases = this.#aliases[direction];
    if (topic === '') return aliases.get(alias) ?? '';
    if (aliases.has(alias) || aliases.size < aliasLimit) aliases.set(alias, topic);
    return topic;
  }

  /** Whether it would have received a message of this size all the time since then, and we would know. */
  watches(topic: string, bytes: number, fromMs: number, publisher: string): boolean {
    if (!this.accepted || this.blind || this.frozen || this.faults.holds) return false;
    if (this.ended !== undefined) return false;
    if ((this.connack?.atMs ?? Number.POSITIVE_INFINITY) > fromMs) return false;
    const limit = propertyNumber(this.connect?.properties ?? [], PROPERTY.maximumPacketSize);
    if (limit !== undefined && bytes > limit) return false;
    for (const [filter, { sinceMs, noLocal }] of this.#subscriptions) {
      if (sinceMs > fromMs || (noLocal && publisher === this.clientId)) continue;
      // Of a shared subscription another Client may have got the message.
      if (sharedSubscription(filter) === undefined && topicMatches(filter, topic)) return true;
    }
    return false;
  }

  #granted(packetId: number, reasonCodes: readonly number[], seq: number, atMs: number): void {
    const asked = this.#asked.get(packetId);
    this.#asked.delete(packetId);
    for (const [index, { topicFilter, noLocal }] of (asked?.subscriptions ?? []).entries()) {
      const reasonCode = reasonCodes[index] ?? 0x80;
      if (reasonCode >= 0x80) {
        this.refused.set(topicFilter, { seq, reasonCode });
        continue;
      }
      this.refused.delete(topicFilter);
      const before = this.#subscriptions.get(topicFilter);
      const sinceMs = before?.noLocal === noLocal ? before.sinceMs : atMs;
      this.#subscriptions.set(topicFilter, { sinceMs, noLocal });
    }
  }
}
