/** The whole table as a text that a person can review. */
import { statementLabel } from '../../../../src/mqtt/statements.ts';
import { renderFact } from '../../../../src/session/sentences.ts';
import type { WhatIf, WhatIfOutcome } from '../../../../src/session/what-if-model.ts';
import { WhatIfWords, whatIfTexts } from '../../../../src/session/what-if-words.ts';

export function tableText(table: WhatIf): string {
  const words = new WhatIfWords(table.settings);
  const lines = table.notes.map((note) => `Note: ${renderFact(note, whatIfTexts)}.`);
  for (const end of table.ends) {
    lines.push('', `${words.end(end.kind)}${end.usual ? '' : ' (rare)'}. ${words.noticed(end)}`);
    for (const outcome of end.outcomes) lines.push(...outcomeLines(words, outcome));
  }
  return `${lines.join('\n').trim()}\n`;
}

function outcomeLines(words: WhatIfWords, outcome: WhatIfOutcome): readonly string[] {
  const heavy = outcome.severity === 'must' ? '' : ` (${outcome.severity})`;
  return [
    `  ${words.back(outcome.back, outcome)}${outcome.own ? ' *' : ''}`,
    `    will: ${words.will(outcome.will)}${heavy}`,
    `    session: ${words.session(outcome.session)}; Session Present ${words.present(outcome.sessionPresent)}`,
    `    rows: ${outcome.rows.join(', ')}`,
    ...outcome.facts.map((fact) => {
      const statement = fact.statement === undefined ? '' : ` ${statementLabel(fact.statement)}`;
      return `      - ${renderFact(fact)}${statement}`;
    }),
  ];
}
