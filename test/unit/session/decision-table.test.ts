import { describe, expect, test } from 'vitest';
import { decisionTable } from '../../../src/session/decision-table.ts';
import type { ExpectationView } from '../../../src/session/model.ts';
import { type Behaviour, type RowCase, rowCases, stage } from './support/row-cases.ts';

function play(rowCase: RowCase, behaviour: Behaviour, row: string): ExpectationView {
  const at = stage();
  rowCase.play(at);
  behaviour.act(at);
  at.story.settle(120_000);
  const kind = rowCase.kind ?? 'will';
  const found = at.story.expectations(kind).find((each) => each.row === row);
  if (found === undefined) {
    const rows = at.story.expectations(kind).map((each) => each.row);
    throw new Error(`No ${kind} expectation follows from ${row}, only from ${rows.join(', ') || 'nothing'}`);
  }
  return found;
}

test('every row of the table has its cases', () => {
  expect(Object.keys(rowCases).sort()).toEqual(decisionTable.map(({ id }) => id).sort());
  for (const [id, cases] of Object.entries(rowCases)) expect(cases.length, id).toBeGreaterThan(0);
});

describe.each(decisionTable)('$id: $title', ({ id, ...row }) => {
  describe.each(rowCases[id] ?? [])('$name', (rowCase) => {
    test(`a Server that ${rowCase.right.name} gets ${rowCase.right.verdict}`, () => {
      const { verdict } = play(rowCase, rowCase.right, id);
      expect(verdict).toBe(rowCase.right.verdict);
    });

    test.each(rowCase.wrong)('a Server that $name gets $verdict', (behaviour) => {
      const found = play(rowCase, behaviour, id);
      expect(found.verdict).toBe(behaviour.verdict);
      if (behaviour.verdict === 'missed' && rowCase.kind === undefined) {
        expect(found.severity).toBe(row.severity);
      }
    });
  });
});
