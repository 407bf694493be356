import { describe, expect, it } from 'vitest';
import { pageStrings } from '../../../src/webview/messages.ts';
import { expectationName, trackWords, whyTitle } from '../../../src/webview/model/describe.ts';
import { severityWords, verdictLook, verdictWords } from '../../../src/webview/model/verdicts.ts';
import { Words } from '../../../src/webview/model/words.ts';
import { cancelled, connected, mixed, published, waiting } from '../../e2e/page/support/stories.ts';
import { noonMs, pageWords, type Wire } from '../../e2e/page/support/wire.ts';
import { modelOf } from './support.ts';

const words = new Words(pageWords(), 'en', 'UTC');

describe('times and durations', () => {
  it('count down in tenths below a minute, never to zero before the time', () => {
    expect(words.countdown(5000)).toBe('5.0 s');
    expect(words.countdown(4901)).toBe('5.0 s');
    expect(words.countdown(1)).toBe('0.1 s');
    expect(words.countdown(0)).toBe('0.0 s');
    expect(words.countdown(59_980)).toBe('1 min');
    expect(words.countdown(65_000)).toBe('1 min 05 s');
    expect(words.countdown(7_380_000)).toBe('2 h 03 min');
  });

  it('show intervals as a person would say them', () => {
    expect([5, 90, 3600, 90_000].map((seconds) => words.interval(seconds))).toEqual([
      '5 s',
      '1 min 30 s',
      '1 h',
      '1 d 01 h',
    ]);
  });

  it('show times of day in the viewer’s time zone', () => {
    expect(words.clock(noonMs + 1234)).toBe('12:00:01.234');
    expect(words.clock(noonMs + 1234, 1)).toBe('12:00:01.2');
    expect(words.clock(noonMs, 0)).toBe('12:00:00');
  });

  it('survive a locale that is none', () => {
    expect(new Words({}, 'not a locale!').number(1234)).toBe('1,234');
  });

  it('are told in the language of the host, and in English where it has no word', () => {
    const german = new Words({ 'button.fit': 'Einpassen' }, 'de', 'UTC');
    expect(german.t('button.fit')).toBe('Einpassen');
    expect(german.t('button.zoomIn')).toBe('Zoom in');
    expect(german.countdown(2500)).toBe('2,5 s');
  });

  it('have a sentence for each key, without a place that nobody fills by mistake', () => {
    for (const [key, text] of Object.entries(pageStrings)) {
      expect(text.trim(), key).not.toBe('');
      expect((text.match(/[{}]/g) ?? []).length % 2, key).toBe(0);
    }
  });
});

/** The rows of a client as a screen reader says them. */
function said(wire: Wire, client: string): string[] {
  const model = modelOf(wire);
  const placed = model.layout.lanes.find(({ key }) => key.endsWith(`\n${client}`));
  const lane = model.entities.lane(placed?.key ?? '');
  if (placed === undefined || lane === undefined) throw new Error(`There is no lane of ${client}.`);
  return placed.tracks.map(
    ({ kind }) => `${kind}: ${trackWords(kind, lane, model.entities, model.index, model.words).full}`,
  );
}

describe('the rows in words', () => {
  it('say what the canvas shows', () => {
    expect(said(connected().wire, 'demo')).toMatchInlineSnapshot(`
      [
        "connection: connected since 12:00:01.527",
        "session: in use",
        "will: armed",
        "packets: 4 to the Server, 1 to the Client",
      ]
    `);
    expect(said(waiting().wire, 'demo')).toMatchInlineSnapshot(`
      [
        "connection: cut at 12:00:04.549",
        "session: ends 12:00:14.5",
        "will: waiting, due 12:00:09.5",
        "packets: 4 to the Server, 1 to the Client",
      ]
    `);
    expect(said(published().wire, 'demo')).toMatchInlineSnapshot(`
      [
        "connection: cut at 12:00:04.549",
        "session: ends 12:00:14.5",
        "will: published, on time (+2 ms)",
        "packets: 4 to the Server, 1 to the Client",
      ]
    `);
    expect(said(cancelled().wire, 'demo')).toMatchInlineSnapshot(`
      [
        "connection: connected since 12:00:07.149; before that cut at 12:00:04.549",
        "session: in use",
        "will: armed; before that cancelled",
        "packets: 5 to the Server, 2 to the Client",
      ]
    `);
  });

  it('say how a connection was refused', () => {
    expect(said(mixed(), 'intruder')[0]).toBe(
      'connection: refused: Bad User Name or Password at 12:00:17.671',
    );
  });
});

describe('expectations in words', () => {
  it('are named, asked about, judged and weighed', () => {
    const model = modelOf(mixed());
    const lines = [...model.entities.expectations.values()].map((each) =>
      [
        expectationName(each, model.words),
        whyTitle(each, model.words),
        `${verdictLook(each).glyph} ${verdictWords(each, model.words)}`,
        severityWords(each, model.words),
      ].join(' | '),
    );
    expect(lines).toMatchInlineSnapshot(`
      [
        "session of demo | When does the session of demo end? | – unobserved | the standard demands it (MUST)",
        "will of demo | Why was the will of demo published at 12:00:09.551? | ✓ met, +2 ms | the standard demands it (MUST)",
        "will of intruder | Why was the will of intruder not published? | ⊘ cancelled | the standard demands it (MUST)",
        "session of hasty | When will the session of hasty end? | ◌ pending | the standard demands it (MUST)",
        "will of hasty | Why was the will of hasty published at 12:00:20.071? | ✗ early, −3 s | breaks the standard (MUST)",
        "will of gateway | Why was the will of gateway not published? | ⊘ cancelled | the standard demands it (MUST)",
        "will of meter-1 | When will the will of meter-1 be published? | ◌ pending | the standard demands it (MUST)",
      ]
    `);
  });
});
