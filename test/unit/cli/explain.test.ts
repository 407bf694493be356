import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordedRules, save } from '../capture/support.ts';
import { stories } from '../session/support/stories.ts';
import { buildCli } from './support.ts';

let cli: Awaited<ReturnType<typeof buildCli>>;
beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli.remove());

/** A capture of one of the stories, as a file. */
function captureOf(name: keyof typeof stories, goesOnMs = 60_000): string {
  const rules = new RecordedRules();
  const story = stories[name]?.();
  if (story === undefined) throw new Error(`no story ${name}`);
  for (const event of story.events) event.tell(rules);
  const path = join(cli.folder, `${name}.pcapng`);
  writeFileSync(path, save(rules.recording.records(), story.nowMs + goesOnMs));
  return path;
}

describe('mqtt-session explain', () => {
  it('tells each session, verdict and Why as text', async () => {
    const run = cli.run('explain', captureOf('will-delay-not-published'));
    expect(await run.ended).toBe(0);
    expect(run.out()).toMatch(/^demo on localhost:1883$/m);
    expect(run.out()).toMatch(/will of demo due .*: missed$/m);
    expect(run.out()).toMatch(/ +\d+\. .*\[MQTT-3\.1\.3-9\]/);
    expect(run.err()).toBe('');
  });

  it('leaves open what was pending when the capture ends, however long ago that was', async () => {
    const run = cli.run('explain', captureOf('will-delay-frozen', -1_000_000));
    expect(await run.ended).toBe(0);
    expect(run.out()).toMatch(/ still pending when the trace ends \(undecided\)$/m);
    expect(run.out()).toMatch(/The trace ends at .*it was due/);
    expect(run.out()).not.toMatch(/: pending$/m);
  });

  it('tells the same as JSON', async () => {
    const run = cli.run('explain', captureOf('will-delay-lost'), '--json');
    expect(await run.ended).toBe(0);
    const told: unknown = JSON.parse(run.out());
    expect(told).toMatchObject({
      capture: { mqtt: 2, ours: true },
      expectations: expect.arrayContaining([
        expect.objectContaining({ kind: 'will', clientId: 'demo', verdict: 'met' }),
      ]),
    });
  });

  it.each([
    ['a file that is no capture', ['package.json'], 1, /is no capture that can be read/],
    ['a file that is not there', ['nowhere.pcapng'], 1, /nowhere\.pcapng could not be read: ENOENT/],
    ['no file', [], 2, /needs a capture file/],
    ['two files', ['a', 'b'], 2, /takes one file; `b` is another/],
  ])('says what is wrong with %s', async (_what, files, code, message) => {
    const run = cli.run('explain', ...files);
    expect(await run.ended).toBe(code);
    expect(run.err()).toMatch(message);
    expect(run.out()).toBe('');
  });

  it('says that the end of a file is missing', async () => {
    const rules = new RecordedRules();
    const story = stories['will-delay-lost']?.();
    for (const event of story?.events ?? []) event.tell(rules);
    const path = join(cli.folder, 'cut.pcapng');
    writeFileSync(path, save(rules.recording.records(), 0).subarray(0, 700));
    const run = cli.run('explain', path);
    expect(await run.ended).toBe(0);
    expect(run.err()).toMatch(/ends in the middle of a packet/);
  });
});
