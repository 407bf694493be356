import { type IStore, type Packet, Store } from 'mqtt';

/**
 * Keeps what is in flight beyond the end of a connection, as the Client's part of the Session (v5 4.1). MQTT.js sends it again
 * when the session is resumed, but without the DUP flag that v5 [MQTT-3.3.1-1] demands: so it is set on what is kept.
 */
class InFlightStore extends Store {
  constructor() {
    super({ clean: false });
  }

  override put(packet: Packet, done: (error?: Error) => void): this {
    return super.put(packet.cmd === 'publish' ? { ...packet, dup: true } : packet, done);
  }
}

/** The Client's part of a Session: messages that it has sent, or received with QoS 2, and whose exchange is not complete. */
export interface InFlight {
  readonly outgoing: IStore;
  readonly incoming: IStore;
}

export function emptyInFlight(): InFlight {
  return { outgoing: new InFlightStore(), incoming: new InFlightStore() };
}
