/** Writes packets by hand, so that tests do not lean on the encoder they test. */

/** A number is one byte; text has its two bytes of length before it; bytes stand as they are. */
export type Part = number | string | Uint8Array;

const utf8 = new TextEncoder();

/** A packet: first byte, Remaining Length (at most 127), and the parts. */
export function wire(first: number, ...parts: readonly Part[]): Uint8Array {
  const body = joined(parts);
  if (body.length > 127) throw new RangeError('Write the Remaining Length by hand.');
  return Uint8Array.of(first, body.length, ...body);
}

/** Property Length and what stands in it. */
export function block(...parts: readonly Part[]): Uint8Array {
  const body = joined(parts);
  if (body.length > 127) throw new RangeError('Write the Property Length by hand.');
  return Uint8Array.of(body.length, ...body);
}

/** Text without a length before it. */
export function raw(text: string): Uint8Array {
  return utf8.encode(text);
}

/** Binary Data: with two bytes of length. */
export function binary(...bytes: readonly number[]): Uint8Array {
  return Uint8Array.of(bytes.length >> 8, bytes.length & 0xff, ...bytes);
}

/** All parts behind each other. */
export function joined(parts: readonly Part[]): Uint8Array {
  const pieces = parts.map((part) => {
    if (typeof part === 'number') return Uint8Array.of(part);
    return typeof part === 'string' ? binary(...utf8.encode(part)) : part;
  });
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}
