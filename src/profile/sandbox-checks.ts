/** The checks of `sandbox` as a whole. */
import { topicFilterProblem } from '../mqtt/topics.ts';
import { missingKeys } from './merged-checks.ts';
import type { Problems } from './problems.ts';
import type { ListItem, Setting, Settings } from './settings.ts';
import { hasLoneSurrogate, utf8Length } from './utf8.ts';
import { replaceVariables, variablesIn } from './variables.ts';

/** What a rule of `allow` and `deny` is about: one of these at least. */
const SUBJECTS = ['publish', 'subscribe', 'will'] as const;
/** What the longest UTF-8 Encoded String of the wire holds, in bytes. */
const LONGEST_STRING = 65_535;

/** Whether nothing was said against it. */
export function checkSandbox(sandbox: Settings, problems: Problems): boolean {
  const before = problems.errorCount;
  for (const { object, at } of missingKeys(sandbox, 'sandbox')) {
    problems.add('required-missing', at ?? { start: 0, end: 0 }, object);
  }
  for (const key of ['deny', 'allow'] as const) {
    for (const item of itemsOf(sandbox, key)) checkRule(item, key, problems);
  }
  for (const setting of sandbox.entries.values()) checkText(setting, problems);
  checkUsers(itemsOf(sandbox, 'users'), problems);
  return problems.errorCount === before;
}

/** A text that goes onto the wire as a UTF-8 Encoded String. */
function checkText({ row, range, value }: Setting, problems: Problems): void {
  if (row.type.kind !== 'text' || row.type.role !== 'utf8' || value.kind !== 'text') return;
  if (utf8Length(value.text) > LONGEST_STRING) {
    problems.add(
      'text-too-long',
      range,
      `\`${row.key}\` is longer than the ${LONGEST_STRING} bytes that the wire can carry. Shorten it.`,
    );
  }
  if (value.text.includes('\u0000') || hasLoneSurrogate(value.text)) {
    problems.add(
      'text-not-utf8',
      range,
      `\`${row.key}\` holds U+0000 or half a surrogate pair, which no string on the wire may. Remove it.`,
    );
  }
}

/** Of two passwords for one name only one could hold. */
function checkUsers(users: readonly ListItem[], problems: Problems): void {
  const seen = new Set<string>();
  for (const { range, value } of users) {
    const name = value.kind === 'object' ? value.settings.entries.get('username')?.value : undefined;
    if (name?.kind !== 'text') continue;
    if (seen.has(name.text)) {
      problems.add(
        'duplicate-key',
        range,
        `\`users\` names \`${name.text}\` twice, and only one password can hold. Remove one of them.`,
      );
    }
    seen.add(name.text);
  }
}

function itemsOf(sandbox: Settings, key: string): readonly ListItem[] {
  const value = sandbox.entries.get(key)?.value;
  return value?.kind === 'list' ? value.items : [];
}

function checkRule({ range, value }: ListItem, list: 'deny' | 'allow', problems: Problems): void {
  if (value.kind !== 'object') return;
  const { settings } = value;
  const subjects = SUBJECTS.map((key) => settings.entries.get(key)).filter(
    (setting) => setting !== undefined && setting.value.kind !== 'unset',
  );
  if (subjects.length === 0 && !settings.broken) {
    problems.add(
      'required-missing',
      range,
      `An entry of \`${list}\` names what it is about: \`publish\`, \`subscribe\` or \`will\`. Write for example \`publish: test\`.`,
    );
  }
  for (const setting of subjects) if (setting !== undefined) checkFilter(setting, problems);
}

function checkFilter({ row, range, value }: Setting, problems: Problems): void {
  if (value.kind !== 'text') return;
  const foreign = variablesIn(value.text).find(({ kind }) => kind !== 'clientId' && kind !== 'username');
  if (foreign !== undefined) {
    problems.add(
      'variable-not-here',
      range,
      `\`${row.key}\` knows the Client only: \`\${clientId}\` and \`\${username}\`. Write what \`${foreign.source}\` would stand for.`,
    );
    return;
  }
  const problem = topicFilterProblem(replaceVariables(value.text, () => 'x'));
  if (problem === undefined) return;
  problems.add(
    'topic-filter-invalid',
    range,
    `\`${row.key}\` is not a valid topic filter. ${problem.message}`,
  );
}
