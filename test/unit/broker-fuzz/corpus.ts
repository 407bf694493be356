import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What clients of several makers sent, one connection each; recorded by the interoperation tests. */
export function readCorpus(projectFolder: string): readonly Buffer[] {
  const folder = join(projectFolder, 'test', 'fixtures', 'client-streams');
  return readdirSync(folder)
    .sort()
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'))
    .map((line) => Buffer.from(line, 'hex'));
}

/** Where the packets of a stream begin, by their Remaining Length; the end of the stream too. */
export function packetStarts(stream: Buffer): number[] {
  const starts = [0];
  for (let at = 0; at < stream.length; ) {
    let length = 0;
    let scale = 1;
    let next = at + 1;
    for (let byte = 0x80; byte >= 0x80 && next < stream.length; next += 1) {
      byte = stream[next] ?? 0;
      length += (byte & 0x7f) * scale;
      scale *= 128;
    }
    at = Math.min(next + length, stream.length);
    starts.push(at);
  }
  return starts;
}
