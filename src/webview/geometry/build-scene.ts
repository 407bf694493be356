/** Puts the shapes of the lanes that are seen together with the links between them. */
import type { Entities, Lane } from '../model/entities.ts';
import type { PacketIndex } from '../model/packet-index.ts';
import { recordTypes } from '../model/record-types.ts';
import type { RecordStore } from '../model/records.ts';
import type { Words } from '../model/words.ts';
import { placeLabels } from './labels.ts';
import type { LaneLayout, PlacedLane, PlacedTrack } from './lanes.ts';
import { collectMarks, MarkBuffer, singleHeight } from './packet-marks.ts';
import type { LaneScene, Link, PacketLabel, PacketRun, PacketTrack, Scene } from './scene.ts';
import type { TimeScale } from './time-scale.ts';
import {
  connectionShapes,
  sessionShapes,
  type TrackContext,
  type TrackShapes,
  willShapes,
  willTimes,
} from './tracks.ts';

export interface SceneInput {
  readonly entities: Entities;
  readonly records: RecordStore;
  readonly index: PacketIndex;
  readonly layout: LaneLayout;
  readonly scale: TimeScale;
  readonly nowMs: number;
  readonly words: Words;
  /** The width of a text in the labels' font. */
  readonly measure: (text: string) => number;
  /** The same in the font of the packets' labels. */
  readonly measureSmall: (text: string) => number;
  /** What of the layout's height is drawn. */
  readonly top: number;
  readonly bottom: number;
}

/** Buffers for marks, kept from frame to frame. */
export class MarkPool {
  readonly #buffers: MarkBuffer[] = [];
  #used = 0;

  reset(): void {
    this.#used = 0;
  }

  take(): MarkBuffer {
    const buffer = this.#buffers[this.#used] ?? new MarkBuffer();
    this.#buffers[this.#used] = buffer;
    this.#used += 1;
    buffer.clear();
    return buffer;
  }
}

/** Links that are drawn at most; beyond it they would only be a tangle. */
const linkLimit = 200;

export function buildScene(input: SceneInput, pool: MarkPool): Scene {
  pool.reset();
  const seen = input.layout.between(input.top, input.bottom);
  const lanes = seen.flatMap((placed) => {
    const lane = input.entities.lane(placed.key);
    return lane === undefined ? [] : [laneScene(lane, placed, input, pool)];
  });
  return { lanes, links: linksOf(seen, input) };
}

function laneScene(lane: Lane, placed: PlacedLane, input: SceneInput, pool: MarkPool): LaneScene {
  const bars: LaneScene['bars'][number][] = [];
  const marks: LaneScene['marks'][number][] = [];
  let packets: PacketTrack | undefined;
  for (const track of placed.tracks) {
    if (track.kind === 'packets') {
      packets = packetTrack(lane, track, input, pool);
      continue;
    }
    const { measure, scale, words } = input;
    const shapes = placeLabels(shapesOf(track, lane, input), { measure, widthPx: scale.widthPx, words });
    for (const bar of shapes.bars) bars.push(bar);
    for (const mark of shapes.marks) marks.push(mark);
  }
  const { key, top, height } = placed;
  return { key, top, height, title: input.layout.metrics.title, bars, marks, packets };
}

function shapesOf(track: PlacedTrack, lane: Lane, context: TrackContext): TrackShapes {
  switch (track.kind) {
    case 'connection':
      return connectionShapes(lane, track, context);
    case 'session':
      return sessionShapes(lane, track, context);
    default:
      return willShapes(lane, track, context);
  }
}

function packetTrack(lane: Lane, track: PlacedTrack, input: SceneInput, pool: MarkPool): PacketTrack {
  const runs: PacketRun[] = [];
  const middle = track.top + Math.round(track.height / 2);
  const reach = packetReach(track);
  for (const id of lane.connections) {
    const marks = input.index.marks(id);
    if (marks === undefined) continue;
    for (const [column, direction] of [
      [marks.toServer, -1],
      [marks.toClient, 1],
    ] as const) {
      if (column.length === 0) continue;
      const buffer = pool.take();
      collectMarks(column, input.scale, buffer);
      if (buffer.count > 0) runs.push({ column, marks: buffer, baseline: middle, reach: reach * direction });
    }
  }
  const labels = [-1, 1].flatMap((side) =>
    packetLabels(
      runs.filter((run) => Math.sign(run.reach) === side),
      input,
    ),
  );
  return { top: track.top, height: track.height, runs, labels };
}

