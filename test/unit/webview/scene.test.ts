import { describe, expect, it } from 'vitest';
import { buildScene, MarkPool } from '../../../src/webview/geometry/build-scene.ts';
import { hitTest } from '../../../src/webview/geometry/hit-test.ts';
import type { LaneScene, Scene } from '../../../src/webview/geometry/scene.ts';
import { TimeScale } from '../../../src/webview/geometry/time-scale.ts';
import { connectionWords, faultRecordWords } from '../../../src/webview/model/describe.ts';
import type { PageModel } from '../../../src/webview/model/page-model.ts';
import { cancelled, connected, mixed, published, waiting } from '../../e2e/page/support/stories.ts';
import { noonMs, type Wire } from '../../e2e/page/support/wire.ts';
import { modelOf } from './support.ts';

/** 20 pixels a second, from two seconds before noon. */
const scale = new TimeScale(noonMs - 2000, 50_000, 1000);

function sceneOf(model: PageModel, wire: Wire, bottom = 2000): Scene {
  const { entities, records, index, layout, words } = model;
  const measure = (text: string): number => text.length * 6;
  return buildScene(
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
      bottom,
    },
    new MarkPool(),
  );
}

/** What a lane shows, as one line a shape: style or symbol, from and to in tenths of a second after noon, words. */
function told({ bars, marks }: LaneScene): string[] {
  const time = (x: number): string => ((scale.timeAt(x) - noonMs) / 1000).toFixed(1);
  return [
    ...bars.map(({ style, x0, x1, label }) => `${style} ${time(x0)}–${time(x1)} ${label}`.trim()),
    ...marks.map(({ symbol, tone, x, label }) => `${symbol} ${tone} ${time(x)} ${label}`.trim()),
  ];
}

function laneOf(scene: Scene, client: string): LaneScene {
  const lane = scene.lanes.find(({ key }) => key.endsWith(`\n${client}`));
  if (lane === undefined) throw new Error(`There is no lane of ${client}.`);
  return lane;
}

describe('faults of a tap', () => {
  it('show on the connection from when they were made until they were taken away, with their values', () => {
    const { wire, demo } = connected();
    wire.act('fault', demo, { kind: 'latency', direction: 'toClient', detail: '20 ms' });
    wire.pass(1000);
    wire.act('fault', demo, { kind: 'freeze', direction: 'both' });
    wire.pass(500);
    const model = modelOf(wire);
    const lane = laneOf(sceneOf(model, wire), 'demo');
    const faults = told(lane).filter((each) => each.startsWith('fault'));
    expect(faults).toHaveLength(4);
    expect(faults[0]).toMatch(/^fault \d\.\d–\d\.\d$/);
    expect(faults.slice(2)).toEqual([
      expect.stringMatching(/^fault warning \d\.\d delayed to the Client: 20 ms$/),
      expect.stringMatching(/^fault warning \d\.\d frozen$/),
    ]);
    // A press on the sign selects the record of the fault.
    const mark = lane.marks.find(({ symbol }) => symbol === 'fault');
    expect(mark?.target.kind).toBe('packet');
  });

  it('are told with the way that is left when the other was thawed', () => {
    const { wire, demo } = connected();
    wire.act('fault', demo, { kind: 'freeze', direction: 'both' });
    wire.pass(1000);
    wire.act('fault-cleared', demo, { kind: 'freeze', direction: 'toServer' });
    wire.pass(500);
    const model = modelOf(wire);
    const marks = told(laneOf(sceneOf(model, wire), 'demo')).filter((each) =>
      each.startsWith('fault warning'),
    );
    expect(marks).toEqual([
      expect.stringMatching(/ frozen$/),
      expect.stringMatching(/ frozen to the Client$/),
    ]);
    const connection = model.entities.connections.get(demo);
    if (connection === undefined) throw new Error('There is no connection.');
    expect(connectionWords(connection, model.words).full).toMatch(/; frozen to the Client$/);
    const left = connection.faults?.[0]?.left?.seq ?? 0;
    expect(faultRecordWords(connection, left, model.words)).toBe('no longer frozen to the Server');
    wire.act('fault-cleared', demo, { kind: 'freeze', direction: 'toClient' });
    const later = modelOf(wire).entities.connections.get(demo);
    const over = later?.faults?.[0]?.untilSeq ?? 0;
    expect(later && faultRecordWords(later, over, model.words)).toBe('no longer frozen to the Client');
  });

  it('say when they are over because both ends are gone', () => {
    const { wire, demo } = connected();
    wire.act('fault', demo, { kind: 'freeze', direction: 'both' });
    wire.act('fault-cleared', demo, { kind: 'freeze', direction: 'both', gone: true });
    const { entities, words } = modelOf(wire);
    const connection = entities.connections.get(demo);
    const over = connection?.faults?.[0]?.untilSeq ?? 0;
    expect(connection && faultRecordWords(connection, over, words)).toBe(
      'no longer frozen: both ends are gone, so nothing can pass any more',
    );
  });

  it('are told in the words beside the track, for as long as they last', () => {
    const { wire, demo } = connected();
    wire.act('fault', demo, { kind: 'drop_pingresp' });
    const said = () => {
      const { entities, words } = modelOf(wire);
      const connection = entities.connections.get(demo);
      return connection === undefined ? undefined : connectionWords(connection, words);
    };
    expect(said()).toMatchObject({
      short: 'PINGRESP dropped',
      full: expect.stringMatching(/; PINGRESP dropped$/),
    });
    wire.act('fault-cleared', demo, { kind: 'drop_pingresp' });
    expect(said()?.short).toBe('connected');
  });
});

