import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LaneLayout,
  type LaneShape,
  laneMetrics,
  scaledMetrics,
  type TrackKind,
} from '../../../src/webview/geometry/lanes.ts';

const every: readonly TrackKind[] = ['connection', 'session', 'will', 'packets'];
const shapes = fc
  .array(fc.subarray([...every]), { maxLength: 40 })
  .map((lanes): LaneShape[] => lanes.map((tracks, index) => ({ key: `lane ${index}`, tracks })));

describe('the layout of lanes', () => {
  it('puts a title, then the tracks, then a gap', () => {
    const layout = new LaneLayout([{ key: 'demo', tracks: every }], laneMetrics);
    const [lane] = layout.lanes;
    expect(lane?.tracks.map(({ kind, top }) => [kind, top])).toEqual([
      ['connection', 28],
      ['session', 50],
      ['will', 72],
      ['packets', 96],
    ]);
    expect(layout.height).toBe(28 + 22 + 22 + 24 + 34 + 10);
  });

  it('finds the lane and the track at every height', () => {
    fc.assert(
      fc.property(shapes, fc.double({ min: -50, max: 7000, noNaN: true }), (lanes, y) => {
        const layout = new LaneLayout(lanes, laneMetrics);
        const slow = layout.lanes.find(({ top, height }) => y >= top && y < top + height);
        expect(layout.laneAt(y)).toBe(slow);
        const track = slow?.tracks.find(({ top, height }) => y >= top && y < top + height);
        expect(layout.trackAt(y)?.track).toBe(track);
      }),
    );
  });

  it('knows which lanes are seen between two heights', () => {
    fc.assert(
      fc.property(
        shapes,
        fc.integer({ min: 0, max: 5000 }),
        fc.integer({ min: 1, max: 1000 }),
        (lanes, top, height) => {
          const layout = new LaneLayout(lanes, laneMetrics);
          const seen = layout.lanes.filter((lane) => lane.top + lane.height > top && lane.top < top + height);
          expect(layout.between(top, top + height)).toEqual(seen);
        },
      ),
    );
  });

  it('grows with the font', () => {
    expect(scaledMetrics(26)).toEqual({
      title: 56,
      track: { connection: 44, session: 44, will: 48, packets: 68 },
      gap: 20,
    });
  });
});
