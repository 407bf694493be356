/** What lies under a point of the timeline. */
import type { Bar, LaneScene, Mark, MarkMember, PacketRun, Scene, Target } from './scene.ts';

/** A packet mark may stand for many packets; the target is the first. */
export interface Hit {
  readonly target: Target;
  readonly laneKey: string;
  /** Set on a mark that merges several packets. */
  readonly packets?: { readonly count: number; readonly bits: number } | undefined;
  /** Set on a sign that stands for several marks. */
  readonly members?: readonly MarkMember[] | undefined;
}

const symbolRadius = 9;
const packetRadius = 4;

/** The shape at a point, symbols before packets before bars; undefined on empty ground. */
export function hitTest(scene: Scene, x: number, y: number): Hit | undefined {
  const lane = scene.lanes.find(({ top, height }) => y >= top && y < top + height);
  if (lane === undefined) return undefined;
  const mark = nearestMark(lane.marks, x, y);
  if (mark !== undefined) return { target: mark.target, laneKey: lane.key, members: membersOf(mark) };
  const packet = packetAt(lane, x, y);
  if (packet !== undefined) return packet;
  const bar = lane.bars.findLast((each) => contains(each, x, y));
  return bar === undefined ? undefined : { target: bar.target, laneKey: lane.key };
}

/** A fault's own words say more than those of its record. */
function membersOf(mark: Mark): readonly MarkMember[] | undefined {
  if (mark.members.length > 0) return mark.members;
  return mark.target.kind === 'packet' ? [{ ...mark, label: () => mark.label }] : undefined;
}

function nearestMark(marks: readonly Mark[], x: number, y: number): Mark | undefined {
  let best: Mark | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const mark of marks) {
    if (Math.abs(y - mark.y) > symbolRadius) continue;
    const onLabel = mark.text !== undefined && x >= mark.text.x && x <= mark.text.x + mark.text.width;
    const distance = onLabel ? symbolRadius : Math.abs(x - mark.x);
    if (distance <= symbolRadius && distance < bestDistance) {
      best = mark;
      bestDistance = distance;
    }
  }
  return best;
}

function packetAt(lane: LaneScene, x: number, y: number): Hit | undefined {
  const track = lane.packets;
  if (track === undefined || y < track.top || y >= track.top + track.height) return undefined;
  let best: { run: PacketRun; mark: number } | undefined;
  let bestDistance = packetRadius;
  for (const run of track.runs) {
    if (run.reach < 0 !== y < run.baseline) continue;
    const { marks } = run;
    for (let mark = 0; mark < marks.count; mark += 1) {
      const distance = Math.abs((marks.x[mark] ?? 0) - x);
      if (distance < bestDistance) {
        best = { run, mark };
        bestDistance = distance;
      }
    }
  }
  if (best === undefined) return undefined;
  const { marks, column } = best.run;
  const count = marks.packets[best.mark] ?? 1;
  return {
    target: { kind: 'packet', seq: column.seq(marks.row[best.mark] ?? 0) },
    laneKey: lane.key,
    packets: count > 1 ? { count, bits: marks.bits[best.mark] ?? 0 } : undefined,
  };
}

function contains({ x0, x1, y, height }: Bar, x: number, at: number): boolean {
  return x >= x0 - 2 && x <= x1 + 2 && at >= y - 3 && at <= y + height + 3;
}
