import { describe, expect, it } from 'vitest';
import { decisionTable } from '../../../src/session/decision-table.ts';
import { everyWillProperty, type Scenario, scenarios, untried } from './decision/scenarios.ts';
import { Stage } from './decision/stage.ts';
import { connectPacket } from './test-client.ts';

/** So long after the end of a scenario every verdict has fallen. */
const watchedSeconds = 8_000;

async function played({ play, untilSeconds = watchedSeconds }: Scenario): Promise<Stage> {
  const stage = new Stage();
  await stage.subscribe();
  await play(stage);
  await stage.until(untilSeconds);
  expect(stage.faults).toEqual([]);
  return stage;
}

describe('the sandbox broker publishes wills when they are due', () => {
  it.each(scenarios)('$row: $what', async (scenario) => {
    expect((await played(scenario)).seen).toEqual(scenario.seen);
  });
});

describe('the sandbox broker before the session rules', () => {
  it.each(scenarios)('$row: $what', async (scenario) => {
    const stage = await played(scenario);
    const { row, verdict, willRow = row, seen } = scenario;
    const [first, ...others] = stage.found('will');
    expect({ row: first?.row, verdict: first?.verdict }).toEqual({ row: willRow, verdict });
    if (verdict !== 'undecided') {
      expect(first?.demands).toBe(seen.length > others.length ? 'happens' : 'does-not-happen');
    }
    if (willRow !== row) expect(stage.found('session-present').map((found) => found.row)).toContain(row);
    for (const other of others) expect(other.verdict).toBe('met');
    for (const check of [first, ...others].flatMap((found) => found?.checks ?? [])) {
      expect(check).toMatchObject({ passed: true });
    }
    for (const kind of ['session-end', 'session-present', 'keep-alive'] as const) {
      for (const found of stage.found(kind)) {
        expect(`${kind} ${found.verdict}`).not.toMatch(/early|late|missed/);
      }
    }
  });

  it('D01: a connection without a will owes none, and its Session ends by its expiry', async () => {
    const stage = new Stage();
    await stage.subscribe();
    const client = await stage.demo({ E: 10 });
    await stage.until(100);
    await client.reset();
    await stage.until(150);
    expect(await stage.demoPresent({ cleanStart: false })).toBe(false);
    await stage.until(watchedSeconds);
    expect(stage.seen).toEqual([]);
    expect(stage.found('will')).toEqual([]);
    expect(stage.found('session-end').map(({ row, verdict }) => [row, verdict])).toEqual([['D01', 'met']]);
  });

  it('D28: Keep Alive 0 sets no time, and the broker waits', async () => {
    const stage = new Stage();
    await stage.subscribe();
    const client = await stage.demo({ will: 'W1', keepAliveSeconds: 0 });
    await stage.until(100_000);
    expect(client.closed).toBe(false);
    expect(stage.seen).toEqual([]);
    expect(stage.found('keep-alive')).toEqual([]);
  });

  it('D36: a CONNECT whose answer was not seen leaves its will open', async () => {
    const stage = new Stage();
    await stage.subscribe();
    const client = stage.link();
    client.send(connectPacket({ will: {}, userName: 'demo', password: 'right' }));
    await client.reset();
    await stage.until(watchedSeconds);
    expect(stage.found('will').map(({ row, verdict }) => [row, verdict])).toEqual([['D36', 'undecided']]);
  });

  it('P1 to P6: every check of what a published will looks like passes, whoever sees it', async () => {
    const passed = new Set<string>();
    for (const version of [5, 4, 3] as const) {
      for (const qos of [0, 1, 2] as const) {
        for (const willQos of [0, 1, 2] as const) {
          for (const willRetain of [false, true]) {
            const stage = new Stage();
            await stage.subscribe({ version }, qos, willRetain);
            const willProperties = [...everyWillProperty];
            const client = await stage.demo({ will: 'W1', D: 5, E: 10, willQos, willRetain, willProperties });
            await stage.until(100);
            await client.reset();
            await stage.until(120);
            await stage.subscribe({ version, clientId: 'late' }, qos);
            await stage.until(watchedSeconds);
            expect(stage.seen).toEqual([[105, 'W1']]);
            const [found] = stage.found('will');
            expect(found?.verdict).toBe('met');
            for (const check of found?.checks ?? []) {
              expect({ version, qos, willQos, willRetain, ...check }).toMatchObject({ passed: true });
              passed.add(check.id);
            }
          }
        }
      }
    }
    expect([...passed].sort()).toEqual(['P1', 'P2', 'P3', 'P4', 'P5', 'P6']);
  });

  it('has a scenario for every row, or a reason for its absence', () => {
    const tried = new Set(scenarios.map((scenario) => scenario.row));
    const missing = decisionTable
      .map((row) => row.id)
      .filter((id) => !tried.has(id) && untried[id] === undefined);
    expect(missing).toEqual([]);
    expect(Object.keys(untried).filter((id) => tried.has(id as `D${number}`))).toEqual([]);
  });
});
