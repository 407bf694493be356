/** Frames of a capture, taken out of it and put into another one: bare IP packets, whole or in fragments. */
import { encodePacket } from '../../../src/mqtt/encode.ts';
import type { Endpoints } from '../../../src/mqtt/network-connection.ts';
import { TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import { CaptureFileReader } from '../../../src/trace/capture/file-reader.ts';
import { newFragment } from '../../../src/trace/capture/fragments.ts';
import { ipOffset } from '../../../src/trace/capture/link-layers.ts';
import { segmentHeader } from '../../../src/trace/capture/segment-header.ts';
import { newSegment, readSegment } from '../../../src/trace/capture/segment-reader.ts';

import { connect, publish } from '../trace/support.ts';
import { Recording, save } from './support.ts';

/** An IP packet, as it was on the wire. */
export interface IpPacket {
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** The IP packets of a capture. */
export function packetsOf(file: Uint8Array): IpPacket[] {
  const packets: IpPacket[] = [];
  const reader = new CaptureFileReader({
    section: () => {},
    journal: () => {},
    untimed: () => {},
    recordedUntil: () => {},
    packet: (atMs, link, bytes) => {
      const at = ipOffset(link, bytes);
      if (at >= 0) packets.push({ atMs, bytes: bytes.slice(at) });
    },
  });
  reader.push(file);
  reader.finish();
  return packets;
}

/** A pcap file of bare IP packets, in nanoseconds; of each at most `snapLength` bytes. */
export function pcapOf(packets: readonly IpPacket[], snapLength = 262_144): Uint8Array {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b23c4d, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(snapLength, 16);
  head.writeUInt32LE(101, 20);
  const parts: Uint8Array[] = [head];
  for (const { atMs, bytes } of packets) {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(Math.floor(atMs / 1000), 0);
    record.writeUInt32LE(Math.round((atMs % 1000) * 1e6), 4);
    record.writeUInt32LE(Math.min(bytes.length, snapLength), 8);
    record.writeUInt32LE(bytes.length, 12);
    parts.push(record, bytes.subarray(0, snapLength));
  }
  return Buffer.concat(parts);
}

/** The packet in fragments, of at most so many bytes of payload each, a multiple of eight. */
export function fragmentsOf({ atMs, bytes }: IpPacket, identification: number, most: number): IpPacket[] {
  const isV4 = (bytes[0] ?? 0) >> 4 === 4;
  const header = isV4 ? ((bytes[0] ?? 0) & 0x0f) * 4 : 40;
  const payload = bytes.subarray(header);
  if (payload.length <= most) return [{ atMs, bytes }];
  const fragments: IpPacket[] = [];
  for (let at = 0; at < payload.length; at += most) {
    const part = payload.subarray(at, at + most);
    const more = at + most < payload.length;
    const head = Buffer.from(bytes.subarray(0, header));
    fragments.push({ atMs, bytes: isV4 ? v4(head, part, at, more) : v6(head, part, at, more) });
  }
  return fragments;

  function v4(head: Buffer, part: Uint8Array, at: number, more: boolean): Buffer {
    head.writeUInt16BE(header + part.length, 2);
    head.writeUInt16BE(identification & 0xffff, 4);
    head.writeUInt16BE((more ? 0x2000 : 0) | (at / 8), 6);
    head.writeUInt16BE(0, 10);
    let sum = 0;
    for (let word = 0; word < header; word += 2) sum += head.readUInt16BE(word);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    head.writeUInt16BE(~sum & 0xffff, 10);
    return Buffer.concat([head, part]);
  }

  function v6(head: Buffer, part: Uint8Array, at: number, more: boolean): Buffer {
    const extension = Buffer.alloc(8);
    extension[0] = head[6] ?? 0;
    extension.writeUInt16BE(at | (more ? 1 : 0), 2);
    extension.writeUInt32BE(identification, 4);
    head[6] = 44;
    head.writeUInt16BE(8 + part.length, 4);
    return Buffer.concat([head, extension, part]);
  }
}

/** The TCP segment in the packet as several, cut at these places of its data; one that has no data stays whole. */
export function segmentsOf({ atMs, bytes }: IpPacket, cuts: readonly number[]): IpPacket[] {
  const segment = newSegment();
  if (readSegment(bytes, 0, 0, segment, newFragment()) !== 'segment') return [{ atMs, bytes }];
  const { from, to, fromPort, toPort, sequence, acknowledged, flags, dataStart, dataEnd, dataLength } =
    segment;
  if (dataLength === 0) return [{ atMs, bytes }];
  const places = [...new Set([0, ...cuts.map((cut) => cut % dataLength), dataLength])].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => {
    const start = places[index] ?? 0;
    const data = bytes.subarray(dataStart + start, Math.min(dataEnd, dataStart + end));
    const fields = { sequence: (sequence + start) >>> 0, acknowledged, flags };
    const header = segmentHeader({ from, to, fromPort, toPort }, fields, data);
    return { atMs, bytes: Buffer.concat([header, data]) };
  });
}

const startMs = Date.UTC(2026, 2, 2, 12);
const addresses = { IPv4: ['10.0.0.1', '10.0.0.2'], IPv6: ['2001:db8::1', '2001:db8::2'] } as const;
export type Family = keyof typeof addresses;

/** A Client that publishes twice, as packets of IP. */
export function sessionOf(family: Family, how: 'fin' | 'reset' = 'reset'): readonly IpPacket[] {
  const [client, server] = addresses[family];
  const endpoints: Endpoints = {
    client: { address: client, port: 50_000 },
    server: { address: server, port: 1883 },
    carrier: 'tcp',
  };
  const recording = new Recording();
  const { recorder } = recording;
  const id = recorder.opened(startMs, { server: 'localhost:1883', tap: 'listener', endpoints });
  recorder.bytes(startMs + 1, id, TO_SERVER, encodePacket(connect({ clientId: 'demo' }), 5));
  recorder.bytes(startMs + 2, id, TO_CLIENT, Uint8Array.of(0x20, 3, 0, 0, 0));
  for (const length of [3000, 700]) {
    const payload = Uint8Array.from({ length }, (_, at) => at * 31);
    recorder.bytes(startMs + length, id, TO_SERVER, encodePacket(publish({ payload }), 5));
  }
  recorder.closed(startMs + 4000, id, { by: 'client', how });
  return packetsOf(save(recording.records(), startMs + 4000));
}