describe('the scene', () => {
  it('shows a will that waits up to its due time, and the session up to its end', () => {
    const { wire } = waiting();
    expect(told(laneOf(sceneOf(modelOf(wire), wire), 'demo'))).toMatchInlineSnapshot(`
      [
        "opening 1.5–1.6",
        "open 1.5–4.5",
        "held 1.5–4.5",
        "kept 4.5–14.5",
        "armed 1.5–4.5 armed",
        "waiting 4.5–9.5 waiting",
        "cut warning 4.5 cut",
        "end neutral 14.5 ends 12:00:14.5",
        "hollow neutral 1.5",
        "hollow accent 9.5 due 12:00:09.5",
      ]
    `);
  });

  it('shows a will that was published, on time', () => {
    const { wire } = published();
    expect(told(laneOf(sceneOf(modelOf(wire), wire), 'demo'))).toMatchInlineSnapshot(`
      [
        "opening 1.5–1.6",
        "open 1.5–4.5",
        "held 1.5–4.5",
        "kept 4.5–14.5",
        "armed 1.5–4.5 armed",
        "waiting 4.5–9.6 waiting",
        "cut warning 4.5 cut",
        "end neutral 14.5 ends 12:00:14.5",
        "hollow neutral 1.5",
        "star good 9.6 published, on time (+2 ms)",
      ]
    `);
  });

  it('shows a will that a resume cancelled, and the session that went on', () => {
    const { wire } = cancelled();
    expect(told(laneOf(sceneOf(modelOf(wire), wire), 'demo'))).toMatchInlineSnapshot(`
      [
        "opening 1.5–1.6",
        "open 1.5–4.5",
        "opening 7.1–7.2",
        "open 7.2–9.7 session resumed",
        "held 1.5–4.5",
        "kept 4.5–7.2",
        "held 7.2–9.7",
        "armed 1.5–4.5 armed",
        "waiting 4.5–7.2 waiting",
        "armed 7.2–9.7 armed",
        "cut warning 4.5 cut",
        "hollow neutral 1.5",
        "crossed neutral 7.2 cancelled",
      ]
    `);
  });

  it('shows each way in which things end', () => {
    const wire = mixed();
    const scene = sceneOf(modelOf(wire), wire);
    const ends = scene.lanes.map((lane) => [
      lane.key.split('\n')[1],
      ...told(lane).filter((line) => !line.includes('–')),
    ]);
    expect(ends).toMatchInlineSnapshot(`
      [
        [
          "subscriber",
        ],
        [
          "demo",
          "cut warning 4.5 cut",
          "end neutral 14.5 ended 12:00:14.5",
          "hollow neutral 1.5",
          "star good 9.6 published, on time (+2 ms)",
        ],
        [
          "meter-1",
          "cut warning 20.9 cut",
          "hollow neutral 15.6",
          "hollow accent 20.9 due, not seen yet",
        ],
        [
          "gateway",
          "stop neutral 20.6 DISCONNECT",
          "hollow neutral 16.2",
          "cross neutral 20.6 discarded",
        ],
        [
          "hasty",
          "cut warning 18.1 lost",
          "end neutral 28.1 ends 12:00:28.0",
          "hollow neutral 17.0",
          "star bad 20.1 published, early, −3 s",
        ],
        [
          "intruder",
          "cut bad 17.7 refused: Bad User Name or Password",
        ],
        [
          "garbled",
        ],
      ]
    `);
  });

  it('links the publication to what the subscriber received, and the will to its CONNECT', () => {
    const { wire } = published();
    const model = modelOf(wire);
    const { links, lanes } = sceneOf(model, wire);
    expect(links.map(({ kind }) => kind)).toEqual(['carried', 'publication']);
    const publication = links[1];
    const subscriber = model.layout.lanes[0]?.tracks.at(-1);
    const x = scale.xOf(noonMs + 9551);
    expect(publication?.x1).toBeCloseTo(x, 0);
    expect(publication?.y1).toBeGreaterThan(subscriber?.top ?? 0);
    expect(publication?.y1).toBeLessThan((subscriber?.top ?? 0) + (subscriber?.height ?? 0));
    expect(lanes).toHaveLength(2);
  });

  it('holds only the lanes that are seen', () => {
    const wire = mixed();
    const model = modelOf(wire);
    expect(sceneOf(model, wire, 50).lanes).toHaveLength(1);
  });
});

