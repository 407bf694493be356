import type { ConnectPacket } from '../../mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../../mqtt/properties.ts';
import type { BrokerLimits } from './limits.ts';
import type { BrokerLog } from './log.ts';
import { Message } from './message.ts';
import type { Router, RouterWorld } from './router.ts';
import type { Session, Will } from './session.ts';

/**
 * The will of an accepted CONNECT, as far as the settings have its QoS and Retain; before 5.0 without a delay. Owns its
 * bytes.
 */
export function willOf(
  connect: ConnectPacket,
  { maximumQoS, retainAvailable }: BrokerLimits,
  nowMs: number,
): Will | undefined {
  const { will } = connect;
  if (will === undefined) return undefined;
  return {
    message: {
      ...will,
      qos: will.qos < maximumQoS ? will.qos : maximumQoS,
      retain: will.retain && retainAvailable,
      payload: new Uint8Array(will.payload),
      properties: will.properties.map((property) =>
        property.kind === 'bytes' ? { ...property, value: new Uint8Array(property.value) } : property,
      ),
    },
    willDelayInterval: propertyNumber(will.properties, PROPERTY.willDelayInterval) ?? 0,
    heldSinceMs: nowMs,
  };
}

/** Publishes wills. When one is due is for Sessions to say. */
export class Wills {
  readonly #world: RouterWorld;
  readonly #router: Router;
  readonly #log: BrokerLog;

  constructor(world: RouterWorld, router: Router, log: BrokerLog) {
    this.#world = world;
    this.#router = router;
    this.#log = log;
  }

  /**
   * Publishes the Session's will, if it has one, and removes it: once at most (v5 [MQTT-3.1.2-8],
   * [MQTT-3.1.2-10]).
   */
  publish(session: Session): void {
    const { will, willDueAtMs } = session;
    if (will === undefined) return;
    this.discard(session);
    this.publishAlone(session.clientId, will, willDueAtMs !== undefined);
  }

  /** Publishes a will that no Session holds any longer. `waited`: for its delay or the end of its Session. */
  publishAlone(clientId: string, { message: will }: Will, waited: boolean): void {
    const { behaviour, clock } = this.#world;
    // v5 [MQTT-3.1.2-14], [MQTT-3.1.2-15]: retained as the CONNECT said.
    const message = behaviour.published(will, waited);
    const properties = behaviour.willProperties(message);
    this.#log('info', `Will of "${clientId}" published to "${message.topic}".`);
    for (let times = 0; times < behaviour.timesPublished; times++) {
      this.#router.publish(new Message(message, message.topic, clientId, clock.now(), properties));
    }
  }

  /** Removes it unpublished. */
  discard(session: Session): void {
    session.will = undefined;
    session.willDueAtMs = undefined;
    session.willDelayedToMs = undefined;
  }
}
