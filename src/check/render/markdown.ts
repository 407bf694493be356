/** A report as Markdown. */
import { findStatement, statementLabel } from '../../mqtt/statements.ts';
import { renderFact } from '../../session/sentences.ts';
import { type CheckReport, countsOf, type ProbeReport, reportTopics } from '../report.ts';
import { brokenText, countsText, delayText, verdictText } from './words.ts';

/** What the report means for a profile: rows of the decision table that it relies on. */
export interface Reliance {
  readonly profile: string;
  readonly rows: readonly string[];
}

export function renderMarkdown(report: CheckReport, reliances: readonly Reliance[] = []): string {
  return [
    `# Behaviour check of ${report.server}`,
    '',
    ...head(report),
    '',
    ...meaning(report, reliances),
    ...Object.entries(reportTopics).flatMap(([topic, title]) =>
      section(
        title,
        report.probes.filter((probe) => probe.topic === topic),
      ),
    ),
    ...deviations(report.probes.filter(({ verdict }) => verdict.kind === 'deviates')),
  ].join('\n');
}

function head({ startedAt, tookMs, endedEarly, abilities, probes }: CheckReport): string[] {
  const { versions, maximumQoS, retainAvailable, serverKeepAlive, sessionExpiryMaximum } = abilities;
  const names = versions.map((version) => (version === 5 ? '5.0' : version === 4 ? '3.1.1' : '3.1'));
  const offered = [
    `MQTT ${names.join(', ')}`,
    ...(maximumQoS === undefined ? [] : [`QoS ${maximumQoS} at most`]),
    ...(retainAvailable === false ? ['no retained messages'] : []),
    ...(serverKeepAlive === undefined ? [] : [`Server Keep Alive ${serverKeepAlive} s`]),
    ...(sessionExpiryMaximum === undefined
      ? []
      : [`Session Expiry Interval at most ${sessionExpiryMaximum} s`]),
  ];
  return [
    `${startedAt}, ${Math.round(tookMs / 1000)} s. It offers ${offered.join('; ')}.`,
    '',
    `**${countsText(countsOf(probes))}.**`,
    ...(endedEarly === undefined ? [] : ['', `The check ended early: ${endedEarly}.`]),
  ];
}

function meaning(report: CheckReport, reliances: readonly Reliance[]): string[] {
  const lines = reliances.flatMap(({ profile, rows }) => {
    const hit = deviatingRows(report).filter((row) => rows.includes(row));
    return hit.length === 0 ? [] : [`- Profile \`${profile}\` relies on ${hit.join(', ')}.`];
  });
  return lines.length === 0 ? [] : ['## What it means for the profiles', '', ...lines, ''];
}

/** Rows of the decision table on which the Server deviates, each once. */
export function deviatingRows({ probes }: CheckReport): readonly string[] {
  const deviating = probes.filter(({ verdict }) => verdict.kind === 'deviates');
  return [...new Set(deviating.flatMap(({ rows }) => rows.filter((row) => /^D\d\d$/.test(row))))].toSorted();
}

function section(title: string, probes: readonly ProbeReport[]): string[] {
  if (probes.length === 0) return [];
  const rows = probes.map((probe) =>
    [
      probe.id,
      probe.expected,
      probe.observed,
      delayText(probe),
      verdictText(probe.verdict),
      brokenText(probe.verdict),
    ]
      .map(cell)
      .join(' | '),
  );
  return [
    `## ${title}`,
    '',
    '| probe | expected | observed | delay | verdict | against |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
    '',
  ];
}

function deviations(probes: readonly ProbeReport[]): string[] {
  if (probes.length === 0) return [];
  return ['## The deviations', '', ...grouped(probes).flatMap(deviation)];
}

/** Probes that show the same behaviour are told together. */
function grouped(probes: readonly ProbeReport[]): readonly (readonly ProbeReport[])[] {
  const groups = new Map<string, ProbeReport[]>();
  for (const probe of probes) {
    const key = probe.knownElsewhere[0]?.behaviour ?? probe.id;
    const group = groups.get(key) ?? [];
    groups.set(key, [...group, probe]);
  }
  return [...groups.values()];
}

function deviation(probes: readonly ProbeReport[]): string[] {
  const [first] = probes;
  if (first === undefined) return [];
  const known = first.knownElsewhere[0];
  const statements = new Map(
    probes.flatMap(({ verdict }) =>
      verdict.kind === 'deviates'
        ? verdict.statements.map((each) => [statementLabel(each), each] as const)
        : [],
    ),
  );
  const references = [
    ...new Set(probes.flatMap((probe) => probe.knownElsewhere.flatMap((each) => each.references))),
  ];
  return [
    `### ${known?.behaviour ?? first.id}`,
    '',
    ...probes.map(({ id, expected, observed }) => `- ${id}: expected ${expected}; observed ${observed}`),
    '',
    ...[...statements].map(([label, each]) => `- ${label}: ${findStatement(each)?.summary ?? ''}`),
    '',
    ...(first.why.length === 0
      ? []
      : [
          `Why, for ${first.id}:`,
          '',
          ...first.why.map((fact, index) => `${index + 1}. ${renderFact(fact)}.`),
          '',
        ]),
    ...(references.length === 0 ? [] : [`Seen elsewhere too: ${references.join(', ')}.`, '']),
    ...(first.howToLiveWithIt === undefined ? [] : [`How to live with it: ${first.howToLiveWithIt}`, '']),
  ];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}
