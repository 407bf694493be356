/** Results as JUnit XML, as CI servers read them. */

export interface JUnitCase {
  readonly name: string;
  /** In what group it is shown. */
  readonly className: string;
  readonly durationMs: number;
  /** Undefined when it passed. `failure`: it did not do what it should. `error`: that could not be found out. */
  readonly problem?:
    | {
        readonly kind: 'failure' | 'error' | 'skipped';
        /** One line. */
        readonly message: string;
        readonly text: string;
      }
    | undefined;
}

export interface JUnitSuite {
  readonly name: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAtMs?: number | undefined;
  readonly durationMs: number;
  readonly cases: readonly JUnitCase[];
}

export function renderJUnit(suites: readonly JUnitSuite[]): string {
  const cases = suites.flatMap((suite) => suite.cases);
  const durationMs = suites.reduce((sum, suite) => sum + suite.durationMs, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts(cases, durationMs)}>`,
    ...suites.flatMap(renderSuite),
    '</testsuites>',
    '',
  ].join('\n');
}

function renderSuite({ name, startedAtMs, durationMs, cases }: JUnitSuite): readonly string[] {
  const timestamp =
    startedAtMs === undefined ? '' : ` timestamp="${new Date(startedAtMs).toISOString().replace('Z', '')}"`;
  return [
    `  <testsuite name="${escapeXml(name)}" ${counts(cases, durationMs)}${timestamp}>`,
    ...cases.flatMap(renderCase),
    '  </testsuite>',
  ];
}

function renderCase({ name, className, durationMs, problem }: JUnitCase): readonly string[] {
  const start = `    <testcase name="${escapeXml(name)}" classname="${escapeXml(className)}" time="${seconds(durationMs)}"`;
  if (problem === undefined) return [`${start}/>`];
  const { kind, message, text } = problem;
  return [
    `${start}>`,
    `      <${kind} message="${escapeXml(message)}">${escapeXml(text)}</${kind}>`,
    '    </testcase>',
  ];
}

function counts(cases: readonly JUnitCase[], durationMs: number): string {
  const of = (kind: string): number => cases.filter(({ problem }) => problem?.kind === kind).length;
  return `tests="${cases.length}" failures="${of('failure')}" errors="${of('error')}" skipped="${of('skipped')}" time="${seconds(durationMs)}"`;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Characters that XML 1.0 has no place for become U+FFFD: what Clients sent must not break the file. */
function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
    .replaceAll('\r', '&#13;');
}
