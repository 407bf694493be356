/** Reads a report that was written as JSON. */
import { type CheckReport, type ProbeReport, reportFormat, reportTopics } from './report.ts';

/** Larger ones are none of ours, in characters. */
const longestReport = 32 * 1_048_576;

/**
 * @throws Error that says why it is no report
 */
export function readReport(text: string): CheckReport {
  if (text.length > longestReport) throw new Error('The file is too large to be a report.');
  const value = parsed(text);
  if (!isRecord(value) || value['format'] !== reportFormat) {
    throw new Error(`The file is no report of a behaviour check (${reportFormat}).`);
  }
  const { server, startedAt, probes } = value;
  if (typeof server !== 'string' || typeof startedAt !== 'string' || !Array.isArray(probes)) {
    throw new Error('The report is not whole: server, startedAt or probes are missing.');
  }
  const wrong = probes.findIndex((each) => !isProbe(each));
  if (wrong >= 0) throw new Error(`The report cannot be read from its probe ${wrong + 1} on.`);
  return value as unknown as CheckReport;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('The file is no JSON.');
  }
}

function isProbe(value: unknown): value is ProbeReport {
  if (!isRecord(value)) return false;
  const { id, topic, rows, what, expected, observed, owed, statements, why, trace, knownElsewhere } = value;
  const texts = [id, what, expected, observed].every((each) => typeof each === 'string');
  const lists = [rows, owed, statements, why, trace, knownElsewhere].every(Array.isArray);
  return texts && lists && typeof topic === 'string' && topic in reportTopics && isVerdict(value['verdict']);
}

function isVerdict(value: unknown): boolean {
  if (!isRecord(value)) return false;
  switch (value['kind']) {
    case 'conforms':
      return true;
    case 'deviates':
      return (
        ['must', 'derivable', 'should'].includes(String(value['level'])) && Array.isArray(value['statements'])
      );
    case 'undecided':
    case 'not-tried':
      return typeof value['reason'] === 'string';
    default:
      return false;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
