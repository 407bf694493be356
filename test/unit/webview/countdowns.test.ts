import { describe, expect, it } from 'vitest';
import {
  countdownActions,
  countdownLimit,
  countdownsOf,
  countdownWords,
  progressOf,
} from '../../../src/webview/model/countdowns.ts';
import type { PageModel } from '../../../src/webview/model/page-model.ts';
import { connected, published, waiting } from '../../e2e/page/support/stories.ts';
import { demoConnect, Wire } from '../../e2e/page/support/wire.ts';
import { modelOf } from './support.ts';

function told(model: PageModel, nowMs: number, recent: readonly number[] = []): string[] {
  return countdownsOf(model.entities, recent).rows.map((row) => {
    const { name, remaining, reason } = countdownWords(row, model.entities, nowMs, model.words);
    return [name, remaining, reason].join(' | ');
  });
}

describe('the countdown strip', () => {
  it('is empty while nothing is due', () => {
    const { wire } = connected();
    expect(told(modelOf(wire), wire.nowMs)).toEqual([]);
  });

  it('counts down to the will and to the end of the session, and says where the times come from', () => {
    const { wire } = waiting(0);
    const model = modelOf(wire);
    expect(told(model, wire.nowMs)).toEqual([
      'will of demo | due in 5.0 s | delay 5 s < session 10 s',
      'session of demo | ends in 10.0 s | Session Expiry Interval 10 s',
    ]);
    expect(told(model, wire.nowMs + 1840)[0]).toContain('due in 3.2 s');
    expect(told(model, wire.nowMs + 5300)[0]).toContain('due 0.3 s ago');
  });

  it('shows the verdict where the countdown was', () => {
    const { wire } = published(500);
    const model = modelOf(wire);
    const will = [...model.entities.expectations.values()].find(({ kind }) => kind === 'will');
    expect(told(model, wire.nowMs, [will?.id ?? 0])[0]).toContain('met, +2 ms');
  });

  it('keeps what was decided to one row while something else counts down, so that this is seen', () => {
    const { wire } = waiting(0);
    const model = modelOf(wire);
    const ids = [...model.entities.expectations.keys()];
    for (const id of ids) {
      const pending = model.entities.expectations.get(id);
      if (pending === undefined) continue;
      const decided = [id + 100, id + 200].map((copy) => ({ ...pending, id: copy, verdict: 'met' as const }));
      model.entities.apply({
        connections: [],
        sessions: [],
        wills: [],
        expectations: decided,
        insights: [],
      });
    }
    const recent = [...model.entities.expectations.keys()].filter((id) => !ids.includes(id));
    expect(countdownsOf(model.entities, recent).rows).toHaveLength(3);
    model.entities.pending.clear();
    expect(countdownsOf(model.entities, recent).rows).toHaveLength(3);
  });

  it('drains from one to nothing', () => {
    const { wire } = waiting(0);
    const model = modelOf(wire);
    const [row] = countdownsOf(model.entities, []).rows;
    if (row === undefined) throw new Error('There should be a row.');
    expect(progressOf(row, row.fromMs)).toBe(0);
    expect(progressOf(row, (row.fromMs + row.dueAtMs) / 2)).toBe(0.5);
    expect(progressOf(row, row.dueAtMs + 99)).toBe(1);
  });

  it('offers for our own client what would change the outcome', () => {
    const { wire } = waiting();
    const model = modelOf(wire);
    const [row] = countdownsOf(model.entities, []).rows;
    if (row === undefined) throw new Error('There should be a row.');
    const offered = countdownActions(row.expectation, model.clients).map(({ action }) => action);
    expect(offered).toEqual(['resume', 'takeOver']);
    expect(countdownActions({ ...row.expectation, clientId: 'someone else' }, model.clients)).toEqual([]);
  });

  it('leaves a keep alive out until the client should have spoken', () => {
    const wire = new Wire();
    wire.connect('demo', { clientId: 'demo', keepAliveSeconds: 10 });
    const model = modelOf(wire);
    expect(told(model, wire.nowMs + 5000)).toEqual([]);
  });

  it('counts down to the will of a client that is frozen, at once, and goes on when it is past due', () => {
    const wire = new Wire();
    const connection = wire.connect('demo', { ...demoConnect, keepAliveSeconds: 10 });
    wire.act('freeze', connection);
    const model = modelOf(wire);
    const keepAlive = '1.5 × Keep Alive 10 s';
    expect(told(model, wire.nowMs)).toEqual([
      `keep alive of demo | runs out in 15.0 s | nothing received; ${keepAlive}`,
      `will of demo | due in 20.0 s | if nothing comes within ${keepAlive}, then delay 5 s`,
    ]);
    expect(told(model, wire.nowMs + 14_996 + 1000)[0]).toContain('due 1.0 s ago');
  });

  it('keeps to fifty rows and counts the rest', () => {
    const wire = new Wire();
    for (let client = 0; client < 80; client += 1) {
      const connection = wire.connect('c', { ...demoConnect, clientId: `client ${client}` });
      wire.close(connection, { by: 'network', how: 'error' });
    }
    const { rows, more } = countdownsOf(modelOf(wire).entities, []);
    expect(rows).toHaveLength(countdownLimit);
    expect(more).toBe(160 - countdownLimit);
    const dues = rows.map(({ dueAtMs }) => dueAtMs);
    expect(dues).toEqual([...dues].sort((a, b) => a - b));
  });
});
