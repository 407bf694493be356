/** Where IP begins in a frame, by its link layer. */
import { LINK } from './block-types.ts';

const ETHERNET_TYPE = { v4: 0x0800, v6: 0x86dd } as const;
/** Tags of virtual networks (802.1Q, 802.1ad, and what came before that): two bytes, then the type of what follows. */
const VLAN_TYPES: readonly number[] = [0x8100, 0x88a8, 0x9100];
const VLAN_LIMIT = 4;
/** A session of PPP over Ethernet (RFC 2516): six bytes, then the protocol of PPP (RFC 1661) of what follows. */
const PPPOE = { type: 0x8864, headerBytes: 6, v4: 0x0021, v6: 0x0057 } as const;
/** Address families of loopback frames, which differ by system. */
const FAMILIES: readonly number[] = [2, 10, 24, 28, 30];

/** The offset of the IP header in `frame`, or -1 when it carries none. */
export function ipOffset(link: number, frame: Uint8Array): number {
  switch (link) {
    case LINK.ethernet:
      return behindType(frame, 12);
    case LINK.linuxCooked:
      return behindType(frame, 14);
    case LINK.linuxCooked2:
      return behindFirstType(frame, twoBytes(frame, 0), 20);
    case LINK.null:
    case LINK.loop:
      return isFamily(frame) ? 4 : -1;
    case LINK.raw:
    case LINK.rawBsd:
    case LINK.rawOpenBsd:
    case LINK.ipv4:
    case LINK.ipv6:
      return 0;
    default:
      return -1;
  }
}

/** Whether anything is known of this link layer. */
export function isKnownLink(link: number): boolean {
  return Object.values(LINK).some((known) => known === link);
}

function behindType(frame: Uint8Array, at: number): number {
  return behindFirstType(frame, twoBytes(frame, at), at + 2);
}

/** `first` is the type of what is at `start`. */
function behindFirstType(frame: Uint8Array, first: number, start: number): number {
  let type = first;
  let pos = start;
  for (let tags = 0; tags <= VLAN_LIMIT; tags += 1) {
    if (isIp(type)) return pos;
    if (type === PPPOE.type) return behindPpp(frame, pos + PPPOE.headerBytes);
    if (!VLAN_TYPES.includes(type)) return -1;
    type = twoBytes(frame, pos + 2);
    pos += 4;
  }
  return -1;
}

function behindPpp(frame: Uint8Array, at: number): number {
  const protocol = twoBytes(frame, at);
  return protocol === PPPOE.v4 || protocol === PPPOE.v6 ? at + 2 : -1;
}

function isIp(type: number): boolean {
  return type === ETHERNET_TYPE.v4 || type === ETHERNET_TYPE.v6;
}

/** The family is in the byte order of the machine that captured, or in that of the network. */
function isFamily(frame: Uint8Array): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = frame;
  return FAMILIES.includes(a + b + c === 0 ? d : b + c + d === 0 ? a : 0);
}

function twoBytes(frame: Uint8Array, at: number): number {
  return ((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0);
}
