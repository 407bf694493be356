import type { Clock } from '../clock.ts';
import type { Authenticator, Authorizer } from './access.ts';
import type { Behaviour } from './behaviour.ts';
import type { BrokerLimits, Limited } from './limits.ts';
import type { BrokerLog } from './log.ts';
import type { Flusher } from './output.ts';
import type { QueueMemory } from './queue-memory.ts';
import type { RetainedMessages } from './retained.ts';
import type { Router } from './router.ts';
import type { Sessions } from './sessions.ts';
import type { BrokerStats } from './stats.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { SysTopics } from './sys-topics.ts';

/** The parts of one broker, as its connections and packet handlers see them. */
export interface BrokerContext extends Limited {
  readonly clock: Clock;
  /** As they are now. What was granted to a connection stays: see `Accepted.terms`. */
  readonly limits: BrokerLimits;
  /** As it is now: read where it is needed. */
  readonly behaviour: Behaviour;
  readonly authorization: Authorizer;
  readonly authentication: Authenticator;
  readonly sessions: Sessions;
  readonly subscriptions: Subscriptions;
  readonly retained: RetainedMessages;
  readonly router: Router;
  readonly sys: SysTopics;
  readonly stats: BrokerStats;
  readonly flusher: Flusher;
  /** What the queues of all Sessions hold. */
  readonly memory: QueueMemory;
  readonly log: BrokerLog;
  /** A Client Identifier that no Session has (v5 [MQTT-3.2.2-16]). */
  newClientId(): string;
}
