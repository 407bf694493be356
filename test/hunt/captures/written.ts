/** What we write of a capture that was read: read again by us and by tshark, and searched for what must not be in it. */
import { writeFileSync } from 'node:fs';
import { tshark, tsharkComplaints } from '../../interop/support/tshark.ts';
import { plain, type Recording, reopen, save } from '../../unit/capture/support.ts';
import type { Difference } from './compare.ts';

/** Of a secret no more than this may be found. In bytes. */
const TRACE_OF_SECRET = 4;

/** `secrets` went over the wire. `lossless`: all of it was captured, so that nobody may find anything wrong. */
export async function writtenDifferences(
  recording: Recording,
  untilMs: number,
  path: string,
  { secrets, lossless }: { readonly secrets: readonly string[]; readonly lossless: boolean },
): Promise<readonly Difference[]> {
  const records = recording.records();
  const found: Difference[] = [];
  const open = save(records, untilMs, { mask: false });
  const again = plain(reopen(open).recording.records());
  const before = plain(records);
  if (again.join('\n') !== before.join('\n')) {
    const at = before.findIndex((line, index) => line !== again[index]);
    found.push({ what: `written and read again, record ${at}`, ours: again[at], theirs: before[at] });
  }
  const masked = save(records, untilMs);
  const shown = Buffer.from(masked).toString('latin1');
  for (const secret of secrets) {
    for (let at = 0; at + TRACE_OF_SECRET <= secret.length; at += 1) {
      const part = secret.slice(at, at + TRACE_OF_SECRET);
      if (!shown.includes(part)) continue;
      found.push({ what: 'a secret in a masked file', ours: part, theirs: secret });
      break;
    }
  }
  const maskedAgain = reopen(masked).recording.records();
  const shape = (all: typeof records): string =>
    all.map(({ kind, atMs, connection, length }) => `${kind} ${atMs} ${connection} ${length}`).join('\n');
  if (shape(maskedAgain) !== shape(records)) {
    const at = before.findIndex(
      (_, index) => shape(records.slice(index, index + 1)) !== shape(maskedAgain.slice(index, index + 1)),
    );
    found.push({
      what: `masked, and read again, record ${at}`,
      ours: plain(maskedAgain)[at],
      theirs: before[at],
    });
  }
  if (!lossless) return found;
  for (const [name, bytes] of [
    ['open', open],
    ['masked', masked],
  ] as const) {
    const file = `${path}.${name}.pcapng`;
    writeFileSync(file, bytes);
    const ports = Object.fromEntries([1883, 1884, 8000, 18830].map((port) => [port, 'mqtt' as const]));
    const { malformed } = await tshark(file, ports);
    const complaints = (await tsharkComplaints(file))
      .split('\n')
      .filter((line) => line !== '' && !line.includes('[TCP Port numbers reused]'))
      .join('\n');
    if (malformed > 0) found.push({ what: `${name}: malformed in tshark`, ours: malformed, theirs: 0 });
    if (complaints !== '')
      found.push({ what: `${name}: tshark complains`, ours: complaints.slice(0, 300), theirs: '' });
  }
  return found;
}
