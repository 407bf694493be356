import type { Field } from '../../../../src/mqtt/packet.ts';

/** The fields that hold no others, in their order. */
export function leavesOf(fields: readonly Field[]): Field[] {
  return fields.flatMap((field) => (field.fields === undefined ? [field] : leavesOf(field.fields)));
}

/** The ranges that the leaves cover, the bits of one byte taken as one. */
export function rangesOf(fields: readonly Field[]): { readonly start: number; readonly end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  for (const { start, end } of leavesOf(fields)) {
    const last = ranges.at(-1);
    if (last?.start === start && last.end === end && end === start + 1) continue;
    ranges.push({ start, end });
  }
  return ranges;
}

/** The name and value of every leaf, for example `Keep Alive: 60 s`. */
export function told(fields: readonly Field[]): string[] {
  return leavesOf(fields).map(({ name, value }) => `${name}: ${value}`);
}
