/** What one Client may cost the broker. Each number bounds memory; sizes are in bytes. */
export interface BrokerLimits {
  /** The largest MQTT Control Packet taken from a Client; told to 5.0 Clients (v5 3.2.2.3.6). */
  readonly maximumPacketSize: number;
  /** QoS 2 messages under way from one Client; told to 5.0 Clients when below 65,535 (v5 3.2.2.3.3). */
  readonly receiveMaximum: number;
  /** Topic Aliases that a 5.0 Client may set (v5 3.2.2.3.8). */
  readonly topicAliasMaximum: number;
  /** How long a connection may stay without a complete CONNECT, in ms (v5 3.1.4). */
  readonly connectTimeoutMs: number;
  /** How long a Client may take to close a connection that was ended here, in ms. */
  readonly lingerMs: number;
  /** Unsent bytes on one connection from which on deliveries wait and the Client is no longer read. */
  readonly backlogBytes: number;
  /** Messages that one Session holds, queued and in flight. Further ones are dropped. */
  readonly queuedMessages: number;
  /** The same in bytes. */
  readonly queuedBytes: number;
  readonly subscriptionsPerSession: number;
  /** Levels of one Topic Filter: each costs a node of the tree. */
  readonly topicFilterLevels: number;
  /** Sessions, with and without a connection. */
  readonly sessions: number;
  readonly retainedMessages: number;
  readonly retainedBytes: number;
}

const kibi = 1024;
const mebi = kibi * kibi;

export const defaultLimits: BrokerLimits = {
  maximumPacketSize: mebi,
  receiveMaximum: 65_535,
  topicAliasMaximum: 100,
  connectTimeoutMs: 10_000,
  lingerMs: 1_000,
  backlogBytes: mebi,
  queuedMessages: 10_000,
  queuedBytes: 16 * mebi,
  subscriptionsPerSession: 10_000,
  topicFilterLevels: 128,
  sessions: 100_000,
  retainedMessages: 100_000,
  retainedBytes: 64 * mebi,
};
