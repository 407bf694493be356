/** How a probe's Client connects: what is wished, the CONNECT that says it, and what may be the matter with the answer. */
import type { ConnackPacket, ConnectPacket, Property, ProtocolVersion, QoS } from '../mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../mqtt/properties.ts';
import { reasonCodeName } from '../mqtt/reason-codes.ts';
import { CannotTry } from './failures.ts';
import type { CheckTarget } from './target.ts';
import type { WireClient } from './wire-client.ts';

/** A will as a probe wishes it: a text is its payload. */
export interface WillWish {
  readonly payload: string | Uint8Array;
  readonly topic?: string | undefined;
  readonly qos?: QoS | undefined;
  readonly retain?: boolean | undefined;
  /** Will Delay Interval in seconds. */
  readonly delay?: number | undefined;
  readonly properties?: readonly Property[] | undefined;
}

export interface Connecting {
  readonly version: ProtocolVersion;
  readonly cleanStart: boolean;
  readonly will?: WillWish | undefined;
  /** Session Expiry Interval in seconds; absent from the packet when undefined. */
  readonly expiry?: number | undefined;
  readonly keepAlive?: number | undefined;
  /** Whatever Session Expiry Interval the Server grants will do. */
  readonly anyExpiry?: true | undefined;
  /** `a` unless given: tells the Clients of one probe apart; `none` sends an empty Client Identifier. */
  readonly as?: string | undefined;
}

/** One Network Connection of a probe whose CONNECT was answered. */
export interface Party {
  readonly client: WireClient;
  readonly number: number;
  readonly clientId: string;
  readonly connack: ConnackPacket;
}

/** The Server did not accept; `connack` is undefined when it closed without. */
export interface Refusal {
  readonly connack: ConnackPacket | undefined;
}

export type Answer =
  | { readonly accepted: true; readonly party: Party }
  | ({ readonly accepted: false } & Refusal);

/** An expiry below is waited for by some probe, so that another one in its place changes what is expected. */
const expiryMattersSeconds = 30;
const maximumIdLength3 = 23;
const never = 0xffff_ffff;

/** The payload of a message as text. */
export function text(payload: Uint8Array): string {
  return new TextDecoder().decode(payload);
}

/** A property whose value is a number. */
export function number(id: number, value: number): Property {
  return { id, kind: 'number', value };
}

/** The properties that tell a Session Expiry Interval, in seconds: none when undefined. */
export function expiryOf(expiry: number | undefined): Property[] {
  return expiry === undefined ? [] : [number(PROPERTY.sessionExpiryInterval, expiry)];
}

/** The CONNECT of a wish. `topic` is that of a will that names none. */
export function connectPacket(
  clientId: string,
  { version, cleanStart, will, expiry, keepAlive = 0 }: Connecting,
  topic: string,
  credentials: CheckTarget['credentials'],
): ConnectPacket {
  return {
    type: 'connect',
    protocolName: version === 3 ? 'MQIsdp' : 'MQTT',
    version,
    cleanStart,
    keepAliveSeconds: keepAlive,
    clientId,
    properties: expiryOf(expiry),
    userName: credentials?.userName,
    password: credentials?.password === undefined ? undefined : bytesOf(credentials.password),
    will: will && {
      topic: will.topic ?? topic,
      payload: bytesOf(will.payload),
      qos: will.qos ?? 1,
      retain: will.retain ?? false,
      properties: [
        ...(will.delay === undefined ? [] : [number(PROPERTY.willDelayInterval, will.delay)]),
        ...(will.properties ?? []),
      ],
    },
  };
}

/** @throws CannotTry when MQTT 3.1 does not allow a Client Identifier of this length (3.1, section 3.1) */
export function checkIdLength(clientId: string, version: ProtocolVersion): void {
  if (version !== 3 || clientId.length <= maximumIdLength3) return;
  throw new CannotTry(
    `3.1 allows Client Identifiers of ${maximumIdLength3} characters, and the prefix makes them longer`,
  );
}

/** @throws CannotTry when the Server grants another Session Expiry Interval than the probe needs (5.0, 3.2.2.3.2) */
export function checkGranted(
  { version, expiry, anyExpiry }: Connecting,
  { properties }: ConnackPacket,
): void {
  if (version !== 5 || expiry === undefined || anyExpiry === true) return;
  const granted = propertyNumber(properties, PROPERTY.sessionExpiryInterval) ?? expiry;
  if (granted === expiry || Math.min(granted, expiry) > expiryMattersSeconds) return;
  throw new CannotTry(
    `the Server grants a Session Expiry Interval of ${granted === never ? 'never' : `${granted} s`} where ${expiry} s was asked for`,
  );
}

/** The error of a CONNECT that had to be accepted and was not. */
export function refused({ version, will }: Connecting, connack: ConnackPacket | undefined): CannotTry {
  if (connack === undefined) return new CannotTry('the Server closes without answering the CONNECT');
  const name = reasonCodeName('connack', version, connack.reasonCode);
  const what = will === undefined ? 'a plain CONNECT' : 'the CONNECT with its will';
  return new CannotTry(
    `the Server refuses ${what} (0x${connack.reasonCode.toString(16).padStart(2, '0')}, ${name})`,
  );
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? new TextEncoder().encode(value) : value;
}
