/** docs/server-statements.md: what the broker makes of each normative statement, and what shows it. */
import { standardUrls, statementLabel, statements } from '../../../../src/mqtt/statements.ts';
import { type Bound, type Coverage, type CoveredStatement, testedVersions } from './coverage.ts';
import { numberedStatements } from './numbered-statements.ts';
import type { TestedVersion } from './scene.ts';
import { chapters, coveredStatements } from './tables.ts';

const folder = 'test/unit/broker/statements';

const generated = `<!-- Made from the tables in ${folder}. UPDATE_DOCS=1 npx vitest run --project unit ${folder} writes it anew. -->`;

const versionNames: Readonly<Record<TestedVersion, string>> = { 5: '5.0', 4: '3.1.1' };

const boundWords: Readonly<Record<Bound, string>> = { Server: 'Server', Client: 'Client', both: 'both' };

const cell = (text: string) => text.replaceAll('|', '\\|');

const fileOf: ReadonlyMap<Coverage, string> = new Map(
  chapters.flatMap(({ file, tables }) => tables.map((coverage) => [coverage, file] as const)),
);

const known = new Map(statements.map((statement) => [`${statement.version} ${statement.id}`, statement]));

function shownBy(coverage: Coverage): string {
  if ('reason' in coverage) return `No test: ${coverage.reason}`;
  const file = fileOf.get(coverage) ?? '';
  return `[${file}](../${folder}/cases/${file}): ${Object.keys(coverage.cases).join('; ')}`;
}

function kept(coverage: Coverage): string {
  if ('reason' in coverage) return '';
  if (coverage.notMet !== undefined) return `not met: ${coverage.notMet}`;
  return coverage.within === undefined ? 'yes' : `yes, within ${coverage.within}`;
}

function row({ version, id, coverage }: CoveredStatement): string {
  const statement = known.get(`${version} ${id}`);
  const cells = [
    statementLabel({ version, id }),
    statement?.section ?? '',
    boundWords[coverage.binds],
    statement?.summary ?? '',
    kept(coverage),
    shownBy(coverage),
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function part(version: TestedVersion): string {
  const rows = coveredStatements.filter((each) => each.version === version);
  const byId = new Map(rows.map((each) => [each.id, each]));
  const ordered = numberedStatements(version).flatMap((id) => byId.get(id) ?? []);
  const tested = rows.filter(({ coverage }) => 'cases' in coverage);
  const cases = tested.flatMap(({ coverage }) => ('cases' in coverage ? Object.keys(coverage.cases) : []));
  const notMet = tested.filter(({ coverage }) => 'notMet' in coverage && coverage.notMet !== undefined);
  return [
    `## MQTT ${versionNames[version]}`,
    '',
    `${rows.length} statements: ${tested.length} are shown by ${cases.length} tests, ${rows.length - tested.length} have a reason ` +
      `why there is none, ${notMet.length} are not met. The standard: ${standardUrls[version]}`,
    '',
    '| statement | section | binds | in our words | kept | shown by |',
    '| --- | --- | --- | --- | --- | --- |',
    ...ordered.map(row),
    '',
  ].join('\n');
}

/** The page. */
export function renderServerStatements(): string {
  return [
    generated,
    '# What the sandbox broker makes of the standard',
    '',
    'Every normative statement of MQTT 5.0 and 3.1.1, as the appendices B number them, and the tests that hold the broker to it: each',
    'plays Clients against the real broker over streams in memory, with a clock that the test moves; transports are tried over real',
    'ports. The id stands in the name of each test, for example `v5 [MQTT-3.12.4-1] one for each`. A statement that binds the Client',
    'is shown by what the Server makes of a breach, or has a reason why it is not. Sessions and retained messages live in memory and',
    'end with the broker.',
    '',
    ...testedVersions.map(part),
  ].join('\n');
}
