/** Two reports side by side: two Servers, two versions of one, or one before and after a change. */
import { type CheckReport, type CheckVerdict, countsOf, type ProbeReport } from '../report.ts';
import { countsText, verdictText } from './words.ts';

/** `better` and `worse` from the first to the second. */
export type Change = 'same' | 'better' | 'worse' | 'different' | 'only-first' | 'only-second';

export interface ComparedProbe {
  readonly id: string;
  readonly topic: ProbeReport['topic'];
  readonly first?: ProbeReport | undefined;
  readonly second?: ProbeReport | undefined;
  readonly change: Change;
}

export function compareReports(first: CheckReport, second: CheckReport): readonly ComparedProbe[] {
  const others = new Map(second.probes.map((probe) => [probe.id, probe]));
  const both = first.probes.map((probe): ComparedProbe => {
    const other = others.get(probe.id);
    others.delete(probe.id);
    const { id, topic } = probe;
    return {
      id,
      topic,
      first: probe,
      second: other,
      change: other === undefined ? 'only-first' : changeOf(probe, other),
    };
  });
  const rest = [...others.values()].map(
    (probe): ComparedProbe => ({ id: probe.id, topic: probe.topic, second: probe, change: 'only-second' }),
  );
  return [...both, ...rest];
}

function changeOf(first: ProbeReport, second: ProbeReport): Change {
  const before = weightOf(first.verdict);
  const after = weightOf(second.verdict);
  if (before === undefined || after === undefined)
    return first.verdict.kind === second.verdict.kind ? 'same' : 'different';
  if (before === after) return 'same';
  return after < before ? 'better' : 'worse';
}

const weights = { must: 3, derivable: 2, should: 1 } as const;

/** Undefined for what says nothing of the Server. */
function weightOf(verdict: CheckVerdict): number | undefined {
  if (verdict.kind === 'conforms') return 0;
  return verdict.kind === 'deviates' ? weights[verdict.level] : undefined;
}

/** What differs, as Markdown. */
export function renderComparison(first: CheckReport, second: CheckReport): string {
  const compared = compareReports(first, second);
  const differing = compared.filter(({ change }) => change !== 'same');
  const lines = [
    `# ${first.server} and ${second.server}`,
    '',
    `- ${first.server}, ${first.startedAt}: ${countsText(countsOf(first.probes))}`,
    `- ${second.server}, ${second.startedAt}: ${countsText(countsOf(second.probes))}`,
    '',
  ];
  if (differing.length === 0) return [...lines, 'The verdicts are the same.', ''].join('\n');
  return [
    ...lines,
    `| probe | ${first.server} | ${second.server} | change |`,
    '| --- | --- | --- | --- |',
    ...differing.map(
      ({ id, first: one, second: other, change }) => `| ${id} | ${side(one)} | ${side(other)} | ${change} |`,
    ),
    '',
  ].join('\n');
}

function side(probe: ProbeReport | undefined): string {
  return probe === undefined ? '' : verdictText(probe.verdict).replaceAll('|', '\\|');
}
