import type { Duplex } from 'node:stream';
import { decodePacket } from '../../mqtt/decode.ts';
import { encodePacket } from '../../mqtt/encode.ts';
import {
  type AckPacket,
  type Malformed,
  type Packet,
  type PingrespPacket,
  type ProtocolVersion,
  type SubackPacket,
  TO_SERVER,
  type UnsubackPacket,
} from '../../mqtt/packet.ts';
import { reasonCodeName } from '../../mqtt/reason-codes.ts';
import type { Cancel } from '../clock.ts';
import type { Accepted } from './accepted.ts';
import type { BrokerContext } from './context.ts';
import { type BrokenFrame, type Frame, FrameBuffer } from './frame-buffer.ts';
import { KeepAlive } from './keep-alive.ts';
import { Linger } from './linger.ts';
import type { Message } from './message.ts';
import type { Carrier } from './outgoing.ts';
import { Output } from './output.ts';
import { type Authenticating, handleBeforeConnack } from './packets/auth.ts';
import { handleConnect, refuseMalformedConnect } from './packets/connect.ts';
import { handlePacket } from './packets/index.ts';
import { type PublishForm, publishFor } from './publish-forms.ts';
import { REASON, reasonString } from './reasons.ts';

/** A chunk from which on more is likely to wait in the socket, in bytes. */
const largeChunk = 16_384;

/** The first byte of a DISCONNECT without flags. */
const plainDisconnect = 0xe0;

export type { Accepted } from './accepted.ts';

/**
 * One Network Connection. Cuts and reads what comes, hands each packet to its handler, and sends. It has
 * ended for the broker at the moment when either side closes it or the Server decides to: that is T0,
 * whatever its stream does after.
 */
export class Connection implements Carrier {
  readonly context: BrokerContext;
  /** Of the CONNECT; until then 5. */
  version: ProtocolVersion = 5;
  /** Of the Client, as its CONNECT says, in bytes (v5 3.1.2.11.4). */
  maximumPacketSize = Number.POSITIVE_INFINITY;
  /** The exchange of AUTH packets that is under way (v5 4.12). */
  authenticating: Authenticating | undefined;
  readonly #stream: Duplex;
  readonly #output: Output;
  readonly #frames: FrameBuffer;
  readonly #onEnd: () => void;
  #accepted: Accepted | undefined;
  #ended = false;
  #linger: Linger | undefined;
  #held = false;
  #keepAlive: KeepAlive | undefined;
  #cancelTimer: Cancel | undefined;

