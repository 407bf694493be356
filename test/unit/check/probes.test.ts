import { describe, expect, it } from 'vitest';
import { behaviours } from '../../../src/check/known-elsewhere.ts';
import { idOf } from '../../../src/check/probe.ts';
import { allProbes, tableProbes, untried } from '../../../src/check/probes.ts';
import { findStatement, statementLabel } from '../../../src/mqtt/statements.ts';
import { decisionTable } from '../../../src/session/decision-table.ts';

describe('the probes', () => {
  it('try every row of the decision table, or there is a reason why not', () => {
    const tried = new Set<string>(tableProbes.map(({ row }) => row));
    expect(decisionTable.map(({ id }) => id).filter((id) => !tried.has(id) && !untried[id])).toEqual([]);
    expect([...tried].filter((id) => id in untried)).toEqual([]);
  });

  it('have each a name of their own', () => {
    const ids = allProbes.map(idOf);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('cite statements that exist', () => {
    const cited = allProbes.flatMap(({ statements }) => statements);
    expect(cited.filter((each) => findStatement(each) === undefined).map(statementLabel)).toEqual([]);
    expect(allProbes.filter(({ statements }) => statements.length === 0).map(idOf)).toEqual([]);
  });
});

describe('the deviations known elsewhere', () => {
  it('belong to probes that there are', () => {
    const rows = new Set(allProbes.flatMap((probe) => probe.rows));
    expect(behaviours.flatMap((each) => each.rows).filter((row) => !rows.has(row))).toEqual([]);
  });

  it('name their reports as owner/repository#number', () => {
    const references = behaviours.flatMap((each) => each.references);
    expect(references.filter((each) => !/^[\w-]+\/[\w.-]+#\d+$/.test(each))).toEqual([]);
  });
});
