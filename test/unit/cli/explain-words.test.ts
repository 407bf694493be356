import { describe, expect, it } from 'vitest';
import { explanation, explanationJson, explanationText } from '../../../src/cli/explain-words.ts';
import { CaptureReader } from '../../../src/trace/capture/reader.ts';
import { RecordedRules, Recording, save } from '../capture/support.ts';
import { stories } from '../session/support/stories.ts';

type Told = ReturnType<typeof explanation>;

function told(name: keyof typeof stories): Told {
  const rules = new RecordedRules();
  const story = stories[name]?.();
  if (story === undefined) throw new Error(`no story ${name}`);
  for (const event of story.events) event.tell(rules);
  const recording = new Recording();
  const reader = new CaptureReader(recording.recorder);
  reader.push(save(rules.recording.records(), story.nowMs));
  const summary = reader.finish();
  recording.rules.advance(story.nowMs);
  return explanation('x.pcapng', summary, recording.rules.takeChanges(), recording.trace.stats());
}

describe('an explanation in pieces', () => {
  const names = Object.keys(stories) as (keyof typeof stories)[];

  it('is the JSON that it would be in one', () => {
    const empty = { ...told('will-delay-lost'), connections: [], expectations: [] };
    for (const each of [...names.slice(0, 12).map(told), empty]) {
      expect([...explanationJson(each)].join('')).toBe(`${JSON.stringify(each, undefined, 2)}\n`);
    }
  });

  it('tells every expectation under its Client', () => {
    for (const each of names.slice(0, 12).map(told)) {
      const lines = [...explanationText(each)].map((line) => line.trim());
      for (const { id, clientId } of each.connections) {
        const own = each.expectations.filter((other) => other.connection === id);
        const under = lines.slice(lines.findIndex((line) => line.startsWith(`${clientId} on `)));
        const places = own.map(({ title }) => under.findIndex((line) => line.startsWith(title)));
        expect(places).not.toContain(-1);
      }
    }
    expect(names.length).toBeGreaterThan(12);
  });
});
