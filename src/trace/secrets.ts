/**
 * What of a connection must not be shown. A Password stands in CONNECT, Authentication Data in CONNECT,
 * CONNACK and AUTH (v5 3.1.3.6, 3.1.2.11.10). Where they were understood their bytes are known; else they may
 * be anywhere in what was not.
 */

import { secretMask } from '../mqtt/decode/preview.ts';
import { decodePacket, dissectPacket } from '../mqtt/decode.ts';
import { type Field, TO_SERVER } from '../mqtt/packet.ts';
import { packetTypeOf } from '../mqtt/packet-types.ts';
import { PROPERTY, propertyString } from '../mqtt/properties.ts';

/**
 * What may be shown of a connection beside its CONNECT. `nothing`: the CONNECT has not been understood whole,
 * so that its Password may be anywhere in what the Client sends. `packets`: it authenticates with AUTH
 * packets, so that bytes which are no packet may hold Authentication Data.
 */
export type Shown = 'all' | 'packets' | 'nothing';

/** An asterisk: what a hidden byte is shown as. */
const MASK_BYTE = 0x2a;

export function shownAfterConnect(bytes: Uint8Array, start: number, end: number): Shown {
  const decoded = decodePacket(bytes, start, end, 5, TO_SERVER);
  if (!decoded.ok) {
    // A rule may be broken although every field was found; only what was not found can hide a password
    // elsewhere.
    const { fields } = dissectPacket(bytes, start, end, 5, TO_SERVER);
    return fields.at(-1)?.name === 'Not read' ? 'nothing' : 'packets';
  }
  const { packet } = decoded;
  if (packet.type !== 'connect') return 'nothing';
  return propertyString(packet.properties, PROPERTY.authenticationMethod) === undefined ? 'all' : 'packets';
}

/** Hides all of `bytes[from, to)`. */
export function maskRange(bytes: Uint8Array, from = 0, to = bytes.length, filler = MASK_BYTE): void {
  bytes.fill(filler, Math.max(0, from), Math.max(0, to));
}

/** The field that stands for bytes which are hidden because a secret may be anywhere in them. */
export function hiddenField(start: number, end: number): Field {
  return {
    name: 'Hidden',
    value: 'A password may be among these bytes, and its place is not known.',
    start,
    end,
    secret: true,
  };
}

/**
 * Hides the secrets of a packet: in `bytes`, which begin with it and may be cut off, and in the fields that
 * it returns. In a packet of a type that can hold secrets, all is hidden that is not covered by a field which
 * is none.
 */
export function hideSecrets(
  bytes: Uint8Array,
  fields: readonly Field[],
  filler = MASK_BYTE,
): readonly Field[] {
  const type = packetTypeOf((bytes[0] ?? 0) >> 4)?.type;
  if (type === 'connect' || type === 'connack' || type === 'auth') {
    const clear = bytes.slice();
    maskRange(bytes, 0, bytes.length, filler);
    for (const { start, end, secret } of leaves(fields)) {
      if (secret !== true && start < end) bytes.set(clear.subarray(start, end), start);
    }
  }
  for (const { start, end, secret } of leaves(fields))
    if (secret === true) maskRange(bytes, start, end, filler);
  return fields.map(withoutSecret);
}

function* leaves(fields: readonly Field[]): Generator<Field, void, undefined> {
  for (const field of fields) {
    if (field.fields === undefined || field.secret === true) yield field;
    else yield* leaves(field.fields);
  }
}

function withoutSecret(field: Field): Field {
  if (field.secret === true) {
    const { name, start, end } = field;
    return { name, value: secretMask, start, end, secret: true };
  }
  return field.fields === undefined ? field : { ...field, fields: field.fields.map(withoutSecret) };
}
