/** How lanes and their tracks lie below each other. Places in CSS pixels from the top of the first lane. */

export type TrackKind = 'connection' | 'session' | 'will' | 'packets';

/** What the layout needs to know of a lane. */
export interface LaneShape {
  readonly key: string;
  readonly tracks: readonly TrackKind[];
}

export interface PlacedTrack {
  readonly kind: TrackKind;
  readonly top: number;
  readonly height: number;
}

export interface PlacedLane {
  readonly key: string;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly tracks: readonly PlacedTrack[];
}

/** Heights for a base font of 13 px; the view scales them with its font. */
export interface LaneMetrics {
  readonly title: number;
  readonly track: Readonly<Record<TrackKind, number>>;
  /** Free space below a lane. */
  readonly gap: number;
}

export const laneMetrics: LaneMetrics = {
  title: 28,
  track: { connection: 22, session: 22, will: 24, packets: 34 },
  gap: 10,
};

export function scaledMetrics(fontSizePx: number): LaneMetrics {
  const by = (px: number): number => Math.round((px * fontSizePx) / 13);
  const { connection, session, will, packets } = laneMetrics.track;
  return {
    title: by(laneMetrics.title),
    track: { connection: by(connection), session: by(session), will: by(will), packets: by(packets) },
    gap: by(laneMetrics.gap),
  };
}

export class LaneLayout {
  readonly lanes: readonly PlacedLane[];
  readonly height: number;
  readonly metrics: LaneMetrics;
  readonly #byKey: ReadonlyMap<string, PlacedLane>;

  constructor(shapes: Iterable<LaneShape>, metrics: LaneMetrics) {
    const lanes: PlacedLane[] = [];
    let top = 0;
    for (const { key, tracks } of shapes) {
      const placed: PlacedTrack[] = [];
      let trackTop = top + metrics.title;
      for (const kind of tracks) {
        const height = metrics.track[kind];
        placed.push({ kind, top: trackTop, height });
        trackTop += height;
      }
      const height = trackTop - top + metrics.gap;
      lanes.push({ key, index: lanes.length, top, height, tracks: placed });
      top += height;
    }
    this.lanes = lanes;
    this.height = top;
    this.metrics = metrics;
    this.#byKey = new Map(lanes.map((lane) => [lane.key, lane]));
  }

  lane(key: string): PlacedLane | undefined {
    return this.#byKey.get(key);
  }

  /** The lane at this height; undefined above the first and below the last. */
  laneAt(y: number): PlacedLane | undefined {
    const lane = this.lanes[this.#firstEndingAfter(y)];
    return lane !== undefined && y >= lane.top ? lane : undefined;
  }

  trackAt(y: number): { readonly lane: PlacedLane; readonly track: PlacedTrack } | undefined {
    const lane = this.laneAt(y);
    const track = lane?.tracks.find(({ top, height }) => y >= top && y < top + height);
    return lane !== undefined && track !== undefined ? { lane, track } : undefined;
  }

  /** The lanes that are seen in part or whole between two heights. */
  between(top: number, bottom: number): readonly PlacedLane[] {
    const first = this.#firstEndingAfter(top);
    let end = first;
    while (end < this.lanes.length && (this.lanes[end]?.top ?? bottom) < bottom) end += 1;
    return this.lanes.slice(first, end);
  }

  #firstEndingAfter(y: number): number {
    let low = 0;
    let high = this.lanes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const lane = this.lanes[middle];
      if (lane !== undefined && lane.top + lane.height <= y) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
