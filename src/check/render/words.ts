/** The words of a report, for every form in which it is written. */
import { statementLabel } from '../../mqtt/statements.ts';
import type { CheckVerdict, DeviationLevel, ProbeReport, ReportCounts } from '../report.ts';

const levelWords: Readonly<Record<DeviationLevel, string>> = {
  must: 'MUST',
  derivable: 'derivable',
  should: 'SHOULD',
};

export function verdictText(verdict: CheckVerdict): string {
  switch (verdict.kind) {
    case 'conforms':
      return 'conforms';
    case 'deviates':
      return `deviates (${levelWords[verdict.level]})`;
    case 'undecided':
      return `undecided: ${verdict.reason}`;
    case 'not-tried':
      return `could not be tried: ${verdict.reason}`;
  }
}

/** `MUST: v5 [MQTT-3.1.3-9], v5 3.1.2.5`; an empty text for what does not deviate. */
export function brokenText(verdict: CheckVerdict): string {
  return verdict.kind === 'deviates' ? verdict.statements.map(statementLabel).join(', ') : '';
}

/** `2.01 s`, and when it was due; an empty text where no time was measured. */
export function delayText({ delayMs, dueMs }: Pick<ProbeReport, 'delayMs' | 'dueMs'>): string {
  if (delayMs === undefined) return '';
  const shown = seconds(delayMs);
  return dueMs === undefined ? shown : `${shown} (due ${dueMs === 0 ? 'at once' : seconds(dueMs)})`;
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(2))} s`;
}

/** `131 conform, 2 deviate (2 MUST), 2 could not be tried`. */
export function countsText({ conforms, must, derivable, should, undecided, notTried }: ReportCounts): string {
  const levels = [
    [must, 'MUST'],
    [derivable, 'derivable'],
    [should, 'SHOULD'],
  ] as const;
  const deviate = must + derivable + should;
  const parts = levels.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return [
    `${conforms} conform`,
    deviate === 0 ? 'none deviates' : `${deviate} deviate (${parts.join(', ')})`,
    ...(undecided > 0 ? [`${undecided} undecided`] : []),
    ...(notTried > 0 ? [`${notTried} could not be tried`] : []),
  ].join(', ');
}