/** A place narrower than this holds no label worth reading. */
const labelRoomPx = 40;
/** With more marks than this on one side, labels are not looked for. */
const labelledMarks = 120;

/** Names beside the marks of one side, of all connections together, where there is room until the next mark. */
function packetLabels(
  runs: readonly PacketRun[],
  { records, scale, measureSmall }: SceneInput,
): PacketLabel[] {
  const total = runs.reduce((sum, { marks }) => sum + marks.count, 0);
  if (total > labelledMarks) return [];
  const marks = runs
    .flatMap((run) => Array.from({ length: run.marks.count }, (_, i) => ({ run, i, x: run.marks.x[i] ?? 0 })))
    .sort((a, b) => a.x - b.x);
  return marks.flatMap(({ run, i, x }, at) => {
    const room = (marks[at + 1]?.x ?? scale.widthPx) - x - 9;
    if (run.marks.packets[i] !== 1 || room < labelRoomPx) return [];
    const row = records.get(run.column.seq(run.marks.row[i] ?? 0));
    if (row === undefined) return [];
    const name = recordTypes[row.type]?.name ?? '';
    const whole = row.topic === undefined ? name : `${name} ${row.topic}`;
    const text = [whole, name].find((each) => each.length < 120 && measureSmall(each) <= room);
    return text === undefined ? [] : [{ text, x: x + 5, y: run.baseline + run.reach / 2 }];
  });
}

/** From the middle of a will's symbol to where a link begins or ends. */
const symbolRoom = 10;
const linkGap = 3;

function linksOf(seen: readonly PlacedLane[], input: SceneInput): readonly Link[] {
  const links: Link[] = [];
  for (const placed of seen) {
    const lane = input.entities.lane(placed.key);
    for (const id of lane?.wills ?? []) {
      if (links.length >= linkLimit) return links;
      links.push(...willLinks(id, placed, input));
    }
  }
  return links;
}

function willLinks(
  id: number,
  placed: PlacedLane,
  { entities, records, layout, scale, nowMs }: SceneInput,
): Link[] {
  const will = entities.wills.get(id);
  const willTrack = placed.tracks.find(({ kind }) => kind === 'will');
  if (will === undefined || willTrack === undefined) return [];
  const links: Link[] = [];
  const willY = willTrack.top + willTrack.height / 2;
  const packets = packetsPlace(placed);
  // Of very many wills few are in view: only theirs is looked up.
  const connectAtMs = within(will.armedAtMs, scale) ? records.get(will.connectSeq)?.atMs : undefined;
  if (connectAtMs !== undefined && packets !== undefined) {
    const x1 = scale.xOf(will.armedAtMs);
    const y0 = packets.middle - packets.reach * singleHeight - linkGap;
    links.push({ kind: 'carried', x0: scale.xOf(connectAtMs), y0, x1, y1: willY + symbolRoom, will: id });
  }
  const publish = will.publishSeq === undefined ? undefined : records.get(will.publishSeq);
  const receiver = publish === undefined ? undefined : entities.laneOfConnection(publish.connection);
  const receiverLane = receiver === undefined ? undefined : layout.lane(receiver.key);
  const receiverPlace = receiverLane === undefined ? undefined : packetsPlace(receiverLane);
  if (publish !== undefined && receiverPlace !== undefined) {
    const expectation =
      will.expectation === undefined ? undefined : entities.expectations.get(will.expectation);
    const { markAtMs } = willTimes(will, expectation, undefined, nowMs);
    if (within(markAtMs, scale) || within(publish.atMs, scale)) {
      const { middle, reach } = receiverPlace;
      const down = middle > willY;
      links.push({
        kind: 'publication',
        x0: scale.xOf(markAtMs),
        y0: down ? willY + symbolRoom : willY - symbolRoom,
        x1: scale.xOf(publish.atMs),
        // What a Client receives is marked below the line.
        y1: down ? middle - linkGap : middle + reach * singleHeight + linkGap,
        will: id,
      });
    }
  }
  return links;
}

interface PacketsPlace {
  readonly middle: number;
  readonly reach: number;
}

function packetsPlace(placed: PlacedLane): PacketsPlace | undefined {
  const track = placed.tracks.find(({ kind }) => kind === 'packets');
  if (track === undefined) return undefined;
  return { middle: track.top + Math.round(track.height / 2), reach: packetReach(track) };
}

/** How far marks reach from the line that they stand on. */
function packetReach(track: PlacedTrack): number {
  return Math.round(track.height / 2) - 3;
}

function within(atMs: number, scale: TimeScale): boolean {
  return atMs >= scale.startMs && atMs <= scale.endMs;
}
