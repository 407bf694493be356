/** A report of a behaviour check as a text that does not change from run to run: times are told as on time, early or late. */
import { renderMarkdown } from '../../../src/check/render/markdown.ts';
import type { CheckReport, Owed, ProbeReport } from '../../../src/check/report.ts';

const words: Readonly<Record<Owed['outcome'], string>> = {
  met: 'on time',
  early: 'too early',
  late: 'late',
  missed: 'late',
  unexpected: 'at some time',
  wrong: 'at some time',
  open: 'at some time',
};

export function goldenOf(report: CheckReport, server: string): string {
  const probes = report.probes.map(bucketed);
  const text = renderMarkdown({ ...report, server, startedAt: 'START', tookMs: 0, probes });
  return (
    text
      .replace('START, 0 s. ', '')
      .replaceAll(/\bT( [+−] [\d.,]+ (ms|s))?(?=[ .,]|$)/gm, 'T…')
      .replaceAll(/\b[\d,]+ ms\b|\b\d+\.\d+ s\b/g, '…')
      // What was measured may come to whole seconds, as what was asked for does.
      .replaceAll(/\b\d+ s(?= (?:before|after) (?:the Will Message|it) was due)/g, '…')
      .replaceAll(/check([-/])\w{1,6}-\d+/g, 'check$1RUN')
  );
}

function bucketed({ delayMs: _delayMs, dueMs: _dueMs, ...probe }: ProbeReport): ProbeReport {
  const observed = probe.owed.map((owed) =>
    owed.observed.replace(/^(will .*|closed) after -?[\d.]+ s/, `$1 ${words[owed.outcome]}`),
  );
  return { ...probe, observed: [...new Set(observed)].join('; ') };
}
