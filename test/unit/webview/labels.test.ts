import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildScene, MarkPool } from '../../../src/webview/geometry/build-scene.ts';
import {
  type PlacedShapes,
  placeLabels,
  shortened,
  symbolGapPx,
  type UnplacedBar,
} from '../../../src/webview/geometry/labels.ts';
import type { Bar, Mark, MarkMember } from '../../../src/webview/geometry/scene.ts';
import { TimeScale } from '../../../src/webview/geometry/time-scale.ts';
import type { Tone } from '../../../src/webview/model/verdicts.ts';
import { Words } from '../../../src/webview/model/words.ts';
import { demoConnect, noonMs, Wire } from '../../e2e/page/support/wire.ts';
import { modelOf } from './support.ts';

const measure = (text: string): number => text.length * 6;
const view = { measure, widthPx: 500, words: new Words({}, 'en', 'UTC') };

function mark(x: number, label: string, tone: Tone = 'good'): MarkMember {
  const words = label === '' ? undefined : () => label;
  return {
    symbol: 'star',
    tone,
    x,
    y: 10,
    atMs: x,
    label: words,
    ahead: false,
    target: { kind: 'will', id: x },
  };
}

function bar(x0: number, x1: number, label: string): UnplacedBar {
  return { style: 'open', x0, x1, y: 2, height: 16, label, target: { kind: 'connection', id: 1 } };
}

const place = (marks: readonly MarkMember[], bars: readonly UnplacedBar[] = []): PlacedShapes =>
  placeLabels({ marks, bars }, view);
const placesOf = (...marks: MarkMember[]): (number | undefined)[] =>
  place(marks).marks.map(({ text }) => text?.x);
const textsOf = (shapes: PlacedShapes): (string | undefined)[] =>
  [...shapes.bars, ...shapes.marks].map(({ text }) => text?.text);

/** What may not be drawn over each other: symbols and texts, from left to right. */
function drawn({
  bars,
  marks,
}: {
  bars: readonly Bar[];
  marks: readonly Mark[];
}): readonly (readonly [number, number])[] {
  const texts = [...bars, ...marks].flatMap(({ text }) =>
    text === undefined ? [] : [[text.x, text.x + text.width] as const],
  );
  return [...texts, ...marks.map(({ x }) => [x - 7, x + 7] as const)].sort((a, b) => a[0] - b[0]);
}

function expectApart(shapes: { bars: readonly Bar[]; marks: readonly Mark[] }, widthPx: number): void {
  drawn(shapes).forEach(([from], at, all) => {
    expect(from).toBeGreaterThanOrEqual(all[at - 1]?.[1] ?? Number.NEGATIVE_INFINITY);
  });
  for (const { text } of [...shapes.bars, ...shapes.marks]) {
    if (text === undefined) continue;
    expect(text.x).toBeGreaterThanOrEqual(0);
    expect(text.x + text.width).toBeLessThanOrEqual(widthPx);
  }
}

describe('labels beside marks', () => {
  it('stand to the right', () => {
    expect(placesOf(mark(100, 'published'))).toEqual([112]);
  });

  it('stand to the left where the view ends', () => {
    expect(placesOf(mark(480, 'published'))).toEqual([480 - 12 - 54]);
  });

  it('stand to the left where the next mark is near', () => {
    expect(placesOf(mark(200, 'published'), mark(230, 'cancelled'))).toEqual([134, 242]);
  });

  it('are left out rather than laid over each other', () => {
    const [first, second, third] = placesOf(
      mark(60, 'published'),
      mark(78, 'cancelled'),
      mark(96, 'discarded'),
    );
    expect(first).toBeUndefined();
    expect(second).toBeUndefined();
    expect(third).toBe(108);
  });

  it('are shortened where only their first words have room', () => {
    expect(textsOf(place([mark(100, 'published, on time (+2 ms)'), mark(190, 'cancelled')]))).toEqual([
      'published',
      'cancelled',
    ]);
    expect(shortened('unobserved: nobody was subscribed')).toBe('unobserved');
    expect(shortened('ended 12:00:05.1')).toBe('ended');
    expect(shortened('due, not seen yet')).toBe('due');
  });

  it('stand on the bar that ends at their mark rather than on the next one', () => {
    const { marks } = place([mark(200, 'cut')], [bar(100, 200, ''), bar(205, 400, '')]);
    expect(marks[0]?.text).toEqual({ text: 'cut', x: 200 - 12 - 18, width: 18 });
  });

  it('stand on a bar that begins at their mark and is of the same', () => {
    const own: UnplacedBar = { ...bar(200, 400, ''), target: { kind: 'will', id: 200 } };
    expect(place([mark(200, 'due')], [own]).marks[0]?.text?.x).toBe(212);
    expect(place([mark(200, 'due')], [bar(200, 400, '')]).marks[0]?.text?.x).toBe(200 - 12 - 18);
  });

  it('hide no beginning of a bar', () => {
    const { marks } = place([mark(200, 'published')], [bar(180, 200, ''), bar(230, 400, '')]);
    expect(marks[0]?.text).toBeUndefined();
  });
});