  /** `onEnd` is called when the connection has ended, once. */
  constructor(context: BrokerContext, stream: Duplex, onEnd: () => void) {
    this.context = context;
    this.#stream = stream;
    this.#output = new Output(stream, context.flusher);
    const { clock, limits } = context;
    this.#frames = new FrameBuffer(limits.maximumPacketSize);
    this.#onEnd = onEnd;
    this.#cancelTimer = clock.schedule(clock.now() + limits.connectTimeoutMs, () => {
      // v5 3.1.4: no CONNECT within a reasonable time.
      this.close('sent no CONNECT in time');
    });
    stream.on('data', (chunk: Uint8Array) => this.#received(chunk));
    stream.on('drain', () => this.#drained());
    stream.on('end', () => this.#lost('closed by the Client'));
    stream.on('error', (error) => this.#lost(error.message));
    stream.on('close', () => {
      this.#lost('closed');
      this.#linger?.stop();
    });
  }

  /** Undefined until its CONNECT is accepted. */
  get accepted(): Accepted | undefined {
    return this.#accepted;
  }

  /** Whether it is over, from either side. */
  get ended(): boolean {
    return this.#ended;
  }

  get receiveMaximum(): number {
    return this.#accepted?.receiveMaximum ?? 0;
  }

  get congested(): boolean {
    return this.#output.congested(this.context.limits.backlogBytes);
  }

  /** The CONNECT has been accepted: from here on it carries the Session, once CONNACK is sent. */
  accept(accepted: Accepted): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#accepted = accepted;
    accepted.session.connection = this;
    const { clock, behaviour } = this.context;
    const { keepAliveSeconds } = accepted;
    const grace = behaviour.keepAliveGrace;
    this.#keepAlive = new KeepAlive(clock, keepAliveSeconds, grace, () =>
      this.disconnect(
        REASON.keepAliveTimeout,
        `Nothing was received for ${grace} times the Keep Alive of ${keepAliveSeconds} s.`,
      ),
    );
  }

  send(packet: Packet): boolean {
    if (this.#ended) return true;
    return this.#write(encodePacket(packet, this.version));
  }

  publish(message: Message, form: PublishForm): boolean {
    const accepted = this.#accepted;
    if (this.#ended || accepted === undefined) return true;
    const alias = accepted.aliases?.sendAs(message.topic);
    const nowMs = message.messageExpiryInterval === undefined ? 0 : this.context.clock.now();
    if (this.#write(publishFor(message, form, this.version, nowMs, alias))) {
      if (alias !== undefined) accepted.aliases?.set(message.topic, alias);
    } else if (alias?.sets !== true) return false;
    // Without the bytes that setting an alias takes.
    else if (!this.#write(publishFor(message, form, this.version, nowMs, undefined))) return false;
    this.context.stats.publishSent += 1;
    return true;
  }

  overflow(): void {
    this.disconnect(REASON.quotaExceeded, 'The Client does not keep up with its messages.');
  }

  /**
   * Sends an answer that the Client waits for, without its properties if need be (v5 [MQTT-3.4.2-2]). Where
   * it does not fit into the Client's Maximum Packet Size even so, the connection ends: the exchange could
   * never finish.
   */
  reply(packet: AckPacket | SubackPacket | UnsubackPacket | PingrespPacket): void {
    if (this.send(packet)) return;
    if ('properties' in packet && packet.properties.length > 0 && this.send({ ...packet, properties: [] }))
      return;
    this.disconnect(
      REASON.packetTooLarge,
      `${packet.type.toUpperCase()} exceeds the Client's Maximum Packet Size.`,
    );
  }

  /**
   * Ends the connection from this side: in 5.0 with a DISCONNECT that says why (v5 [MQTT-4.13.1-1], v3.1.1
   * [MQTT-4.8.0-1]).
   */
  disconnect(reasonCode: number, message: string): void {
    // v5 [MQTT-3.14.0-1]: no DISCONNECT before CONNACK.
    if (this.version === 5 && this.#accepted !== undefined) {
      const bare = { type: 'disconnect', reasonCode, properties: [] } as const;
      // v5 [MQTT-3.14.2-3]: no Reason String that makes the packet too large.
      if (!this.send({ ...bare, properties: [reasonString(message)] })) this.send(bare);
    }
    this.close(`${reasonCodeName('disconnect', 5, reasonCode)}: ${message}`);
  }

  /** Ends the connection from this side without a word. `why` is for the log. */
  close(why: string): void {
    if (this.#ended) return;
    this.#output.flush();
    this.#end(why);
    this.#stream.end();
    this.#linger = new Linger(this.#stream, this.context.clock, this.context.limits.lingerMs);
  }

  /** As `disconnect`, and gives the stream up as soon as that is written. */
  shutDown(reasonCode: number, message: string): void {
    this.disconnect(reasonCode, message);
    if (this.#stream.writableFinished) this.#stream.destroy();
    else this.#stream.once('finish', () => this.#stream.destroy());
  }

  /** Reads nothing more until `work` is done, then goes on with `then`. */
  waitFor<T>(work: Promise<T>, then: (value: T) => void): void {
    this.#held = true;
    this.#stream.pause();
    const goOn = (next: () => void): void => {
      this.#held = false;
      if (this.#ended) return;
      this.#guard(next);
      this.#process();
      this.#readOn();
    };
    work.then(
      (value) => goOn(() => then(value)),
      (error: unknown) =>
        goOn(() => {
          throw error;
        }),
    );
  }

  #received(chunk: Uint8Array): void {
    this.#linger?.received();
    if (this.#ended) return;
    this.context.stats.bytesReceived += chunk.length;
    this.#frames.push(chunk);
    if (this.#held) return;
    this.#process();
    if (chunk.length >= largeChunk && !this.#ended) this.#giveWay();
  }

  /**
   * Lets the others have their turn. A socket that has more is read again and again before any other, and meanwhile
   * nobody who gets its messages could acknowledge them.
   */
  #giveWay(): void {
    this.#stream.pause();
    setImmediate(() => this.#readOn());
  }

  #readOn(): void {
    if (!this.#ended && !this.#held && !this.congested) this.#stream.resume();
  }

  /** Handles every packet that has come whole. */
  #process(): void {
    this.#guard(() => {
      while (!this.#ended && !this.#held) {
        const frame = this.#frames.next();
        if (frame === undefined) break;
        if (frame.kind === 'packet') this.#packet(frame);
        else this.#broken(frame);
      }
    });
    if (this.#ended || this.#isForeign()) return;
    this.#frames.compact();
    // A Client that asks without reading the answers is not read, until it has.
    if (this.congested) this.#stream.pause();
  }

  /** A fault of the broker costs the connection, not the broker. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.context.log('error', `A packet could not be handled: ${describeFault(error)}`);
      this.disconnect(REASON.unspecifiedError, 'The Server failed to handle a packet.');
    }
  }

  /**
   * Ends the connection where the first packet, which has only begun, cannot be CONNECT: HTTP or TLS, most
   * likely.
   */
  #isForeign(): boolean {
    const { firstByte } = this.#frames;
    if (this.#accepted !== undefined || this.authenticating !== undefined) return false;
    if (firstByte === undefined || isConnect(firstByte)) return false;
    this.close('first packet is not CONNECT');
    return true;
  }

  #packet({ bytes, start, end }: Frame): void {
    this.#keepAlive?.received();
    this.context.stats.packetsReceived += 1;
    // v5 [MQTT-3.1.0-1], v3.1.1 [MQTT-3.1.0-1].
    const isFirst = this.#accepted === undefined && this.authenticating === undefined;
    if (isFirst && !isConnect(bytes[start] ?? 0)) {
      this.close('first packet is not CONNECT');
      return;
    }
    const decoded = decodePacket(bytes, start, end, this.version, TO_SERVER);
    if (!decoded.ok) {
      if (isFirst) refuseMalformedConnect(this, bytes.subarray(start, end), decoded.malformed);
      else if (this.#accepted !== undefined && this.#isTakenForNormal(bytes[start], decoded.malformed)) {
        handlePacket(this, this.#accepted, {
          type: 'disconnect',
          reasonCode: REASON.success,
          properties: [],
        });
      } else this.#malformed(decoded.malformed);
    } else if (this.#accepted !== undefined) handlePacket(this, this.#accepted, decoded.packet);
    else if (this.authenticating !== undefined) {
      handleBeforeConnack(this, this.authenticating, decoded.packet);
    } else if (decoded.packet.type === 'connect') handleConnect(this, decoded.packet);
  }

  #isTakenForNormal(firstByte: number | undefined, { reason }: Malformed): boolean {
    return (
      firstByte === plainDisconnect &&
      (reason === 'reason-code-unknown' || reason === 'reason-code-wrong-sender') &&
      this.context.behaviour.takesReservedReasonCodes
    );
  }

  #malformed(malformed: Malformed): void {
    this.disconnect(malformed.reasonCode, malformed.message);
  }

  #broken(frame: BrokenFrame): void {
    if (frame.kind === 'too-large') {
      this.disconnect(REASON.packetTooLarge, `The packet is larger than ${frame.maximum} bytes.`);
    } else this.disconnect(REASON.malformedPacket, 'Remaining Length takes more than four bytes.');
  }

  /** Answers false where the Client does not take so large a packet: v5 [MQTT-3.1.2-24]. */
  #write(bytes: Uint8Array): boolean {
    if (bytes.length > this.maximumPacketSize) return false;
    const { stats } = this.context;
    stats.packetsSent += 1;
    stats.bytesSent += bytes.length;
    this.#output.write(bytes);
    return true;
  }

  #drained(): void {
    if (this.#ended) return;
    this.#accepted?.session.outgoing.pump();
    this.#readOn();
  }

  /** The other side, or the link, ended the connection. */
  #lost(why: string): void {
    if (this.#ended) return;
    this.#end(why);
    this.#stream.destroy();
  }

  #end(why: string): void {
    this.#ended = true;
    this.#cancelTimer?.();
    this.#keepAlive?.stop();
    this.#frames.clear();
    this.#output.clear();
    const session = this.#accepted?.session;
    this.context.log(
      'info',
      `Connection of ${session === undefined ? 'a Client' : `"${session.clientId}"`}: ${why.replace(/\.$/, '')}.`,
    );
    if (session !== undefined) this.context.sessions.disconnected(session);
    this.#onEnd();
  }
}

function isConnect(firstByte: number): boolean {
  return firstByte >> 4 === 1;
}

function describeFault(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
