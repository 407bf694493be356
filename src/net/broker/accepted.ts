import type { ClientIdentity } from './access.ts';
import type { Incoming } from './incoming.ts';
import type { BrokerLimits } from './limits.ts';
import type { Session } from './session.ts';
import type { TopicAliases } from './topic-aliases.ts';

/** What a CONNECT that is accepted makes of its connection. */
export interface Accepted {
  readonly session: Session;
  readonly who: ClientIdentity;
  readonly atMs: number;
  /** What was granted with CONNACK. */
  readonly terms: BrokerLimits;
  /** Effective, in seconds; 0 is off. */
  readonly keepAliveSeconds: number;
  /** As CONNECT asked for it, in seconds: what a change in DISCONNECT is held against (v5 3.14.2.2.2). */
  readonly requestedSessionExpiryInterval: number;
  /** Of the Client (v5 3.1.2.11.3). */
  readonly receiveMaximum: number;
  /** Whether acknowledgements may carry a Reason String (v5 [MQTT-3.1.2-29]). */
  readonly problemInformation: boolean;
  /** Of CONNECT: the method of every AUTH on this connection (v5 [MQTT-4.12.1-1]). */
  readonly authenticationMethod: string | undefined;
  readonly incoming: Incoming;
  /** Undefined before 5.0. */
  readonly aliases: TopicAliases | undefined;
}
