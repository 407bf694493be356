import { describe, it } from 'vitest';
import { statementLabel } from '../../../../src/mqtt/statements.ts';
import { covered } from './coverage.ts';
import { Scene } from './scene.ts';
import { chapters } from './tables.ts';

describe.each(chapters)('the broker keeps: $title', ({ tables }) => {
  const cases = covered(tables).flatMap(({ version, id, coverage }) =>
    'cases' in coverage
      ? Object.entries(coverage.cases).map(([what, play]) => ({
          name: `${statementLabel({ version, id })} ${what}`,
          version,
          play,
        }))
      : [],
  );
  it.each(cases)('$name', ({ version, play }) => play(new Scene(version)));
});
