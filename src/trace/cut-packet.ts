/** Packets that were longer than the trace keeps, made readable again. */

/** A packet whose end was cut off, made to end where its bytes end. */
export interface CutPacket {
  readonly bytes: Uint8Array;
  /** How long the fixed header of the packet on the wire is, in bytes. */
  readonly bodyStart: number;
}

/**
 * Copies `bytes[start, end)`, the beginning of a longer packet, under a fixed header whose Remaining Length
 * is what is there. A PUBLISH stays a whole PUBLISH in this way, with a shorter payload.
 */
export function mendCutPacket(bytes: Uint8Array, start: number, end: number): CutPacket {
  let body = start + 1;
  while (body < end && (bytes[body] ?? 0) > 0x7f) body += 1;
  body = Math.min(body + 1, end);
  const length: number[] = [];
  let rest = end - body;
  do {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  const mended = new Uint8Array(1 + length.length + end - body);
  mended[0] = bytes[start] ?? 0;
  mended.set(length, 1);
  mended.set(bytes.subarray(body, end), 1 + length.length);
  return { bytes: mended, bodyStart: body - start };
}
