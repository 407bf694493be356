import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { earlierPath, Recording } from '../../../src/engine/captures.ts';
import { Entities } from '../../../src/engine/entities.ts';
import { temporaryFolder } from '../../e2e/support/folders.ts';
import { plain, RecordedRules, reopen } from '../capture/support.ts';
import { stories } from '../session/support/stories.ts';

const folder = temporaryFolder('recording');
afterAll(() => folder.remove());

describe('a recording to disk', () => {
  it('holds what passed so far at any time, and after its end is a whole capture', async () => {
    const rules = new RecordedRules();
    const story = stories['presence-lost']?.();
    const path = join(folder.path, 'whole.pcapng');
    const { trace } = rules.recording;
    const ports = { trace: () => trace, entities: new Entities(), now: () => story?.nowMs ?? 0 };
    const recording = new Recording({ path, mask: true, limitBytes: Number.MAX_SAFE_INTEGER }, ports);
    await recording.begin();
    for (const event of story?.events ?? []) {
      event.tell(rules);
      recording.follow();
    }
    await recording.end();
    const { recording: again, summary } = reopen(readFileSync(path));
    expect(summary).toMatchObject({ problem: undefined, untilMs: story?.nowMs });
    expect(plain(again.records())).toEqual(plain(rules.recording.records()));
  });

  it('keeps no more than its limit and the part before, and both can be read', async () => {
    const rules = new RecordedRules();
    const path = join(folder.path, 'parted.pcapng');
    const { trace } = rules.recording;
    const ports = { trace: () => trace, entities: new Entities(), now: () => 0 };
    const recording = new Recording({ path, mask: true, limitBytes: 2000 }, ports);
    await recording.begin();
    for (const play of Object.values(stories).slice(0, 5)) {
      for (const event of play().events) event.tell(rules);
      recording.follow();
    }
    await recording.end();
    for (const part of [path, earlierPath(path)]) {
      expect(reopen(readFileSync(part)).summary).toMatchObject({ ours: true, problem: undefined });
    }
  });
});
