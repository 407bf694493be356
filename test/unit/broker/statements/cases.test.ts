import { describe, it } from 'vitest';
import { statementLabel } from '../../../../src/mqtt/statements.ts';
import { covered } from './coverage.ts';
import { Scene } from './scene.ts';
import { chapters } from './tables.ts';

for (const { title, tables } of chapters) {
  describe(`the broker keeps what is said of ${title}`, () => {
    for (const { version, id, coverage } of covered(tables)) {
      if (!('cases' in coverage)) continue;
      for (const [what, play] of Object.entries(coverage.cases)) {
        it(`${statementLabel({ version, id })} ${what}`, () => play(new Scene(version)));
      }
    }
  });
}
