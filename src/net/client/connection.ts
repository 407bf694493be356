import { MqttClient } from 'mqtt';
import { encodePacket } from '../../mqtt/encode.ts';
import type {
  ConnackPacket,
  ConnectPacket,
  DisconnectPacket,
  Malformed,
  Packet,
  Subscription,
} from '../../mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../../mqtt/properties.ts';
import type { Clock } from '../clock.ts';
import type { Tap, TappedConnection, TappedEnd } from '../tap.ts';
import { connackRefused } from './connack-errors.ts';
import { endError } from './end-error.ts';
import { netErrors } from './errors.ts';
import { Exchanges } from './exchanges.ts';
import { Facade } from './facade.ts';
import { emptyInFlight, type InFlight } from './in-flight-store.ts';
import { Inbound } from './inbound.ts';
import { KeepAlive } from './keep-alive.ts';
import { Link } from './link.ts';
import type { WireMessage } from './message.ts';
import { mqttJsOptions } from './mqtt-js.ts';
import type { NetError } from './net-error.ts';
import type { TlsMaterial } from './tls-material.ts';
import { addressLabel, isSecure, type NetworkAddress } from './transport.ts';
import { transportError } from './transport-errors.ts';

/** How long a connection that we have given up is still read, so that the trace holds what the Server had to say. */
const lingerMs = 1000;

/** A Reason Code of a DISCONNECT that the client sends because of what the Server did (v5 3.14.2.1). */
const reasons = { malformedPacket: 0x81, protocolError: 0x82, packetTooLarge: 0x95 } as const;

export interface ConnectionSettings {
  readonly connect: ConnectPacket;
  readonly address: NetworkAddress;
  /** See LinkSettings. */
  readonly through?: NetworkAddress | undefined;
  readonly tls: TlsMaterial | undefined;
  readonly timeoutMs: number;
  readonly inFlight: InFlight;
  readonly info: TappedConnection;
  readonly tap: Tap;
  readonly clock: Clock;
}

export interface ConnectionEvents {
  /** It has an id in the trace. */
  opened(connection: number): void;
  /** Once, and only after `start` has resolved. `error` says why, unless the user ended it. */
  ended(error: NetError | undefined): void;
}

interface Handshake {
  resolve(packet: ConnackPacket): void;
  reject(error: NetError): void;
}

/**
 * One Network Connection of a client, from CONNECT to its end. MQTT.js runs the exchanges above it (packet identifiers, QoS, what is in flight);
 * the bytes of CONNECT and DISCONNECT, keep alive, and how the connection ends are ours, because these are what is studied here:
 * MQTT.js refuses CONNECTs that the standard allows, and does not keep the order of properties.
 */
export class Connection {
  readonly #settings: ConnectionSettings;
  readonly #events: ConnectionEvents;
  readonly #server: string;
  /** What to call our client. */
  readonly #client: string;
  readonly #inbound: Inbound;
  readonly #facade: Facade;
  readonly #abort = new AbortController();
  #link: Link | undefined;
  #exchanges: Exchanges | undefined;
  #keepAlive: KeepAlive | undefined;
  #handshake: Handshake | undefined;
  #accepted = false;
  #frozen = false;
  /** Set once this connection is given up: the reason, which the end of the link then does not change. */
  #error: NetError | undefined;
  #serverDisconnect: DisconnectPacket | undefined;
  #inFlight: InFlight;

