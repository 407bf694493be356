import type { ConnackPacket, Subscription } from '../../mqtt/packet.ts';
import { PROPERTY, propertyString } from '../../mqtt/properties.ts';
import { type TopicProblem, topicFilterProblem, topicNameProblem } from '../../mqtt/topics.ts';
import type { ConnectionProfile, MessageSettings } from '../../profile/model.ts';
import type { Clock } from '../clock.ts';
import type { Tap } from '../tap.ts';
import type { ClientSettings } from './client-settings.ts';
import { hexadecimal } from './connack-errors.ts';
import { connectPacket } from './connect-packet.ts';
import { Connection } from './connection.ts';
import { netErrors } from './errors.ts';
import { emptyInFlight, type InFlight } from './in-flight-store.ts';
import { wireMessage } from './message.ts';
import { type NetError, netErrorOf } from './net-error.ts';
import { ReconnectTimer } from './reconnect-timer.ts';
import { publishAll, type RoutineWorld, subscribeAll } from './routine.ts';
import { readTlsMaterial } from './tls-material.ts';
import { addressLabel, isSecure } from './transport.ts';

export type ClientState = 'connecting' | 'connected' | 'frozen' | 'reconnecting' | 'offline';

export interface ClientWorld {
  readonly tap: Tap;
  readonly clock: Clock;
  /** State, connection, identifier or error have changed. */
  changed(client: Client): void;
  log(level: 'warn' | 'info', message: string): void;
}

interface Attempt {
  readonly cleanStart: boolean;
  /** Whether to leave out the subscriptions when the Server still has the session. */
  readonly resuming: boolean;
}

/**
 * One client with its Client Identifier and its part of the Session, over as many Network Connections as it takes. Its errors are
 * NetErrors. It connects again by itself only when the profile says so.
 */
export class Client {
  readonly #world: ClientWorld;
  #settings: ClientSettings;
  #clientId: string;
  #state: ClientState = 'offline';
  #connection: Connection | undefined;
  #connectionId: number | undefined;
  /** Frozen ones that a newer connection has replaced, until the Server ends them. */
  readonly #leftBehind = new Set<Connection>();
  #error: NetError | undefined;
  #inFlight: InFlight = emptyInFlight();
  #cancelled = false;
  readonly #reconnectTimer: ReconnectTimer;

  constructor(settings: ClientSettings, world: ClientWorld) {
    this.#settings = settings;
    this.#world = world;
    this.#reconnectTimer = new ReconnectTimer(world.clock);
    this.#clientId = settings.clientId ?? settings.profile.clientId;
  }

  get key(): string {
    return this.#settings.key;
  }

  get profile(): ConnectionProfile {
    return this.#settings.profile;
  }

  get settings(): ClientSettings {
    return this.#settings;
  }