describe('marks that are too near to be told apart', () => {
  it('become one with a count, and keep what each says', () => {
    const { marks } = place([mark(100, 'cut'), mark(104, 'cut'), mark(110, 'cut')]);
    expect(marks).toHaveLength(1);
    expect(marks[0]?.text?.text).toBe('cut ×3');
    expect(marks[0]?.members.map(({ x, label }) => [x, label?.()])).toEqual([
      [100, 'cut'],
      [104, 'cut'],
      [110, 'cut'],
    ]);
  });

  it('that differ in nothing but their times are counted by their kind', () => {
    const published = [100, 104, 110].map((x) => mark(x, `published, on time (+${x} ms)`, 'good'));
    expect(place(published).marks[0]?.text?.text).toBe('published ×3');
    const late = mark(106, 'published, late (+5 s)', 'warning');
    expect(place([...published, late]).marks[0]?.text?.text).toBe('published, late (+5 s) +3');
  });

  it('show the one that asks for attention', () => {
    const { marks } = place([mark(100, 'cancelled', 'neutral'), mark(106, 'missed', 'bad')]);
    expect(marks.map(({ x, tone, text }) => [x, tone, text?.text])).toEqual([[106, 'bad', 'missed +1']]);
  });

  it('show only the count where there is no room for more', () => {
    const near = [mark(100, 'cancelled'), mark(104, 'published'), mark(145, 'x'), mark(160, 'x')];
    expect(place(near, [bar(60, 99, '')]).marks[0]?.text?.text).toBe('×2');
  });

  it('count nothing that has no words of its own', () => {
    const [only] = place([mark(100, ''), mark(104, 'published')]).marks;
    expect([only?.x, only?.text?.text, only?.members]).toEqual([104, 'published', []]);
  });

  it('keep their company while the view pans', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 0, max: 2500 }),
        (places, panned) => {
          const at = (pan: number): number[] =>
            place(places.map((x) => mark(x - pan, 'cut')))
              .marks.map(({ x }) => x + pan)
              .filter((x) => x > panned && x < 500);
          expect(at(panned)).toEqual(at(0).filter((x) => x <= 500));
        },
      ),
    );
  });
});

describe('labels inside bars', () => {
  it('stand where the bar begins, in view', () => {
    expect(place([], [bar(-50, 400, 'connected')]).bars[0]?.text).toEqual({
      text: 'connected',
      x: 6,
      width: 54,
    });
  });

  it('give way to those of marks', () => {
    const { bars, marks } = place([mark(200, 'cut')], [bar(160, 200, 'resumed'), bar(202, 280, 'x')]);
    expect(marks[0]?.text?.text).toBe('cut');
    expect(bars[0]?.text).toBeUndefined();
  });
});

