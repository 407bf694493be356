import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../e2e/support/folders.ts';
import { RecordedRules, save } from '../capture/support.ts';
import { stories } from '../session/support/stories.ts';
import { TestHost } from './support/test-host.ts';

const folder = temporaryFolder('open-capture');
let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(() => host.stop());
afterAll(() => folder.remove());

/** A capture of a story that ends so long after its connection was lost. */
function captureOf(name: string, lostSinceMs: number): { readonly path: string; readonly endMs: number } {
  const rules = new RecordedRules();
  const { events = [] } = stories[name]?.() ?? {};
  for (const event of events) event.tell(rules);
  const records = rules.recording.records();
  const lost = records.findIndex(({ kind }) => kind === 2);
  const endMs = (records[lost]?.atMs ?? 0) + lostSinceMs;
  const path = join(folder.path, `${name}.pcapng`);
  writeFileSync(path, save(records.slice(0, lost + 1), endMs));
  return { path, endMs };
}

describe('a capture that is opened', () => {
  it('tells how far it was read, and up to when', async () => {
    const { path, endMs } = captureOf('will-delay-lost', 1000);
    await host.request('openCapture', { path });
    const told = host.changes.flatMap(({ reading }) => reading ?? []);
    expect(told.at(-1)).toEqual({ share: 1, untilMs: endMs });
  });

  it('leaves open what is pending at its end, before it is due and shortly after', async () => {
    for (const lostSinceMs of [1000, 5010]) {
      const { path } = captureOf('will-delay-lost', lostSinceMs);
      const other = await TestHost.start();
      await other.request('openCapture', { path });
      const { entities } = await other.request('start', { byteBudget: 1e6 });
      const open = entities.expectations.filter(({ leftOpen }) => leftOpen === true);
      expect(open.map(({ kind, verdict }) => `${kind} ${verdict}`)).toContain('will undecided');
      expect(entities.expectations.filter(({ verdict }) => verdict === 'pending')).toEqual([]);
      expect(other.expectation('will', 'demo')).toMatchObject({ verdict: 'undecided', leftOpen: true });
      await other.stop();
    }
  });

  it('judges what is over by its end as ever', async () => {
    const { path } = captureOf('will-delay-lost', 60_000);
    await host.request('openCapture', { path });
    expect(host.expectation('will', 'demo')).toMatchObject({ verdict: 'missed' });
  });
});
