/** What one connection remembers of the PUBLISH packets that its Client sends. Ends with the connection. */
export class Incoming {
  readonly #topicAliasMaximum: number;
  readonly #receiveMaximum: number;
  /** v5 3.3.2.3.4: a Topic Alias lives as long as the Network Connection. */
  readonly #topics = new Map<number, string>();
  /** QoS 2 messages that came over this connection and are not released; QoS 1 is acknowledged at once. */
  readonly #open = new Set<number>();

  constructor(topicAliasMaximum: number, receiveMaximum: number) {
    this.#topicAliasMaximum = topicAliasMaximum;
    this.#receiveMaximum = receiveMaximum;
  }

  /**
   * Whether the alias is one that the Client may use (v5 [MQTT-3.2.2-17], [MQTT-3.3.2-8], [MQTT-3.3.2-9]).
   */
  aliasAllowed(alias: number): boolean {
    return alias > 0 && alias <= this.#topicAliasMaximum;
  }

  /** Sets or replaces a Topic Alias when there is a topic; else reads it. Undefined when it was never set. */
  topicOf(alias: number, topic: string): string | undefined {
    if (topic === '') return this.#topics.get(alias);
    this.#topics.set(alias, topic);
    return topic;
  }

  /**
   * A QoS 2 PUBLISH came. Answers false when it is one more than the Receive Maximum allows (v5
   * [MQTT-3.3.4-7]).
   */
  begin(packetId: number): boolean {
    this.#open.add(packetId);
    return this.#open.size <= this.#receiveMaximum;
  }

  /** Its exchange is over. */
  finish(packetId: number): void {
    this.#open.delete(packetId);
  }
}
