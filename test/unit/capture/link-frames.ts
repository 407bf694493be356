/** IP packets in the frames of the link layers that captures come from. */

interface LinkLayer {
  readonly name: string;
  readonly number: number;
  readonly frame: (packet: Uint8Array, little: boolean) => Uint8Array;
}

export const isV6 = (packet: Uint8Array): boolean => (packet[0] ?? 0) >> 4 === 6;
const typeOf = (packet: Uint8Array): readonly number[] => (isV6(packet) ? [0x86, 0xdd] : [0x08, 0x00]);
const MAC = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2] as const;

function behind(...head: readonly number[]): (packet: Uint8Array) => Uint8Array {
  return (packet) => Buffer.concat([Uint8Array.from([...head, ...typeOf(packet)]), packet]);
}

const family = (packet: Uint8Array, ofV6: number): number => (isV6(packet) ? ofV6 : 2);

export const links: readonly [LinkLayer, ...LinkLayer[]] = [
  { name: 'raw', number: 101, frame: (packet) => packet },
  { name: 'Ethernet', number: 1, frame: behind(...MAC) },
  {
    name: 'Ethernet, filled up',
    number: 1,
    frame: (packet) => {
      const frame = behind(...MAC)(packet);
      return Buffer.concat([frame, new Uint8Array(Math.max(0, 60 - frame.length))]);
    },
  },
  { name: 'VLAN', number: 1, frame: behind(...MAC, 0x81, 0, 0x20, 5) },
  { name: 'QinQ', number: 1, frame: behind(...MAC, 0x88, 0xa8, 0, 7, 0x81, 0, 0, 9) },
  {
    name: 'PPPoE',
    number: 1,
    frame: (packet) =>
      Buffer.concat([
        Uint8Array.from([
          ...MAC,
          0x88,
          0x64,
          0x11,
          0,
          0,
          1,
          ((packet.length + 2) >> 8) & 0xff,
          (packet.length + 2) & 0xff,
        ]),
        Uint8Array.from(isV6(packet) ? [0, 0x57] : [0, 0x21]),
        packet,
      ]),
  },
  { name: 'SLL', number: 113, frame: behind(0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0) },
  {
    name: 'SLL with VLAN',
    number: 113,
    frame: behind(0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 0x81, 0, 0, 5),
  },
  {
    name: 'SLL2',
    number: 276,
    frame: (packet) =>
      Buffer.concat([
        Uint8Array.from([...typeOf(packet), 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]),
        packet,
      ]),
  },
  {
    name: 'SLL2 with VLAN',
    number: 276,
    frame: (packet) =>
      Buffer.concat([
        Uint8Array.from([
          0x81,
          0,
          0,
          0,
          0,
          0,
          0,
          2,
          0,
          1,
          0,
          6,
          2,
          0,
          0,
          0,
          0,
          1,
          0,
          0,
          0,
          5,
          ...typeOf(packet),
        ]),
        packet,
      ]),
  },
  {
    name: 'null',
    number: 0,
    frame: (packet, little) => {
      const of = family(packet, 30);
      return Buffer.concat([Uint8Array.from(little ? [of, 0, 0, 0] : [0, 0, 0, of]), packet]);
    },
  },
  {
    name: 'loop',
    number: 108,
    frame: (packet) => Buffer.concat([Uint8Array.of(0, 0, 0, family(packet, 24)), packet]),
  },
];