describe('a Client that comes back five hundred times', () => {
  it('costs what there are pixels for, and tells how often', () => {
    const wire = new Wire();
    for (let turn = 0; turn < 500; turn += 1) {
      const connection = wire.connect('demo', demoConnect);
      wire.pass(60);
      wire.close(connection, { by: 'client', how: 'reset' });
      wire.pass(40);
    }
    const { entities, records, index, layout, words } = modelOf(wire);
    const scale = new TimeScale(noonMs, wire.nowMs - noonMs, 100);
    const places = { layout, scale, nowMs: wire.nowMs, top: 0, bottom: layout.height };
    const told = { entities, records, index, words, measure, measureSmall: measure };
    const [lane] = buildScene({ ...places, ...told }, new MarkPool()).lanes;
    const isConnection = ({ target }: Bar | Mark): boolean => target.kind === 'connection';
    // At most one of each style for every two pixels, and a mark for every place that holds one.
    expect(lane?.bars.filter(isConnection).length).toBeLessThanOrEqual(2 * (100 / 2 + 1));
    const marks = lane?.marks.filter(isConnection) ?? [];
    expect(marks.length).toBeLessThanOrEqual(100 / symbolGapPx + 2);
    expect(marks.reduce((sum, { members }) => sum + members.length, 0)).toBe(500);
  });
});

describe('no two texts of a track', () => {
  const label = fc.constantFrom('cut', 'published, on time (+2 ms)', 'ended 12:00:05.1', 'cancelled', '');
  const tone = fc.constantFrom<Tone>('bad', 'warning', 'good', 'neutral');
  const x = fc.integer({ min: -700, max: 1200 });

  it('are drawn over each other or over a symbol, whatever the shapes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ x, label, tone }), { maxLength: 60 }),
        fc.array(fc.record({ x, width: fc.integer({ min: 1, max: 400 }), label }), { maxLength: 40 }),
        (marks, bars) => {
          const shapes = place(
            marks.map((each) => mark(each.x, each.label, each.tone)),
            bars.map((each) => bar(each.x, each.x + each.width, each.label)),
          );
          expectApart(shapes, view.widthPx);
          shapes.marks.forEach(({ x: at }, index, all) => {
            expect(at - (all[index - 1]?.x ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(symbolGapPx);
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  const step = fc.record({
    gapMs: fc.integer({ min: 1, max: 12_000 }),
    downMs: fc.integer({ min: 1, max: 12_000 }),
    end: fc.constantFrom('drop', 'disconnect', 'taken', 'open'),
    clean: fc.boolean(),
    fault: fc.boolean(),
  });

  /** One Client that comes and goes. */
  function restless(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): Wire {
    const wire = new Wire();
    for (const { gapMs, downMs, end, clean, fault } of steps) {
      const connection = wire.connect('demo', { ...demoConnect, cleanStart: clean }, !clean);
      if (fault) wire.act('fault', connection, { kind: 'latency', direction: 'toClient', detail: '200 ms' });
      wire.pass(gapMs);
      if (end === 'open') continue;
      if (end === 'disconnect')
        wire.toServer(connection, { type: 'disconnect', reasonCode: 0, properties: [] });
      wire.close(connection, end === 'taken' ? { by: 'server', how: 'fin' } : { by: 'client', how: 'reset' });
      wire.pass(downMs);
    }
    return wire;
  }

  it('are drawn over each other in the scene of any trace, at any zoom', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 120, max: 1600 }),
        fc.double({ min: 0.02, max: 4, noNaN: true }),
        fc.double({ min: -0.5, max: 1, noNaN: true }),
        (steps, widthPx, zoom, start) => {
          const wire = restless(steps);
          const { entities, records, index, layout, words } = modelOf(wire);
          const wholeMs = wire.nowMs - noonMs + 1000;
          const scale = new TimeScale(noonMs + start * wholeMs, wholeMs * zoom, widthPx);
          const scene = buildScene(
            {
              entities,
              records,
              index,
              layout,
              scale,
              nowMs: wire.nowMs,
              words,
              measure,
              measureSmall: measure,
              top: 0,
              bottom: layout.height,
            },
            new MarkPool(),
          );
          for (const { bars, marks, packets } of scene.lanes) {
            for (const y of new Set(bars.map((each) => each.y + each.height / 2))) {
              const onTrack = {
                bars: bars.filter((each) => each.y + each.height / 2 === y),
                marks: marks.filter((each) => each.y === y),
              };
              expectApart(onTrack, widthPx);
            }
            for (const y of new Set(packets?.labels.map((each) => each.y))) {
              const row = (packets?.labels ?? []).filter((each) => each.y === y);
              row.forEach(({ x: from }, at) => {
                const before = row[at - 1];
                if (before !== undefined) expect(from).toBeGreaterThan(before.x + measure(before.text));
              });
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
