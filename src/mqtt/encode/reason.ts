/** A Reason Code with properties, in the shortest form that the standard allows (v5 3.4.2.1, 3.14.2.1, 3.15.2.1). */
import type { Properties } from '../packet.ts';
import { encodeProperties } from './properties.ts';
import type { Writer } from './writer.ts';

export function encodeReason(
  writer: Writer,
  { reasonCode, properties }: { readonly reasonCode: number; readonly properties: Properties },
  propertyLength: 'optional' | 'required' = 'optional',
): void {
  if (reasonCode === 0 && properties.length === 0) return;
  writer.uint8(reasonCode);
  if (properties.length > 0 || propertyLength === 'required') encodeProperties(writer, properties);
}
