/** Puts the shapes of the lanes that are seen together with the links between them. */
import type { Entities, Lane } from '../model/entities.ts';
import type { PacketIndex } from '../model/packet-index.ts';
import { recordTypes } from '../model/record-types.ts';
import type { RecordStore } from '../model/records.ts';
import type { Words } from '../model/words.ts';
import { placeLabels } from './labels.ts';
import type { LaneLayout, PlacedLane, PlacedTrack } from './lanes.ts';
import { collectMarks, MarkBuffer } from './packet-marks.ts';
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
    const shapes = shapesOf(track, lane, input);
    bars.push(...shapes.bars);
    marks.push(...placeLabels(shapes.marks, input.measure, input.scale.widthPx));
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
  const labels: PacketLabel[] = [];
  const middle = track.top + Math.round(track.height / 2);
  const reach = Math.round(track.height / 2) - 3;
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
      if (buffer.count === 0) continue;
      const run = { column, marks: buffer, baseline: middle, reach: reach * direction };
      runs.push(run);
      addPacketLabels(run, input, labels);
    }
  }
  return { top: track.top, height: track.height, runs, labels };
}

/** A place narrower than this holds no label worth reading. */
const labelRoomPx = 40;
/** More marks than this, and labels are not looked for. */
const labelledMarks = 120;

function addPacketLabels(
  run: PacketRun,
  { records, scale, measureSmall }: SceneInput,
  into: PacketLabel[],
): void {
  const { marks, column, baseline, reach } = run;
  if (marks.count > labelledMarks) return;
  for (let i = 0; i < marks.count; i += 1) {
    if (marks.packets[i] !== 1) continue;
    const x = (marks.x[i] ?? 0) + 5;
    const next = i + 1 < marks.count ? (marks.x[i + 1] ?? 0) : scale.widthPx;
    const room = next - x - 4;
    if (room < labelRoomPx) continue;
    const row = records.get(column.seq(marks.row[i] ?? 0));
    if (row === undefined) continue;
    const name = recordTypes[row.type]?.name ?? '';
    const whole = row.topic === undefined ? name : `${name} ${row.topic}`;
    const text = [whole, name].find((each) => each.length < 120 && measureSmall(each) <= room);
    if (text !== undefined) into.push({ text, x, y: baseline + reach / 2 });
  }
}

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
  const packetsY = packetsMiddle(placed);
  const connectAtMs = records.get(will.connectSeq)?.atMs;
  if (connectAtMs !== undefined && packetsY !== undefined && within(connectAtMs, scale)) {
    const x1 = scale.xOf(will.armedAtMs);
    links.push({ kind: 'carried', x0: scale.xOf(connectAtMs), y0: packetsY, x1, y1: willY, will: id });
  }
  const publish = will.publishSeq === undefined ? undefined : records.get(will.publishSeq);
  const receiver = publish === undefined ? undefined : entities.laneOfConnection(publish.connection);
  const receiverLane = receiver === undefined ? undefined : layout.lane(receiver.key);
  const receiverY = receiverLane === undefined ? undefined : packetsMiddle(receiverLane);
  if (publish !== undefined && receiverY !== undefined) {
    const expectation =
      will.expectation === undefined ? undefined : entities.expectations.get(will.expectation);
    const { markAtMs } = willTimes(will, expectation, undefined, nowMs);
    if (within(markAtMs, scale) || within(publish.atMs, scale)) {
      const x0 = scale.xOf(markAtMs);
      links.push({
        kind: 'publication',
        x0,
        y0: willY,
        x1: scale.xOf(publish.atMs),
        y1: receiverY,
        will: id,
      });
    }
  }
  return links;
}

function packetsMiddle(placed: PlacedLane): number | undefined {
  const track = placed.tracks.find(({ kind }) => kind === 'packets');
  return track === undefined ? undefined : track.top + Math.round(track.height / 2);
}

function within(atMs: number, scale: TimeScale): boolean {
  return atMs >= scale.startMs && atMs <= scale.endMs;
}