  /** Effective: as the Server assigned it, if it did and told. */
  get clientId(): string {
    return this.#clientId;
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Id in the trace, of the newest connection. */
  get connection(): number | undefined {
    return this.#connectionId;
  }

  /** Why the last attempt or connection failed, or what went wrong right after connecting. */
  get error(): NetError | undefined {
    return this.#error;
  }

  /** Throws unless a new connection may be made now. */
  checkMayConnect(): void {
    if (this.#state === 'connected') throw netErrors.alreadyConnected(this.#settings.label);
    if (this.#state === 'connecting') throw netErrors.alreadyConnecting(this.#settings.label);
  }

  /** Throws unless there is a session to name: before `resume` and `startClean`. */
  checkHasIdentifier(): void {
    if (this.#clientId === '') throw netErrors.noClientIdentifier(this.#settings.label);
  }

  /** Throws unless there is a connection to end or freeze. */
  checkHasConnection(): void {
    if (this.#connection === undefined) throw netErrors.notConnected(this.#settings.label);
  }

  /** Throws unless it may send now. */
  checkMaySend(): void {
    if (this.#state === 'frozen') throw netErrors.frozen(this.#settings.label);
    if (this.#state !== 'connected') throw netErrors.notConnected(this.#settings.label);
  }

  /**
   * Connects as the profile says. Resolves when CONNACK with success has come, the subscriptions are acknowledged and the `afterConnect` messages are
   * published; what goes wrong after CONNACK is told by `error`, since the client is connected then.
   */
  async connect(settings: ClientSettings): Promise<void> {
    this.checkMayConnect();
    this.#settings = settings;
    this.#clientId = settings.clientId ?? settings.profile.clientId;
    await this.#attempt({ cleanStart: settings.profile.cleanStart, resuming: false });
  }

  /** Connects with the given Clean Start; the profile's is not used. */
  async connectWith(cleanStart: boolean): Promise<void> {
    this.checkMayConnect();
    await this.#attempt({ cleanStart, resuming: false });
  }

  /** Connects with Clean Start 0 and the same Client Identifier. */
  async resume(): Promise<void> {
    this.checkMayConnect();
    this.checkHasIdentifier();
    await this.#attempt({ cleanStart: false, resuming: true });
  }

  /** Connects with Clean Start 1 and the same Client Identifier. */
  async startClean(): Promise<void> {
    this.checkMayConnect();
    this.checkHasIdentifier();
    await this.#attempt({ cleanStart: true, resuming: false });
  }

  /** Gives up the attempt that is under way, and reconnecting. */
  cancel(): void {
    if (this.#state !== 'connecting' && this.#state !== 'reconnecting') {
      throw netErrors.notConnecting(this.#settings.label);
    }
    this.#reconnectTimer.stop();
    this.#cancelled = true;
    this.#connection?.cancel();
    if (this.#state === 'reconnecting') this.#set('offline');
  }

  /**
   * DISCONNECT; a normal one (0x00) only after the `beforeDisconnect` messages are acknowledged, or after `connectTimeout` when they are not.
   * `sessionExpiryInterval` in seconds, only in 5.0.
   */
  async disconnect(
    reasonCode: number,
    sessionExpiryInterval: number | undefined,
    sending: () => void,
  ): Promise<void> {
    if (this.#state === 'reconnecting') {
      this.cancel();
      return;
    }
    this.checkMaySend();
    const { protocolVersion } = this.#settings.profile;
    if (reasonCode !== 0 && protocolVersion !== 5) {
      throw netErrors.noReasonCode(protocolVersion === 4 ? '3.1.1' : '3.1');
    }
    const connection = this.#connected();
    if (reasonCode === 0) {
      await publishAll(
        this.#routine(connection),
        'beforeDisconnect',
        this.#settings.profile.beforeDisconnect,
      );
    }
    if (connection !== this.#connection) throw this.#error ?? netErrors.notConnected(this.#settings.label);
    this.checkMaySend();
    sending();
    // Forgotten first, so that its end does not make the client connect again.
    this.#connection = undefined;
    this.#error = undefined;
    connection.disconnect(reasonCode, sessionExpiryInterval);
    this.#world.log('info', `${this.#settings.label} has disconnected (${hexadecimal(reasonCode)}).`);
    this.#set('offline');
  }

  /** RST. */
  drop(): void {
    this.#connected().drop();
  }

  /** FIN without DISCONNECT. */
  close(): void {
    this.#connected().close();
  }

  /** Stops sending, and keeps the connection open until the Server ends it. */
  freeze(): void {
    this.checkMaySend();
    this.#connection?.freeze();
    this.#set('frozen');
  }

  /** Speaks again on the same connection, if the Server has left it open. */
  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#connection?.thaw();
    this.#set('connected');
  }

  /** Resolves with the Reason Code of the Server's acknowledgement, 0 for QoS 0. `sending` is called when it is on its way. */
  async publish(settings: MessageSettings, sending: () => void = () => {}): Promise<number> {
    this.checkMaySend();
    const { profile, folder } = this.#settings;
    checkTopic(settings.topic, topicNameProblem(settings.topic, profile.protocolVersion));
    const message = await wireMessage(settings, profile.protocolVersion, folder, 'publish');
    const answer = this.#connected().publish(message);
    sending();
    return await answer;
  }

  /** Resolves with the Reason Code of SUBACK. */
  async subscribe(subscription: Subscription): Promise<number> {
    this.checkMaySend();
    const { topicFilter } = subscription;
    checkTopic(topicFilter, topicFilterProblem(topicFilter, this.#settings.profile.protocolVersion));
    return await this.#connected().subscribe(subscription);
  }

  /** Resolves with the Reason Code of UNSUBACK; 0 before 5.0. */
  async unsubscribe(topicFilter: string): Promise<number> {
    this.checkMaySend();
    checkTopic(topicFilter, topicFilterProblem(topicFilter, this.#settings.profile.protocolVersion));
    return await this.#connected().unsubscribe(topicFilter);
  }

  /** Ends what there is, in order: DISCONNECT where it may be sent, else FIN. */
  dispose(): void {
    this.#reconnectTimer.stop();
    this.#cancelled = true;
    for (const each of this.#leftBehind) each.close();
    const connection = this.#connection;
    const connected = this.#state === 'connected';
    this.#connection = undefined;
    if (connected) connection?.disconnect(0, undefined);
    else connection?.cancel();
    this.#set('offline');
  }

  #connected(): Connection {
    if (this.#connection === undefined) throw netErrors.notConnected(this.#settings.label);
    return this.#connection;
  }

  async #attempt(attempt: Attempt): Promise<void> {
    this.#reconnectTimer.stop();
    this.#reconnectTimer.reset();
    await this.#try(attempt);
  }

  async #try(attempt: Attempt): Promise<void> {
    this.#cancelled = false;
    this.#error = undefined;
    // A frozen connection is left to the Server, which ends it when it accepts the new one (v5 [MQTT-3.1.4-3]).
    if (this.#connection !== undefined) {
      this.#leftBehind.add(this.#connection);
      this.#connection.leaveBehind();
    }
    this.#connection = undefined;
    this.#set('connecting');
    try {
      const connection = await this.#makeConnection(attempt);
      this.#connection = connection;
      if (this.#cancelled) throw netErrors.cancelled(addressLabel(this.#settings.address));
      const connack = await connection.start();
      this.#checkCurrent(connection);
      this.#accepted(connection, connack);
      await this.#afterConnack(connection, attempt, connack);
      this.#checkCurrent(connection);
    } catch (error) {
      const failure = netErrorOf(error);
      if (this.#state === 'connecting') {
        this.#connection = undefined;
        this.#error = failure;
        this.#set('offline');
      }
      throw failure;
    }
  }

  #checkCurrent(connection: Connection): void {
    if (this.#connection !== connection) throw this.#error ?? netErrors.endedHere(this.#settings.label);
  }

  async #makeConnection({ cleanStart }: Attempt): Promise<Connection> {
    const { profile, address, through, folder, key, label, server } = this.#settings;
    const { clock, tap } = this.#world;
    const connect = await connectPacket(profile, this.#clientId, cleanStart, folder);
    const secure = through === undefined && isSecure(address);
    const tls = secure ? await readTlsMaterial(profile.tls, folder, address.host) : undefined;
    if (cleanStart) this.#inFlight = emptyInFlight();
    const connection: Connection = new Connection(
      {
        connect,
        address,
        through,
        tls,
        timeoutMs: profile.connectTimeoutMs,
        inFlight: this.#inFlight,
        info: { server, tap: 'client', client: key, label },
        tap,
        clock,
      },
      {
        opened: (id) => {
          this.#connectionId = id;
          this.#world.changed(this);
        },
        ended: (error) => this.#ended(connection, error),
      },
    );
    return connection;
  }

  #accepted(connection: Connection, connack: ConnackPacket): void {
    this.#inFlight = connection.inFlight;
    this.#clientId = propertyString(connack.properties, PROPERTY.assignedClientIdentifier) ?? this.#clientId;
    this.#reconnectTimer.reset();
    const { label, server } = this.#settings;
    const session = connack.sessionPresent ? 'its session was there' : 'new session';
    this.#world.log('info', `${label} is connected to ${server} as "${this.#clientId}", ${session}.`);
    this.#set('connected');
  }

  /** Subscriptions first, so that the client sees its own birth message where it asks for that. */
  async #afterConnack(
    connection: Connection,
    { resuming }: Attempt,
    { sessionPresent }: ConnackPacket,
  ): Promise<void> {
    const { subscriptions, afterConnect } = this.#settings.profile;
    const world = this.#routine(connection);
    await subscribeAll(world, resuming && sessionPresent ? [] : subscriptions);
    await publishAll(world, 'afterConnect', afterConnect);
  }

  #routine(connection: Connection): RoutineWorld {
    const { clock } = this.#world;
    const complain = (error: NetError): void => this.#complain(connection, error);
    return { settings: this.#settings, connection, clock, complain };
  }

  #ended(connection: Connection, error: NetError | undefined): void {
    this.#leftBehind.delete(connection);
    if (connection !== this.#connection) return;
    const wasFrozen = this.#state === 'frozen';
    this.#connection = undefined;
    this.#error = error;
    this.#world.log('info', `${this.#settings.label}: ${error?.message ?? 'the connection was ended here.'}`);
    this.#set('offline');
    // Who is frozen does not do anything by itself.
    if (!wasFrozen && error?.lasting !== true) this.#scheduleReconnect();
  }

  #scheduleReconnect(): void {
    const { reconnect, cleanStart } = this.#settings.profile;
    const scheduled = this.#reconnectTimer.schedule(reconnect, () => {
      this.#try({ cleanStart, resuming: !cleanStart }).catch((error: unknown) =>
        this.#reconnectFailed(error),
      );
    });
    if (scheduled) this.#set('reconnecting');
  }

  #reconnectFailed(error: unknown): void {
    const failure = netErrorOf(error);
    this.#world.log('warn', `${this.#settings.label} could not reconnect: ${failure.message}`);
    if (this.#state === 'offline' && !this.#cancelled && !failure.lasting) this.#scheduleReconnect();
  }

  #complain(connection: Connection, error: NetError): void {
    this.#world.log('warn', `${this.#settings.label}: ${error.message}`);
    // What has ended or frozen the connection meanwhile is the better word.
    if (connection !== this.#connection || this.#state !== 'connected') return;
    this.#error = error;
    this.#world.changed(this);
  }

  #set(state: ClientState): void {
    this.#state = state;
    this.#world.changed(this);
  }
}

function checkTopic(topic: string, problem: TopicProblem | undefined): void {
  if (problem !== undefined) throw netErrors.invalidTopic(topic, problem);
}
