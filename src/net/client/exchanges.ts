import type { IPublishPacket, MqttClient, Packet as MqttJsPacket } from 'mqtt';
import type { AckPacket, Subscription } from '../../mqtt/packet.ts';
import type { InFlight } from './in-flight-store.ts';
import type { WireMessage } from './message.ts';
import { mqttJsSubscription } from './mqtt-js.ts';
import { NetError } from './net-error.ts';

type Run = (resolve: (code: number) => void, reject: (error: Error) => void) => void;

/**
 * What a client asks of the Server over one connection, run by MQTT.js, each with its Reason Code as the answer. MQTT.js by itself would wait for ever
 * when the connection ends.
 */
export class Exchanges {
  readonly #mqtt: MqttClient;
  /** What to call the Server. */
  readonly #server: string;
  readonly #waiting = new Set<(error: NetError) => void>();
  /** Reason Codes of acknowledgements until MQTT.js reports their exchange as done: it keeps 0x10 to itself. */
  readonly #acknowledged = new Map<number, number>();

  constructor(mqtt: MqttClient, server: string) {
    this.#mqtt = mqtt;
    this.#server = server;
  }

  /** PUBACK, PUBREC or PUBCOMP has come; MQTT.js gets it next. */
  acknowledged({ packetId, reasonCode }: AckPacket): void {
    if (reasonCode !== 0) this.#acknowledged.set(packetId, reasonCode);
  }

  /** What is in flight is void: the Server has no state (v5 [MQTT-3.2.2-5]). */
  replaceInFlight({ outgoing, incoming }: InFlight): void {
    this.#mqtt.outgoingStore = outgoing;
    this.#mqtt.incomingStore = incoming;
  }

  /** Resolves with the Reason Code of the first acknowledgement that has one; 0 for QoS 0, as soon as it is written. */
  publish({ topic, payload, qos, retain, properties }: WireMessage): Promise<number> {
    return this.#answer((resolve, reject) => {
      this.#mqtt.publish(topic, payload, { qos, retain, properties }, (error, packet) => {
        const refused = reasonCodeOf(error);
        if (error && refused === undefined) reject(error);
        else resolve(refused ?? this.#takeAcknowledged(packet));
      });
    });
  }

  /** Resolves with the Reason Code of SUBACK. */
  subscribe(subscription: Subscription): Promise<number> {
    return this.#answer((resolve, reject) => {
      const options = mqttJsSubscription(subscription);
      this.#mqtt.subscribe([subscription.topicFilter], options, (error, _granted, suback) => {
        const granted = suback?.granted[0];
        if (typeof granted === 'number') resolve(granted);
        else reject(error ?? new Error('SUBACK without Reason Code'));
      });
    });
  }

  /** Resolves with the Reason Code of UNSUBACK; 0 before 5.0, which has none. */
  unsubscribe(topicFilter: string): Promise<number> {
    return this.#answer((resolve, reject) => {
      this.#mqtt.unsubscribe(topicFilter, (error, packet) => {
        const refused = reasonCodeOf(error);
        if (error && refused === undefined) reject(error);
        else resolve(refused ?? firstCode(packet));
      });
    });
  }

  /** What waits for an answer gets none; MQTT.js stays as it is. */
  abandon(error: NetError): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const fail of waiting) fail(error);
  }

  /** Nothing will be answered any more. MQTT.js stops what it does. */
  stop(error: NetError): void {
    this.abandon(error);
    this.#mqtt.end(true);
  }

  #takeAcknowledged(packet: MqttJsPacket | undefined): number {
    const id = (packet as IPublishPacket | undefined)?.messageId ?? 0;
    const code = this.#acknowledged.get(id) ?? 0;
    this.#acknowledged.delete(id);
    return code;
  }

  #answer(run: Run): Promise<number> {
    return new Promise<number>((resolve, reject) => {
      this.#waiting.add(reject);
      const done = (): void => {
        this.#waiting.delete(reject);
      };
      run(
        (code) => {
          done();
          resolve(code);
        },
        (error) => {
          done();
          reject(new NetError('mqtt-js', `${this.#server}: ${error.message}.`, 'Try again.'));
        },
      );
    });
  }
}

/** The first Reason Code of UNSUBACK; MQTT.js has them in `granted`. */
function firstCode(packet: MqttJsPacket | undefined): number {
  const codes: unknown = packet !== undefined && 'granted' in packet ? packet.granted : undefined;
  const code: unknown = Array.isArray(codes) ? codes[0] : undefined;
  return typeof code === 'number' ? code : 0;
}

/** MQTT.js makes an error of a Reason Code that refuses. */
function reasonCodeOf(error: Error | undefined): number | undefined {
  return error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}
