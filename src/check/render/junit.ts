/** A report as JUnit XML, as CI servers read it. */
import { type JUnitCase, renderJUnit } from '../junit.ts';
import { type CheckReport, type ProbeReport, reportTopics } from '../report.ts';
import { brokenText, verdictText } from './words.ts';

/** What deviates is a failure, what is undecided an error, what could not be tried is skipped. */
const kinds = { deviates: 'failure', undecided: 'error', 'not-tried': 'skipped' } as const;

export function renderReportAsJUnit(report: CheckReport): string {
  const cases = report.probes.map(caseOf);
  const startedAtMs = Date.parse(report.startedAt);
  return renderJUnit([
    { name: `behaviour of ${report.server}`, startedAtMs, durationMs: report.tookMs, cases },
  ]);
}

function caseOf({ id, topic, verdict, expected, observed, delayMs = 0 }: ProbeReport): JUnitCase {
  const plain = { name: id, className: reportTopics[topic], durationMs: Math.max(0, delayMs) };
  if (verdict.kind === 'conforms') return plain;
  const against = brokenText(verdict);
  const lines = [
    `expected: ${expected}`,
    `observed: ${observed}`,
    ...(against === '' ? [] : [`against: ${against}`]),
  ];
  return {
    ...plain,
    problem: { kind: kinds[verdict.kind], message: verdictText(verdict), text: lines.join('\n') },
  };
}
