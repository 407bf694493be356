/** The packet or expectation before or after another one. */
import type { Entities, Lane } from './entities.ts';
import type { PacketIndex } from './packet-index.ts';

export type Step = 1 | -1;

/** The next packet of a lane that the filter lets through; the last or first one when none is chosen yet. */
export function neighbourPacket(
  lane: Lane,
  index: PacketIndex,
  seq: number | undefined,
  step: Step,
): number | undefined {
  let best: number | undefined;
  for (const id of lane.connections) {
    const marks = index.marks(id);
    if (marks === undefined) continue;
    for (const column of [marks.toServer, marks.toClient]) {
      const from = seq ?? (step === 1 ? 0 : Number.MAX_SAFE_INTEGER);
      const place = step === 1 ? column.indexOfSeq(from + 1) : column.indexOfSeq(from) - 1;
      if (place < 0 || place >= column.length) continue;
      const found = column.seq(place);
      if (best === undefined || (step === 1 ? found < best : found > best)) best = found;
    }
  }
  return best;
}

/** The next expectation, in the order in which they came; of one lane, or of all. */
export function neighbourExpectation(
  entities: Entities,
  lane: Lane | undefined,
  id: number | undefined,
  step: Step,
): number | undefined {
  const ids = lane === undefined ? [...entities.expectations.keys()] : lane.expectations;
  if (id === undefined) return step === 1 ? ids[0] : ids.at(-1);
  const at = ids.indexOf(id);
  return at < 0 ? ids.at(-1) : ids[at + step];
}
