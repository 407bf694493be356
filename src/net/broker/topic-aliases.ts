import type { SentAlias } from './publish-forms.ts';

/**
 * The Topic Aliases of one connection, from its Client and towards it. They end with the connection (v5
 * 3.3.2.3.4).
 */
export class TopicAliases {
  readonly #maximum: number;
  readonly #sentMaximum: number;
  /** Made when first needed: most connections have no aliases. */
  #received: Map<number, string> | undefined;
  #sent: Map<string, number> | undefined;

  /** `maximum` was told to the Client; `sentMaximum` is what it takes, and no more than the Server cares to set. */
  constructor(maximum: number, sentMaximum: number) {
    this.#maximum = maximum;
    this.#sentMaximum = sentMaximum;
  }

  /** Whether the alias is one that the Client may use (v5 [MQTT-3.2.2-17], [MQTT-3.3.2-8], [MQTT-3.3.2-9]). */
  allowed(alias: number): boolean {
    return alias > 0 && alias <= this.#maximum;
  }

  /** Sets or replaces one of the Client's when there is a topic; else reads it. Undefined when it was never set. */
  topicOf(alias: number, topic: string): string | undefined {
    if (topic === '') return this.#received?.get(alias);
    this.#received ??= new Map();
    this.#received.set(alias, topic);
    return topic;
  }

  /**
   * The alias of a topic towards the Client: of each topic while there are any left (v5 [MQTT-3.1.2-26],
   * [MQTT-3.1.2-27]). One that is to be set counts once `set` says that its packet was sent.
   */
  sendAs(topic: string): SentAlias | undefined {
    if (this.#sentMaximum === 0) return undefined;
    const alias = this.#sent?.get(topic);
    if (alias !== undefined) return { alias, sets: false };
    const taken = this.#sent?.size ?? 0;
    return taken >= this.#sentMaximum ? undefined : { alias: taken + 1, sets: true };
  }

  set(topic: string, { alias, sets }: SentAlias): void {
    if (!sets) return;
    this.#sent ??= new Map();
    this.#sent.set(topic, alias);
  }
}
