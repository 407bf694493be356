/**
 * What the sandbox broker can be made to do against the standard: each row is something that brokers are known to do, with
 * the statement that it breaks and where it was reported. Reports are of behaviours, in versions that may be long past.
 */
import type { StatementRef } from '../../mqtt/packet.ts';

export interface DeviationRow {
  /** The word in `sandbox.deviations` and behind `--deviation`. */
  readonly name: string;
  /** One sentence: what the broker does. */
  readonly help: string;
  /** The first is the one that says most. */
  readonly breaks: readonly StatementRef[];
  /** Issues and pull requests as `owner/repository#number`, where the same behaviour was reported of a broker. */
  readonly seen: readonly string[];
}

const v5 = (id: string): StatementRef => ({ version: 5, id });
const v311 = (id: string): StatementRef => ({ version: 4, id });

export const deviationRows = [
  {
    name: 'noWillAt0x04',
    help: 'DISCONNECT with Reason Code 0x04 (Disconnect with Will Message) removes the will, as 0x00 does.',
    breaks: [v5('MQTT-3.1.2-8'), v5('MQTT-3.14.4-3')],
    seen: ['nanomq/nanomq#2412', 'nanomq/nanomq#2442'],
  },
  {
    name: 'noWillAtErrorCodes',
    help: 'DISCONNECT with a Reason Code of 0x80 or above removes the will, as 0x00 does.',
    breaks: [v5('MQTT-3.14.4-3'), v5('MQTT-3.1.2-8')],
    seen: [],
  },
  {
    name: 'noWillAtReservedCodes',
    help: 'DISCONNECT with a Reason Code that no Client may send is taken for one with 0x00: the will is removed.',
    breaks: [v5('MQTT-3.14.2-1'), v5('MQTT-3.1.2-8')],
    seen: ['eclipse-mosquitto/mosquitto#3743', 'vernemq/vernemq#2553', 'nanomq/nanomq#2442'],
  },
  {
    name: 'noWillAfterSecondConnect',
    help: 'The will of a Client that is closed because it sent CONNECT a second time is removed.',
    breaks: [v5('MQTT-3.1.2-8'), v311('MQTT-3.1.2-8')],
    seen: [],
  },
  {
    name: 'noWillAtTakeover',
    help: 'The will of a Client that is taken over by another connection is removed.',
    breaks: [v5('3.1.4'), v5('MQTT-3.1.2-8'), v311('MQTT-3.1.2-8')],
    seen: ['emqx/emqx#10551', 'emqx/emqx#11868', 'vernemq/vernemq#767'],
  },
  {
    name: 'noWillAtResumingTakeover',
    help: 'The will of a Client that is taken over is removed where the new connection resumes the Session, even without a Will Delay Interval.',
    breaks: [v5('3.1.4'), v5('MQTT-3.1.2-8'), v311('MQTT-3.1.2-8')],
    seen: ['eclipse-mosquitto/mosquitto#3509', 'eclipse-mosquitto/mosquitto#904'],
  },
  {
    name: 'noWillWithoutSessionExpiry',
    help: 'A will with Clean Start 0 is never published where the Session Expiry Interval is 0 or absent.',
    breaks: [v5('MQTT-3.1.2-8'), v5('3.1.2.11.2')],
    seen: ['nanomq/nanomq#1989'],
  },
  {
    name: 'noWillWithCleanSession0',
    help: 'In 3.1.1 a will with CleanSession 0 is never published.',
    breaks: [v311('MQTT-3.1.2-8')],
    seen: ['nanomq/nanomq#2026'],
  },
  {
    name: 'noWillAtCleanStart',
    help: 'A will that waits is removed where the Client connects again with Clean Start 1, though that ends its Session.',
    breaks: [v5('MQTT-3.1.3-9'), v5('MQTT-3.1.2-4')],
    seen: ['redboltz/mqtt_cpp#788'],
  },
  {
    name: 'noWillWhenDelayExceedsExpiry',
    help: 'A will whose Will Delay Interval is longer than the Session Expiry Interval is never published.',
    breaks: [v5('MQTT-3.1.3-9')],
    seen: ['eclipse-mosquitto/mosquitto#1401'],
  },
  {
    name: 'willNotCancelledOnResume',
    help: 'A will that waits is published though its Session was resumed before the Will Delay Interval had passed.',
    breaks: [v5('MQTT-3.1.3-9')],
    seen: ['LabOverWire/mqtt-lib#154'],
  },
  {
    name: 'oldWillKeptOnResume',
    help: 'Where a connection without a will resumes a Session, the will of the one before is still held, and published at its end.',
    breaks: [v5('MQTT-3.1.2-7'), v5('MQTT-3.1.3-9')],
    seen: [],
  },
  {
    name: 'willDelayIgnored',
    help: 'The Will Delay Interval is ignored: wills are published at once.',
    breaks: [v5('MQTT-3.1.3-9')],
    seen: ['vernemq/vernemq#1298', 'vernemq/vernemq#1291'],
  },
  {
    name: 'willDelayFromConnect',
    help: 'The Will Delay Interval is counted from the CONNECT, not from the end of the connection.',
    breaks: [v5('MQTT-3.1.3-9')],
    seen: [],
  },
  {
    name: 'willDelayWithoutSession',
    help: 'A will waits for its Will Delay Interval though its Session ended with the connection (Session Expiry Interval 0 or absent).',
    breaks: [v5('MQTT-3.1.3-9'), v5('3.1.2.11.2')],
    seen: ['eclipse-mosquitto/mosquitto#3505'],
  },
  {
    name: 'willDelayBeyondExpiry',
    help: 'A will waits for its Will Delay Interval though its Session expires before that.',
    breaks: [v5('MQTT-3.1.3-9')],
    seen: [],
  },
  {
    name: 'willsInLine',
    help: 'Delayed wills stand in line by their Will Delay Interval: one that is due waits for those with a shorter interval that are not.',
    breaks: [v5('MQTT-3.1.3-9'), v5('3.1.2.5')],
    seen: [],
  },
  {
    name: 'willPublishedTwice',
    help: 'Every will is published twice.',
    breaks: [v5('MQTT-3.1.2-10'), v311('MQTT-3.1.2-10')],
    seen: [],
  },
  {
    name: 'willDelayLeaked',
    help: 'The PUBLISH of a will carries its Will Delay Interval, which is no property of PUBLISH.',
    breaks: [v5('2.2.2.2'), v5('3.1.3.2.2')],
    seen: ['nanomq/NanoNNG#1624', 'moscajs/aedes#1098'],
  },
  {
    name: 'willPropertiesDropped',
    help: 'The PUBLISH of a will carries none of its properties but the User Properties.',
    breaks: [v5('MQTT-3.3.2-4'), v5('MQTT-3.3.2-20'), v5('MQTT-3.3.2-15'), v5('MQTT-3.3.2-16')],
    seen: ['apache/activemq-artemis#6616'],
  },
  {
    name: 'willNotRetained',
    help: 'A will with Will Retain is published, but not retained.',
    breaks: [v5('MQTT-3.1.2-15'), v311('MQTT-3.1.2-17')],
    seen: ['rabbitmq/rabbitmq-mqtt#74', 'mochi-mqtt/server#233'],
  },
  {
    name: 'delayedWillNotRetained',
    help: 'A will with Will Retain that was published after a delay is not retained.',
    breaks: [v5('MQTT-3.1.2-15')],
    seen: [],
  },
  {
    name: 'sessionByCleanStart',
    help: 'Clean Start decides in 5.0 how long a Session is kept, not the Session Expiry Interval: with 0 it stays, with 1 it ends with its connection.',
    breaks: [v5('MQTT-4.1.0-2'), v5('MQTT-3.1.2-23'), v5('3.1.2.11.2')],
    seen: ['nanomq/nanomq#1989'],
  },
  {
    name: 'sessionEndsEarly',
    help: 'In 5.0 a Session ends after half of its Session Expiry Interval, and CONNACK does not say so.',
    breaks: [v5('MQTT-3.1.2-23'), v5('3.2.2.3.2')],
    seen: [],
  },
  {
    name: 'sessionOutlivesExpiry',
    help: 'A Session is still there after its Session Expiry Interval has passed.',
    breaks: [v5('MQTT-4.1.0-2'), v5('MQTT-3.2.2-3')],
    seen: ['thingsboard/tbmq#372', 'dotnet/MQTTnet#1756', 'nanomq/nanomq#2412'],
  },
  {
    name: 'endedSessionResumedAtTakeover',
    help: 'Who takes over with Clean Start 0 resumes a Session whose Session Expiry Interval is 0, and cancels its delayed will.',
    breaks: [v5('3.1.2.11.2'), v5('MQTT-3.2.2-3'), v5('MQTT-3.1.2-8')],
    seen: ['emqx/emqx#18565', 'emqx/emqx#18583'],
  },
  {
    name: 'disconnectExpiryIgnored',
    help: 'A Session Expiry Interval in DISCONNECT changes nothing.',
    breaks: [v5('3.14.2.2.2')],
    seen: [],
  },
  {
    name: 'disconnectExpiryFrom0Taken',
    help: 'A DISCONNECT that changes the Session Expiry Interval from 0 to another value is taken for a plain one: no answer, no will.',
    breaks: [v5('3.14.2.2.2'), v5('MQTT-3.1.2-8')],
    seen: [],
  },
  {
    name: 'sessionPresentAlways0',
    help: 'Session Present is 0 in every CONNACK, though the Session is resumed.',
    breaks: [v5('MQTT-3.2.2-3'), v311('MQTT-3.2.2-2')],
    seen: [],
  },
  {
    name: 'sessionPresentAfterCleanStart',
    help: 'Session Present is 1 after Clean Start 1 where there was a Session, though it has been discarded.',
    breaks: [v5('MQTT-3.2.2-2'), v311('MQTT-3.2.2-1')],
    seen: [],
  },
  {
    name: 'takeoverUntold',
    help: 'A Client that is taken over gets no DISCONNECT 0x8E: its connection just closes.',
    breaks: [v5('MQTT-3.1.4-3')],
    seen: ['nanomq/nanomq#1927'],
  },
  {
    name: 'keepAliveTripled',
    help: 'A silent Client is closed only after three times its Keep Alive.',
    breaks: [v5('MQTT-3.1.2-22'), v311('MQTT-3.1.2-24')],
    seen: [],
  },
  {
    name: 'keepAliveTooShort',
    help: 'A silent Client is closed after its Keep Alive, and its will published then, not after 1.5 times of it.',
    breaks: [v5('MQTT-3.1.2-22')],
    seen: [],
  },
  {
    name: 'retainedExpiryFrozen',
    help: 'The Message Expiry Interval of a retained message is sent as it was received, without the time that it has waited.',
    breaks: [v5('MQTT-3.3.2-6')],
    seen: ['hivemq/hivemq-community-edition#616'],
  },
] as const satisfies readonly DeviationRow[];

/** The name of a deviation. */
export type DeviationName = (typeof deviationRows)[number]['name'];

const names: ReadonlySet<string> = new Set(deviationRows.map(({ name }) => name));

export function isDeviationName(text: string): text is DeviationName {
  return names.has(text);
}

/** Where an issue of `seen` is told. */
export function issueUrl(issue: string): string {
  const [repository, number] = issue.split('#');
  return `https://github.com/${repository}/issues/${number}`;
}
