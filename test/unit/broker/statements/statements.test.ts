import { describe, expect, it } from 'vitest';
import { statementLabel, statements } from '../../../../src/mqtt/statements.ts';
import { testedVersions } from './coverage.ts';
import { appendixCounts, numberedStatements } from './numbered-statements.ts';
import { coveredStatements } from './tables.ts';

describe('the table of what is said of each statement', () => {
  for (const version of testedVersions) {
    const name = version === 5 ? '5.0' : '3.1.1';
    const ids = numberedStatements(version);
    const rows = coveredStatements.filter((row) => row.version === version);

    it(`has every normative statement of ${name} once, as the table of statements has`, () => {
      expect(new Set(ids).size).toBe(appendixCounts[version]);
      expect(rows.map((row) => row.id).sort()).toEqual([...ids].sort());
      const known = statements.filter((row) => row.version === version && row.id.startsWith('MQTT-'));
      expect(known.map((row) => row.id).sort()).toEqual([...ids].sort());
    });

    for (const { id, coverage } of rows) {
      it(`${statementLabel({ version, id })} has a test or a reason`, () => {
        if ('reason' in coverage) expect(coverage.reason).toMatch(/\.$/);
        else expect(Object.keys(coverage.cases).length).toBeGreaterThan(0);
      });
    }
  }
});
