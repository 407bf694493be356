import type { SandboxSettings } from '../../profile/model.ts';
import type { Clock } from '../clock.ts';
import type { Authorization } from './authorization.ts';
import type { BrokerLimits } from './limits.ts';
import type { BrokerLog } from './log.ts';
import type { RetainedMessages } from './retained.ts';
import type { Router } from './router.ts';
import type { Sessions } from './sessions.ts';
import type { Subscriptions } from './subscriptions.ts';

/** The parts of one broker, as its connections and packet handlers see them. */
export interface BrokerContext {
  readonly clock: Clock;
  readonly limits: BrokerLimits;
  readonly settings: SandboxSettings;
  readonly authorization: Authorization;
  readonly sessions: Sessions;
  readonly subscriptions: Subscriptions;
  readonly retained: RetainedMessages;
  readonly router: Router;
  readonly log: BrokerLog;
  /** A Client Identifier that no Session has (v5 [MQTT-3.2.2-16]). */
  newClientId(): string;
}
