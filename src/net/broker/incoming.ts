/** The PUBLISH packets of one connection that the Server has not answered to the end. Ends with the connection. */
export class Incoming {
  readonly #receiveMaximum: number;
  /** QoS 2 messages that came over this connection and are not released; QoS 1 is acknowledged at once. */
  #open: Set<number> | undefined;

  /** Before 5.0 a Client is told no Receive Maximum, and Packet Identifiers are the only bound. */
  constructor(receiveMaximum: number = Number.POSITIVE_INFINITY) {
    this.#receiveMaximum = receiveMaximum;
  }

  /**
   * A QoS 2 PUBLISH came. Answers false when it is one more than the Receive Maximum allows (v5
   * [MQTT-3.3.4-7], [MQTT-3.3.4-8]).
   */
  begin(packetId: number): boolean {
    this.#open ??= new Set();
    this.#open.add(packetId);
    return this.#open.size <= this.#receiveMaximum;
  }

  /** Its exchange is over. */
  finish(packetId: number): void {
    this.#open?.delete(packetId);
  }
}
