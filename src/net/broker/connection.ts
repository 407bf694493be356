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
import type { BrokerContext } from './context.ts';
import { type BrokenFrame, type Frame, FrameBuffer } from './frame-buffer.ts';
import { Incoming } from './incoming.ts';
import { KeepAlive } from './keep-alive.ts';
import type { Carrier } from './outgoing.ts';
import { handleConnect, refuseMalformedConnect } from './packets/connect.ts';
import { handlePacket } from './packets/index.ts';
import { REASON, reasonString } from './reasons.ts';
import type { Session } from './session.ts';

/** What a CONNECT that is accepted makes of its connection. */
export interface Accepted {
  readonly session: Session;
  readonly atMs: number;
  /** Effective, in seconds; 0 is off. */
  readonly keepAliveSeconds: number;
  /** As CONNECT asked for it, in seconds: what a change in DISCONNECT is held against (v5 3.14.2.2.2). */
  readonly requestedSessionExpiryInterval: number;
  /** Of the Client (v5 3.1.2.11.3). */
  readonly receiveMaximum: number;
  /** Of the Client, in bytes (v5 3.1.2.11.4). */
  readonly maximumPacketSize: number;
  /** Whether acknowledgements may carry a Reason String (v5 [MQTT-3.1.2-29]). */
  readonly problemInformation: boolean;
}

/**
 * One Network Connection. Cuts and reads what comes, hands each packet to its handler, and sends. It has
 * ended for the broker at the moment when either side closes it or the Server decides to: that is T0,
 * whatever its stream does after.
 */
export class Connection implements Carrier {
  readonly context: BrokerContext;
  readonly incoming: Incoming;
  /** Of the CONNECT; until then 5. */
  version: ProtocolVersion = 5;
  readonly #stream: Duplex;
  readonly #frames: FrameBuffer;
  readonly #onEnd: () => void;
  #accepted: Accepted | undefined;
  #ended = false;
  #keepAlive: KeepAlive | undefined;
  #cancelTimer: Cancel | undefined;
  #corked = false;

  /** `onEnd` is called when the connection has ended, once. */
  constructor(context: BrokerContext, stream: Duplex, onEnd: () => void) {
    this.context = context;
    this.incoming = new Incoming(context.limits.topicAliasMaximum, context.limits.receiveMaximum);
    this.#stream = stream;
    this.#frames = new FrameBuffer(context.limits.maximumPacketSize);
    this.#onEnd = onEnd;
    const { clock, limits } = context;
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
      this.#cancelTimer?.();
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
    return this.#stream.writableNeedDrain && this.#stream.writableLength >= this.context.limits.backlogBytes;
  }

  /** The CONNECT has been accepted: from here on it carries the Session, once CONNACK is sent. */
  accept(accepted: Accepted): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#accepted = accepted;
    accepted.session.connection = this;
    this.#keepAlive = new KeepAlive(this.context.clock, accepted.keepAliveSeconds, () =>
      this.disconnect(
        REASON.keepAliveTimeout,
        `Nothing was received for 1.5 times the Keep Alive of ${accepted.keepAliveSeconds} s.`,
      ),
    );
  }

  send(packet: Packet): boolean {
    if (this.#ended) return true;
    const bytes = encodePacket(packet, this.version);
    // v5 [MQTT-3.1.2-24].
    if (bytes.length > (this.#accepted?.maximumPacketSize ?? Number.POSITIVE_INFINITY)) return false;
    this.#write(bytes);
    return true;
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
    this.#end(why);
    this.#stream.end();
    // What still comes is read and thrown away, so that the Client can read to the end what was sent to it.
    this.#stream.resume();
    const { clock, limits } = this.context;
    this.#cancelTimer = clock.schedule(clock.now() + limits.lingerMs, () => this.#stream.destroy());
  }

  /** As `disconnect`, and gives the stream up as soon as that is written. */
  shutDown(reasonCode: number, message: string): void {
    this.disconnect(reasonCode, message);
    if (this.#stream.writableFinished) this.#stream.destroy();
    else this.#stream.once('finish', () => this.#stream.destroy());
  }

  #received(chunk: Uint8Array): void {
    if (this.#ended) return;
    this.#frames.push(chunk);
    try {
      while (!this.#ended) {
        const frame = this.#frames.next();
        if (frame === undefined) break;
        if (frame.kind === 'packet') this.#packet(frame);
        else this.#broken(frame);
      }
    } catch (error) {
      this.context.log('error', `A packet could not be handled: ${describeFault(error)}`);
      this.disconnect(REASON.unspecifiedError, 'The Server failed to handle a packet.');
    }
    if (this.#ended || this.#isForeign()) return;
    this.#frames.compact();
    // A Client that asks without reading the answers is not read, until it has.
    if (this.congested) this.#stream.pause();
  }

  /**
   * Ends the connection where the first packet, which has only begun, cannot be CONNECT: HTTP or TLS, most
   * likely.
   */
  #isForeign(): boolean {
    const { firstByte } = this.#frames;
    if (this.#accepted !== undefined || firstByte === undefined || isConnect(firstByte)) return false;
    this.close('first packet is not CONNECT');
    return true;
  }

  #packet(frame: Frame): void {
    this.#keepAlive?.received();
    const { bytes, start, end } = frame;
    const accepted = this.#accepted;
    if (accepted === undefined) {
      this.#firstPacket(frame);
      return;
    }
    const decoded = decodePacket(bytes, start, end, this.version, TO_SERVER);
    if (decoded.ok) handlePacket(this, accepted, decoded.packet);
    else this.#malformed(decoded.malformed);
  }

  #firstPacket({ bytes, start, end }: Frame): void {
    // v5 [MQTT-3.1.0-1], v3.1.1 [MQTT-3.1.0-1].
    if (!isConnect(bytes[start] ?? 0)) {
      this.close('first packet is not CONNECT');
      return;
    }
    const decoded = decodePacket(bytes, start, end, this.version, TO_SERVER);
    if (!decoded.ok) refuseMalformedConnect(this, bytes.subarray(start, end), decoded.malformed);
    else if (decoded.packet.type === 'connect') handleConnect(this, decoded.packet);
  }

  #malformed(malformed: Malformed): void {
    this.disconnect(malformed.reasonCode, malformed.message);
  }

  #broken(frame: BrokenFrame): void {
    if (frame.kind === 'too-large') {
      const { maximumPacketSize } = this.context.limits;
      this.disconnect(REASON.packetTooLarge, `The packet is larger than ${maximumPacketSize} bytes.`);
    } else this.disconnect(REASON.malformedPacket, 'Remaining Length takes more than four bytes.');
  }

  /** Packets that are sent in one turn leave in one write. */
  #write(bytes: Uint8Array): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#stream.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#stream.uncork();
      });
    }
    this.#stream.write(bytes);
  }

  #drained(): void {
    if (this.#ended) return;
    this.#accepted?.session.outgoing.pump();
    if (!this.congested) this.#stream.resume();
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
    const session = this.#accepted?.session;
    this.context.log(
      'info',
      `Connection of ${session === undefined ? 'a Client' : `"${session.clientId}"`}: ${why}.`,
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