describe('what lies under the pointer', () => {
  const { wire } = published();
  const model = modelOf(wire);
  const scene = sceneOf(model, wire);
  const demo = laneOf(scene, 'demo');

  it('is the verdict on the star', () => {
    const star = demo.marks.find(({ symbol }) => symbol === 'star');
    const hit = hitTest(scene, (star?.x ?? 0) + 3, (star?.y ?? 0) - 2);
    const will = [...model.entities.wills.values()][0];
    expect(hit?.target).toEqual({ kind: 'expectation', id: will?.expectation });
  });

  it('is the verdict on its words, too', () => {
    const star = demo.marks.find(({ symbol }) => symbol === 'star');
    expect(hitTest(scene, (star?.text?.x ?? 0) + 20, star?.y ?? 0)?.target.kind).toBe('expectation');
  });

  it('is a packet on its mark, above the line what goes to the Server', () => {
    const [run] = demo.packets?.runs ?? [];
    const x = run?.marks.x[0] ?? 0;
    const hit = hitTest(scene, x + 1, (run?.baseline ?? 0) + (run?.reach ?? 0) / 2);
    expect(hit?.target).toEqual({ kind: 'packet', seq: run?.column.seq(0) });
  });

  it('is the connection on its bar, and nothing on empty ground', () => {
    const bar = demo.bars.find(({ style }) => style === 'open');
    expect(hitTest(scene, (bar?.x0 ?? 0) + 5, (bar?.y ?? 0) + 2)?.target.kind).toBe('connection');
    expect(hitTest(scene, 990, (bar?.y ?? 0) + 2)).toBeUndefined();
    expect(hitTest(scene, 10, 1e6)).toBeUndefined();
  });
});
