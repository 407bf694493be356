/** IP addresses as bytes and as text (RFC 5952). This room sees no Node, which could do it. */

const V4_BYTES = 4;
const V6_GROUPS = 8;

/** The 4 or 16 bytes of an address in text, or undefined when it is none. An IPv4 address mapped into IPv6 is taken as IPv4. */
export function parseAddress(text: string): Uint8Array | undefined {
  const plain = text.replace(/%.*$/, '');
  return plain.includes(':') ? unmapped(parseV6(plain)) : parseV4(plain);
}

/** The text of an address of 4 or 16 bytes. */
export function formatAddress(bytes: Uint8Array): string {
  const address = unmapped(bytes) ?? bytes;
  return address.length === V4_BYTES ? address.join('.') : formatV6(address);
}

/** An IPv4 address as IPv6 writes it (RFC 4291, 2.5.5.2). */
export function mappedToV6(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== V4_BYTES) return bytes;
  return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...bytes);
}

function unmapped(bytes: Uint8Array | undefined): Uint8Array | undefined {
  if (bytes?.length !== 16) return bytes;
  const isMapped =
    bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return isMapped ? bytes.slice(12) : bytes;
}

function parseV4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== V4_BYTES) return undefined;
  if (!parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return Uint8Array.from(parts, Number);
}

function parseV6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => groupsOf(half));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const behind = tail ?? [];
  const missing = V6_GROUPS - head.length - behind.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...behind];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function groupsOf(half: string): number[] | undefined {
  if (half === '') return [];
  const groups: number[] = [];
  for (const part of half.split(':')) {
    const v4 = part.includes('.') ? parseV4(part) : undefined;
    if (v4 !== undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = v4;
      groups.push((a << 8) | b, (c << 8) | d);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function formatV6(bytes: Uint8Array): string {
  const groups = Array.from({ length: V6_GROUPS }, (_, index) => {
    return ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0);
  });
  const { start, length } = longestZeros(groups);
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  return best;
}
