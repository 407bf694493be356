/** The pages of docs/ that are made from tables: what they say is what the program does. */
import { type Statement, statementLabel, statements } from '../../../src/mqtt/statements.ts';
import type { DecisionRow, DueRule, SessionRule, WillDuty } from '../../../src/session/decision-table.ts';
import { decisionTable } from '../../../src/session/decision-table.ts';
import { insightRows } from '../../../src/session/insights/kinds.ts';
import { factTemplates, insightTitles } from '../../../src/session/sentences.ts';
import { unseenCauses } from '../../../src/session/unseen-causes.ts';

const versionNames = { 3: '3.1', 4: '3.1.1', 5: '5.0' } as const;

const willWords: Record<WillDuty, string> = {
  publish: 'published',
  withhold: 'not published',
  none: 'there is none',
  open: 'left open',
  'as-old-version': 'as the version of the old connection says',
};

const dueWords: Record<DueRule, string> = {
  none: '',
  end: 'at once',
  delay: 'after the delay',
  expiry: 'when the Session expires',
  shorter: 'after the shorter of delay and expiry',
  reconnect: 'when the new CONNECT is accepted',
  unbounded: 'without a limit in time',
};

const sessionWords: Record<SessionRule, string> = {
  'ends-with-connection': 'ends with the connection',
  expires: 'ends after its expiry',
  never: 'does not expire',
  'by-expiry': 'by its expiry',
  'ends-at-reconnect': 'ends when the new CONNECT is accepted',
  'goes-on': 'goes on',
  unchanged: 'unchanged',
  open: 'left open',
  none: 'none',
};

const cell = (text: string) => text.replaceAll('|', '\\|');

const generated =
  '<!-- Made from the tables in src/. UPDATE_DOCS=1 npx vitest run --project unit test/unit/house writes it anew. -->';

function decisionRow(row: DecisionRow): string {
  const will = [willWords[row.will], dueWords[row.due]].filter(Boolean).join(', ');
  const present = row.sessionPresent === undefined ? '' : String(row.sessionPresent);
  const why =
    row.statements.map((ref) => statementLabel(ref)).join('; ') + (row.reading ? ` (${row.reading})` : '');
  const cells = [
    row.id,
    row.versions.map((version) => versionNames[version]).join(', '),
    row.title,
    will,
    sessionWords[row.session],
    present,
    row.severity,
    why,
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

/** docs/decision-table.md */
export function renderDecisionTable(): string {
  const readings = Object.entries(factTemplates).filter(([code]) => code.startsWith('reading'));
  return [
    generated,
    '# The decision table',
    '',
    'What the standard makes of a will when its connection ends, row by row. `Why` names the row that a verdict follows. T0, the',
    'moment from which delays count, is when the Server closes the Network Connection or notices its close. Severity says how heavy a',
    'deviation weighs: `must` breaks a statement; `derivable` contradicts what follows from several; `should` is against an advice;',
    '`policy` is the Server’s own to decide; `indeterminate` is left open.',
    '',
    '| row | versions | how it ended, or went on | will | session | Session Present | severity | why |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...decisionTable.map(decisionRow),
    '',
    '## How ambiguous passages are read',
    '',
    ...readings.map(([code, text]) => `- **${code.slice('reading'.length)}**: ${text}`),
    '',
  ].join('\n');
}

const statementRow = (statement: Statement) =>
  `| ${cell(statementLabel(statement))} | ${statement.section} | ${cell(statement.summary)} |`;

/** docs/statements.md */
export function renderStatements(): string {
  const parts = ([5, 4, 3] as const).map((version) => {
    const own = statements.filter((statement) => statement.version === version);
    const url = own[0]?.url ?? '';
    return [
      `## MQTT ${versionNames[version]}`,
      '',
      `The standard: ${url}`,
      '',
      '| statement | section | in our words |',
      '| --- | --- | --- |',
      ...own.map(statementRow),
      '',
    ].join('\n');
  });
  return [
    generated,
    '# Statements of the standard',
    '',
    'Every normative statement of MQTT 5.0 and 3.1.1, and every other passage that a verdict, a check or an error cites. An id is',
    'unique only together with its version. Where a passage carries no id, its section number stands instead. What the sandbox',
    'broker makes of each is told in [server-statements.md](server-statements.md).',
    '',
    ...parts,
  ].join('\n');
}

const clientPlace = (text: string) =>
  text.replaceAll('{clientId}', 'a Client').replace(/^a Client/, 'A Client');

/** docs/insights.md */
export function renderInsights(): string {
  return [
    generated,
    '# Insights, observers, and wills that were not seen',
    '',
    '## Insights',
    '',
    'Habits of programs that lead to trouble, recognised in the trace. Each names its packets, its reason and what to do. What faults and',
    'the user did is never held against a program.',
    '',
    '| insight | weight | when it is told | what to do |',
    '| --- | --- | --- | --- |',
    ...insightRows.map(({ kind, weight, when, remedy }) => {
      const cells = [
        clientPlace(insightTitles[kind]),
        weight,
        when,
        factTemplates[remedy].replace('{idleMs}', 'that pause'),
      ];
      return `| ${cells.map(cell).join(' | ')} |`;
    }),
    '',
    '## Observers',
    '',
    'A will that nobody in view is subscribed to would stay `unobserved`. So for each will that a client or a tap of a profile leaves, one',
    'more connection with the credentials of that profile subscribes to exactly the Will Topic, as soon as the CONNECT is seen and before it',
    'is answered; if it is refused, the subscription is taken back. Nothing is held back for that: a will that falls due before the Server',
    'has acknowledged the subscription stays `unobserved` unless it is seen otherwise. Beside a tap that programs use, the connection',
    'stays while there is no will to wait for, so that the next SUBSCRIBE goes out at once; else it leaves after half a minute. There is one',
    'connection for each Server and set of credentials, under a Client Identifier that begins with `sessionObserver`: where two profiles',
    'tap one Server, the wills that came by a tap are watched for as its profile. It asks for no retained messages,',
    'and for RETAIN as it was published; before 5.0, which knows neither, it goes without. It unsubscribes when nothing more can come, and',
    'never subscribes to a topic that begins with `$`. The setting `mqttSession.observers` and `observe: false` in a profile turn it off.',
    '',
    '## Published but not seen',
    '',
    'Before a will is called `missed`, each of these is looked for in the trace. What cannot be ruled out, and may have been, makes the verdict',
    '`unobserved` or `undecided`, and Why says what to do; what no trace can show is told beside the verdict.',
    '',
    ...unseenCauses.map(({ cause }) => `- ${cause}`),
    '',
  ].join('\n');
}
