/** Valid packets with a few bytes changed: what a broken or hostile peer sends. */
import * as fc from 'fast-check';
import { encodePacket } from '../../../../src/mqtt/encode.ts';
import type { Direction, ProtocolVersion } from '../../../../src/mqtt/packet.ts';
import { anyPacket } from './arbitrary-packets.ts';

interface Change {
  readonly kind: 'replace' | 'insert' | 'delete' | 'bit';
  /** Which byte, as a share of the length. */
  readonly place: number;
  readonly value: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('replace', 'insert', 'delete', 'bit'),
  place: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  value: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 2, 3, 4, 0x7f, 0x80, 0xff)),
});

function apply(bytes: number[], { kind, place, value }: Change): void {
  const at = Math.floor(place * bytes.length);
  if (kind === 'replace') bytes[at] = value;
  else if (kind === 'insert') bytes.splice(at, 0, value);
  else if (kind === 'delete') bytes.splice(at, 1);
  else bytes[at] = (bytes[at] ?? 0) ^ (1 << (value & 7));
}

export interface Mutated {
  readonly version: ProtocolVersion;
  readonly direction: Direction;
  readonly bytes: Uint8Array;
}

/** With a Remaining Length that fits most of the time, so that the fault lies deeper. */
export const mutatedPacket: fc.Arbitrary<Mutated> = fc
  .tuple(anyPacket, fc.array(change, { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 4 }))
  .map(([{ version, direction, packet }, changes, lottery]) => {
    const whole = encodePacket(packet, version);
    const header = (whole[1] ?? 0) < 0x80 ? 2 : 3;
    if (lottery === 0) {
      const bytes = [...whole];
      for (const each of changes) apply(bytes, each);
      return { version, direction, bytes: Uint8Array.from(bytes) };
    }
    const first = [whole[0] ?? 0];
    const body = [...whole.subarray(header)];
    for (const each of changes) apply(lottery === 1 ? first : body, each);
    const length = body.length < 0x80 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
    return { version, direction, bytes: Uint8Array.from([first[0] ?? 0, ...length, ...body]) };
  });
