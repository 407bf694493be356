/** Numbers of the pcapng format (draft-ietf-opsawg-pcapng). */
export const BLOCK = {
  section: 0x0a0d0d0a,
  interface: 1,
  packet: 2,
  simplePacket: 3,
  statistics: 5,
  enhancedPacket: 6,
  /** An entry of the systemd journal: an event with a time, which Wireshark shows as a row among the packets. */
  journal: 9,
} as const;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

export const OPTION = {
  end: 0,
  comment: 1,
  userApplication: 4,
  interfaceName: 2,
  interfaceDescription: 3,
  timestampResolution: 9,
  timestampOffset: 14,
  endTime: 3,
} as const;

/** Link-layer types (the registry of tcpdump.org). */
export const LINK = {
  null: 0,
  ethernet: 1,
  /** What some systems call raw IP in files of their own. */
  rawBsd: 12,
  rawOpenBsd: 14,
  raw: 101,
  loop: 108,
  linuxCooked: 113,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const;