  constructor(settings: ConnectionSettings, events: ConnectionEvents) {
    this.#settings = settings;
    this.#events = events;
    this.#inFlight = settings.inFlight;
    this.#server = addressLabel(settings.address);
    this.#client = settings.info.label ?? this.#server;
    const { version, properties } = settings.connect;
    this.#inbound = new Inbound(version, propertyNumber(properties, PROPERTY.maximumPacketSize), {
      packet: (packet, bytes) => this.#packet(packet, bytes),
      malformed: (malformed) => this.#malformed(malformed),
      tooLarge: (length, limit) =>
        this.#giveUp(netErrors.packetTooLarge(this.#server, length, limit), reasons.packetTooLarge),
    });
    this.#facade = new Facade({
      written: (bytes, done) => this.#write(bytes, done),
      wanted: () => this.#link?.resume(),
      abandoned: () => this.#giveUpLater(),
    });
  }

  /** What is in flight now: of the same session, or of a new one when the Server had none. */
  get inFlight(): InFlight {
    return this.#inFlight;
  }

  /** Resolves when CONNACK with success has come. Throws what a user needs to know. */
  async start(): Promise<ConnackPacket> {
    const { address, tls, timeoutMs, connect, clock } = this.#settings;
    const cancelTimeout = clock.schedule(clock.now() + timeoutMs, () => this.#timedOut());
    try {
      this.#link = await Link.open(
        { ...this.#settings, version: connect.version },
        {
          opened: this.#events.opened,
          bytes: (chunk) => this.#inbound.push(chunk),
          ended: (end, cause) => this.#linkEnded(end, cause),
        },
        this.#abort.signal,
      );
      return await this.#shakeHands(this.#link);
    } catch (error) {
      throw transportError(error, this.#server, address.host, isSecure(address) && tls !== undefined);
    } finally {
      cancelTimeout();
    }
  }

  /** Gives up an attempt. */
  cancel(): void {
    const error = netErrors.cancelled(this.#server);
    this.#error ??= error;
    this.#abort.abort(error);
    this.#link?.close('cancelled');
  }

  /** Resolves with the Reason Code of the acknowledgement; 0 for QoS 0, as soon as it is written. */
  async publish(message: WireMessage): Promise<number> {
    return await this.#open().publish(message);
  }

  /** Resolves with the Reason Code of SUBACK. */
  async subscribe(subscription: Subscription): Promise<number> {
    return await this.#open().subscribe(subscription);
  }

  /** Resolves with the Reason Code of UNSUBACK; 0 before 5.0. */
  async unsubscribe(topicFilter: string): Promise<number> {
    return await this.#open().unsubscribe(topicFilter);
  }

  /** DISCONNECT, then FIN. `sessionExpiryInterval` in seconds, only in 5.0. */
  disconnect(reasonCode: number, sessionExpiryInterval: number | undefined): void {
    this.#sendDisconnect(reasonCode, sessionExpiryInterval);
    this.#link?.close();
  }

  /** RST. */
  drop(): void {
    this.#link?.drop();
  }

  /** FIN without DISCONNECT. */
  close(): void {
    this.#link?.close();
  }

  /** Nothing is sent any more; reading goes on until the Server ends the connection. What waits for an answer gets none. */
  freeze(): void {
    this.#frozen = true;
    this.#link?.freeze(true);
    this.#keepAlive?.stop();
    this.#exchanges?.abandon(netErrors.endedHere(this.#client));
    this.#link?.resume();
  }

  /** Sends again, PINGREQ included. What came meanwhile was not acknowledged. */
  thaw(): void {
    if (!this.#frozen) return;
    this.#frozen = false;
    this.#link?.freeze(false);
    this.#keepAlive?.restart();
  }

  /** Another connection takes its place: nothing is asked of this frozen one any more, and it stays open for the Server to end. */
  leaveBehind(): void {
    this.#stop(netErrors.endedHere(this.#client));
    this.#link?.resume();
  }

  #shakeHands(link: Link): Promise<ConnackPacket> {
    const { connect } = this.#settings;
    return new Promise<ConnackPacket>((resolve, reject) => {
      if (link.ended) {
        reject(this.#error ?? netErrors.closedBeforeConnack(this.#server, 'closed'));
        return;
      }
      this.#handshake = { resolve, reject };
      const mqtt = new MqttClient(() => this.#facade, mqttJsOptions(connect, this.#inFlight));
      mqtt.on('error', (error) => this.#mqttJsFailed(error));
      this.#exchanges = new Exchanges(mqtt, this.#server);
      link.write(encodePacket(connect, connect.version));
    });
  }

  /** MQTT.js writes its own CONNECT when it is made; until ours is answered nothing of MQTT.js goes out. */
  #write(bytes: Uint8Array, done: () => void): void {
    if (!this.#accepted || this.#frozen || this.#error !== undefined) {
      done();
      return;
    }
    this.#keepAlive?.sent();
    this.#link?.write(bytes, done);
  }

  #packet(packet: Packet, bytes: Uint8Array): void {
    if (this.#error !== undefined) return;
    if (packet.type === 'disconnect') this.#serverDisconnect = packet;
    if (this.#frozen) return;
    if (!this.#accepted) {
      this.#firstPacket(packet, bytes);
      return;
    }
    switch (packet.type) {
      case 'pingresp':
        this.#keepAlive?.answered();
        return;
      case 'disconnect':
        // The Server closes after it (v5 [MQTT-3.14.4-2]); if not, we do (3.14.4).
        this.#linger(this.#link);
        return;
      case 'puback':
      case 'pubrec':
      case 'pubcomp':
        this.#exchanges?.acknowledged(packet);
        break;
      case 'auth':
        this.#giveUp(netErrors.authenticationUnsupported(this.#server), reasons.protocolError);
        return;
      case 'connack':
        this.#giveUp(netErrors.protocolError(this.#server, 'a second CONNACK'), reasons.protocolError);
        return;
    }
    this.#toMqttJs(bytes);
  }

  #firstPacket(packet: Packet, bytes: Uint8Array): void {
    const { connect, clock } = this.#settings;
    if (packet.type === 'auth') {
      this.#giveUp(netErrors.authenticationUnsupported(this.#server));
      return;
    }
    if (packet.type !== 'connack') {
      this.#giveUp(netErrors.connackExpected(this.#server, packet.type.toUpperCase()));
      return;
    }
    if (packet.reasonCode !== 0) {
      this.#giveUp(connackRefused(this.#server, connect.version, packet));
      return;
    }
    this.#accepted = true;
    // The Server has no state, so ours is void too (v5 [MQTT-3.2.2-5]). Before 3.1.1 there is no telling.
    if (!packet.sessionPresent && connect.version !== 3) {
      this.#inFlight = emptyInFlight();
      this.#exchanges?.replaceInFlight(this.#inFlight);
    }
    const keepAlive = propertyNumber(packet.properties, PROPERTY.serverKeepAlive) ?? connect.keepAliveSeconds;
    if (keepAlive > 0) {
      this.#keepAlive = new KeepAlive(clock, keepAlive, {
        ping: () => this.#link?.write(encodePacket({ type: 'pingreq' }, connect.version)),
        unanswered: () => this.#giveUp(netErrors.keepAliveUnanswered(this.#server, keepAlive)),
      });
    }
    this.#toMqttJs(bytes);
    this.#handshake?.resolve(packet);
  }

  /** The bytes are only valid during the call, and MQTT.js may keep what it is given. */
  #toMqttJs(bytes: Uint8Array): void {
    if (!this.#facade.push(Buffer.from(bytes))) this.#link?.pause();
  }

  #malformed(malformed: Malformed): void {
    if (this.#accepted) {
      this.#giveUp(netErrors.malformedPacket(this.#server, malformed), reasons.malformedPacket);
      return;
    }
    switch (malformed.reason) {
      case 'http-answer':
        this.#giveUp(netErrors.speaksHttp(this.#server));
        return;
      case 'tls-bytes':
        this.#giveUp(netErrors.speaksTls(this.#server));
        return;
      default:
        this.#giveUp(netErrors.speaksOther(this.#server, malformed));
    }
  }

  /** MQTT.js has destroyed its stream, and says why in the next moment. */
  #giveUpLater(): void {
    queueMicrotask(() => this.#mqttJsFailed(new Error('MQTT.js ended the connection')));
  }

  #mqttJsFailed(error: Error): void {
    const code = 'code' in error && typeof error.code === 'number' ? error.code : reasons.protocolError;
    this.#giveUp(netErrors.protocolError(this.#server, error.message), code);
  }

  /** Ends the connection because of what the Server did. In 5.0, after CONNACK, the Server is told why. */
  #giveUp(error: NetError, reasonCode?: number): void {
    const link = this.#link;
    if (this.#error !== undefined || link === undefined || link.ended) return;
    this.#error = error;
    this.#keepAlive?.stop();
    if (this.#accepted && !this.#frozen && reasonCode !== undefined && this.#settings.connect.version === 5) {
      this.#sendDisconnect(reasonCode, undefined);
    }
    this.#stop(error);
    this.#linger(link);
  }

  #linger(link: Link | undefined): void {
    const { clock } = this.#settings;
    link?.resume();
    clock.schedule(clock.now() + lingerMs, () => link?.close());
  }

  #sendDisconnect(reasonCode: number, sessionExpiryInterval: number | undefined): void {
    const { version } = this.#settings.connect;
    const properties =
      sessionExpiryInterval === undefined || version !== 5
        ? []
        : [
            {
              id: PROPERTY.sessionExpiryInterval,
              kind: 'number',
              value: sessionExpiryInterval,
            } as const,
          ];
    this.#link?.write(encodePacket({ type: 'disconnect', reasonCode, properties }, version));
  }

  #timedOut(): void {
    const { timeoutMs } = this.#settings;
    if (this.#link === undefined) {
      this.#abort.abort(netErrors.noConnectionInTime(this.#server, timeoutMs));
      return;
    }
    const error = netErrors.noConnackInTime(this.#server, timeoutMs);
    this.#error ??= error;
    this.#stop(this.#error);
    this.#link.close('no-connack');
  }

  #linkEnded(end: TappedEnd, cause: Error | undefined): void {
    // What came last may be a packet that was cut short, or too few bytes to tell what they are.
    this.#inbound.finish();
    const { address } = this.#settings;
    this.#error ??= endError(
      {
        server: this.#server,
        host: address.host,
        client: this.#client,
        secure: isSecure(address),
        accepted: this.#accepted,
        disconnect: this.#serverDisconnect,
      },
      end,
      cause,
    );
    const error = this.#error;
    this.#keepAlive?.stop();
    this.#stop(error);
    if (this.#accepted) this.#events.ended(error.code === 'connection-ended' ? undefined : error);
  }

  /** Nothing will be answered any more: neither CONNECT nor what came after it. */
  #stop(error: NetError): void {
    this.#handshake?.reject(error);
    this.#facade.release();
    this.#exchanges?.stop(error);
  }

  #open(): Exchanges {
    const open = !this.#frozen && this.#error === undefined && this.#link?.ended === false;
    if (!open || this.#exchanges === undefined) throw netErrors.notConnected(this.#client);
    return this.#exchanges;
  }
}
