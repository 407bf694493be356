/** Fields of a packet as rows, and which field a byte belongs to. */
import type { Field } from '../../mqtt/packet.ts';

export interface FieldRow {
  readonly field: Field;
  /** 0 at the outside. */
  readonly level: number;
}

/** Every field, groups before their parts. */
export function flattenFields(fields: readonly Field[], level = 0): readonly FieldRow[] {
  return fields.flatMap((field) => [{ field, level }, ...flattenFields(field.fields ?? [], level + 1)]);
}

/**
 * The row of the field that a byte belongs to: the shortest that covers it, and of those of one length the outermost, which
 * for bits of one byte is their group.
 */
export function fieldOfByte(rows: readonly FieldRow[], offset: number): number | undefined {
  let best: number | undefined;
  let bestLength = Number.POSITIVE_INFINITY;
  rows.forEach(({ field: { start, end } }, index) => {
    if (offset < start || offset >= end || end - start >= bestLength) return;
    best = index;
    bestLength = end - start;
  });
  return best;
}

/** Fields whose name starts with this word, whole, and of other groups what of them does. */
export function fieldsNamed(fields: readonly Field[], word: string): readonly Field[] {
  return fields.flatMap((field) => {
    if (field.name.startsWith(word)) return [field];
    const parts = fieldsNamed(field.fields ?? [], word);
    return parts.length === 0 ? [] : [{ ...field, fields: parts }];
  });
}

/** Two hexadecimal digits. */
export function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0');
}

/** A printable ASCII character, or a middle dot. */
export function asciiByte(value: number): string {
  return value >= 0x20 && value < 0x7f ? String.fromCharCode(value) : '·';
}

export function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, hexByte).join(' ');
}
