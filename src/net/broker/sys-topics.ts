import { noProperties } from '../../mqtt/properties.ts';
import { topicMatches } from '../../mqtt/topics.ts';
import type { Cancel, Clock } from '../clock.ts';
import type { Limited } from './limits.ts';
import { Message } from './message.ts';
import type { Router } from './router.ts';
import type { Subscriptions } from './subscriptions.ts';

/** What the broker tells of itself: the end of a topic below `$SYS/broker/`, and its value now. */
export type SysValues = Readonly<Record<string, () => number | string>>;

const prefix = '$SYS/broker/';
/** Topics that only the Server publishes to (v5 4.7.2: it should keep Clients from them). */
const reserved = '$SYS/';

/** Whether a topic is the Server's own. */
export function isSysTopic(topic: string): boolean {
  return topic.startsWith(reserved) || topic === '$SYS';
}

export interface SysWorld extends Limited {
  readonly clock: Clock;
  readonly subscriptions: Subscriptions;
  readonly router: Router;
}

/**
 * The topics below `$SYS`: their values when somebody subscribes, and again in every interval for as long as
 * somebody is subscribed. They cost nothing else.
 */
export class SysTopics {
  readonly #world: SysWorld;
  readonly #values: SysValues;
  #cancel: Cancel | undefined;

  constructor(world: SysWorld, values: SysValues) {
    this.#world = world;
    this.#values = values;
  }

  /** The values of the topics that a filter matches, now; from here on they are kept up to date for it. */
  subscribed(topicFilter: string): Message[] {
    if (!topicFilter.startsWith('$SYS') || this.#world.limits.sysInterval === 0) return [];
    const found = this.#messages().filter(({ topic }) => topicMatches(topicFilter, topic));
    if (found.length > 0) this.#arm();
    return found;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(): void {
    const { clock, limits } = this.#world;
    if (this.#cancel !== undefined || limits.sysInterval === 0) return;
    this.#cancel = clock.schedule(clock.now() + limits.sysInterval * 1_000, () => {
      this.#cancel = undefined;
      let wanted = false;
      for (const message of this.#messages()) wanted = this.#world.router.publish(message) > 0 || wanted;
      if (wanted) this.#arm();
    });
  }

  #messages(): Message[] {
    const nowMs = this.#world.clock.now();
    return Object.entries(this.#values).map(([name, value]) => {
      const payload = Buffer.from(String(value()));
      const message = {
        topic: prefix + name,
        payload,
        qos: 0,
        retain: false,
        properties: noProperties,
      } as const;
      return new Message(message, message.topic, undefined, nowMs);
    });
  }
}
