/** Whether a message is as a step expects it, and how to say what it is like. */
import type { PublishPacket } from '../../mqtt/packet.ts';
import { PROPERTY, propertyString, userProperties } from '../../mqtt/properties.ts';
import type { UserProperties } from '../../profile/model.ts';
import type { MessageLikeness } from '../../profile/scenarios.ts';

/** Longer texts are cut where they are told. In characters. */
const toldCharacters = 80;

/** A message in the parts that can be expected; `topic` as it is known, since an alias may stand for it. */
export function likenessOf(topic: string, packet: PublishPacket): MessageLikeness {
  const { payload, qos, retain, properties } = packet;
  return {
    topic,
    payload: textOf(payload),
    qos,
    retain,
    contentType: propertyString(properties, PROPERTY.contentType),
    responseTopic: propertyString(properties, PROPERTY.responseTopic),
    userProperties: userProperties(properties),
  };
}

const keys = ['topic', 'payload', 'qos', 'retain', 'contentType', 'responseTopic'] as const;

/** Whether all that is expected is so. */
export function isLike(expected: MessageLikeness, actual: MessageLikeness): boolean {
  return (
    keys.every((key) => expected[key] === undefined || expected[key] === actual[key]) &&
    (expected.userProperties === undefined ||
      holdsInOrder(actual.userProperties ?? [], expected.userProperties))
  );
}

function holdsInOrder(actual: UserProperties, expected: UserProperties): boolean {
  let next = 0;
  for (const [name, value] of actual) {
    const wanted = expected[next];
    if (wanted !== undefined && wanted[0] === name && wanted[1] === value) next += 1;
  }
  return next === expected.length;
}

/** In words: `topic "offline", payload "x", QoS 1`; only the parts that `like` names, or all that there are. */
export function tell(message: MessageLikeness, like: MessageLikeness = message): string {
  const parts: string[] = [];
  const quote = (name: string, text: string | undefined): void => {
    parts.push(text === undefined ? `no ${name}` : `${name} "${cut(text)}"`);
  };
  if (like.topic !== undefined) quote('topic', message.topic);
  if (like.payload !== undefined) quote('payload', message.payload);
  if (like.qos !== undefined) parts.push(`QoS ${message.qos}`);
  if (like.retain !== undefined) parts.push(`RETAIN ${message.retain === true ? 1 : 0}`);
  if (like.contentType !== undefined) quote('Content Type', message.contentType);
  if (like.responseTopic !== undefined) quote('Response Topic', message.responseTopic);
  if (like.userProperties !== undefined) {
    const pairs = (message.userProperties ?? []).map(([name, value]) => `${name}=${value}`);
    quote('User Properties', pairs.length === 0 ? undefined : pairs.join(', '));
  }
  return parts.join(', ');
}

/** As text where it is UTF-8, else in hexadecimal. */
function textOf(payload: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
  } catch {
    return `0x${Buffer.from(payload).toString('hex')}`;
  }
}

function cut(text: string): string {
  return text.length > toldCharacters ? `${text.slice(0, toldCharacters)}…` : text;
}
