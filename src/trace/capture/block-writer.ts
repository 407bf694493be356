/** Writes the blocks of a pcapng file, little-endian. */
import { encodeUtf8 } from '../../mqtt/utf8.ts';
import { BLOCK, BYTE_ORDER_MAGIC, LINK, OPTION } from './block-types.ts';
import type { ByteSink } from './byte-sink.ts';
import { nanosecondsOf } from './timestamps.ts';

/** An option cannot be longer. In bytes. */
const OPTION_LIMIT = 65_535;
const NANOSECOND_RESOLUTION = Uint8Array.of(9);

/** What precedes the packet in an Enhanced Packet Block, with the block's own head and tail. */
type Option = readonly [code: number, value: Uint8Array];

/** The head of the file: a section with one interface, whose packets are bare IP and whose times are nanoseconds. */
export function writeHead(sink: ByteSink, application: string, comments: readonly string[]): void {
  block(sink, BLOCK.section, () => {
    sink.u32(BYTE_ORDER_MAGIC);
    sink.u16(1);
    sink.u16(0);
    // The length of the section is not known beforehand.
    sink.u32(0xffffffff);
    sink.u32(0xffffffff);
    writeOptions(sink, [[OPTION.userApplication, encodeUtf8(application)], ...commentOptions(comments)]);
  });
  block(sink, BLOCK.interface, () => {
    sink.u16(LINK.raw);
    sink.u16(0);
    sink.u32(0);
    writeOptions(sink, [
      [OPTION.interfaceName, encodeUtf8('trace')],
      [OPTION.timestampResolution, NANOSECOND_RESOLUTION],
    ]);
  });
}

/** A packet of `length` bytes, of which `header` and `data` are kept. */
export function writePacket(
  sink: ByteSink,
  atMs: number,
  length: number,
  header: Uint8Array,
  data: Uint8Array,
  comments: readonly string[],
): void {
  const { high, low } = nanosecondsOf(atMs);
  block(sink, BLOCK.enhancedPacket, () => {
    sink.u32(0);
    sink.u32(high);
    sink.u32(low);
    sink.u32(header.length + data.length);
    sink.u32(length);
    sink.bytes(header);
    sink.bytes(data);
    sink.pad();
    writeOptions(sink, commentOptions(comments));
  });
}

/** An event that is no packet: fields as the systemd journal exports them, one a line. */
export function writeJournalEntry(sink: ByteSink, fields: readonly (readonly [string, string])[]): void {
  const text = fields.map(([name, value]) => `${name}=${value.replaceAll(/[\r\n]+/g, ' ')}\n`).join('');
  block(sink, BLOCK.journal, () => {
    sink.bytes(encodeUtf8(text));
    sink.pad();
  });
}

/** The end of the record: until when it was recorded. */
export function writeEnd(sink: ByteSink, atMs: number): void {
  const { high, low } = nanosecondsOf(atMs);
  const time = new Uint8Array(8);
  const view = new DataView(time.buffer);
  view.setUint32(0, high, true);
  view.setUint32(4, low, true);
  block(sink, BLOCK.statistics, () => {
    sink.u32(0);
    sink.u32(high);
    sink.u32(low);
    writeOptions(sink, [[OPTION.endTime, time]]);
  });
}

function block(sink: ByteSink, type: number, body: () => void): void {
  const start = sink.length;
  sink.u32(type);
  sink.u32(0);
  body();
  const length = sink.length + 4 - start;
  sink.u32(length);
  sink.patchU32(start + 4, length);
}

function commentOptions(comments: readonly string[]): Option[] {
  return comments.map((comment) => [OPTION.comment, encodeUtf8(comment)] as const);
}

function writeOptions(sink: ByteSink, options: readonly Option[]): void {
  if (options.length === 0) return;
  for (const [code, value] of options) {
    const kept =
      value.length > OPTION_LIMIT ? value.subarray(0, wholeCharacters(value, OPTION_LIMIT)) : value;
    sink.u16(code);
    sink.u16(kept.length);
    sink.bytes(kept);
    sink.pad();
  }
  sink.u32(OPTION.end);
}

/** The last place up to `limit` that does not cut a character of UTF-8. */
function wholeCharacters(value: Uint8Array, limit: number): number {
  let end = limit;
  while (end > 0 && ((value[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}
