/** PUBLISH packets to subscribers: made once for each form of a message that goes to many. */
import { propertyBytes, publishBytes, publishPacketIdAt } from '../../mqtt/encode/publish-bytes.ts';
import type { Property, ProtocolVersion, QoS } from '../../mqtt/packet.ts';
import { PROPERTY } from '../../mqtt/properties.ts';
import type { Message } from './message.ts';

/** What makes the PUBLISH of one subscriber differ from another's. */
export interface PublishForm {
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  /** Present when `qos` is above 0. */
  readonly packetId: number | undefined;
  readonly subscriptionIdentifiers: readonly number[];
}

/** A Topic Alias towards a Client (v5 3.3.2.3.4). */
export interface SentAlias {
  readonly alias: number;
  /** Whether this packet sets it, and so has the topic, too. */
  readonly sets: boolean;
}

const noTopic = new Uint8Array(0);

/** The packet for a Client of this version. It may be shared: do not write to it. */
export function publishFor(
  message: Message,
  form: PublishForm,
  version: ProtocolVersion,
  nowMs: number,
  alias: SentAlias | undefined,
): Uint8Array {
  const { qos, packetId, subscriptionIdentifiers } = form;
  const plain =
    message.forms !== undefined &&
    !form.dup &&
    alias === undefined &&
    subscriptionIdentifiers.length === 0 &&
    message.messageExpiryInterval === undefined;
  if (!plain || message.forms === undefined) return make(message, form, version, nowMs, alias);
  const key = (version === 5 ? 8 : 0) | (qos << 1) | (form.retain ? 1 : 0);
  let made = message.forms.get(key);
  if (made === undefined) {
    made = make(message, form, version, nowMs, undefined);
    message.forms.set(key, made);
    return made;
  }
  if (packetId === undefined) return made;
  const copy = new Uint8Array(made);
  const at = publishPacketIdAt(copy);
  copy[at] = packetId >> 8;
  copy[at + 1] = packetId;
  return copy;
}

function make(
  message: Message,
  { qos, retain, dup, packetId, subscriptionIdentifiers }: PublishForm,
  version: ProtocolVersion,
  nowMs: number,
  alias: SentAlias | undefined,
): Uint8Array {
  return publishBytes({
    flags: (dup ? 0x08 : 0) | (qos << 1) | (retain ? 0x01 : 0),
    topic: alias === undefined || alias.sets ? message.topicBytes : noTopic,
    packetId,
    properties: version === 5 ? allProperties(message, nowMs, subscriptionIdentifiers, alias) : undefined,
    payload: message.payload,
  });
}

/** Those of the message, and behind them those that are the Server's to set. */
function allProperties(
  message: Message,
  nowMs: number,
  subscriptionIdentifiers: readonly number[],
  alias: SentAlias | undefined,
): Uint8Array {
  const its = message.propertyBytes(nowMs);
  if (alias === undefined && subscriptionIdentifiers.length === 0) return its;
  const own: Property[] = [];
  const number = (id: number, value: number): void => {
    own.push({ id, kind: 'number', value });
  };
  if (alias !== undefined) number(PROPERTY.topicAlias, alias.alias);
  for (const value of subscriptionIdentifiers) number(PROPERTY.subscriptionIdentifier, value);
  const ownBytes = propertyBytes(own);
  const bytes = new Uint8Array(its.length + ownBytes.length);
  bytes.set(its);
  bytes.set(ownBytes, its.length);
  return bytes;
}
