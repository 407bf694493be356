import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { reportTopics } from '../../../src/engine/messages.ts';
import { checkPageTexts } from '../../../src/extension/check/check-page-texts.ts';
import { statements } from '../../../src/mqtt/statements.ts';
import { faultTemplates } from '../../../src/profile/fault-words.ts';
import { scenarioWords } from '../../../src/profile/scenario-words.ts';
import {
  expectationTitles,
  factTemplates,
  insightTitles,
  verdictWords,
} from '../../../src/session/sentences.ts';
import { whatIfTexts } from '../../../src/session/what-if-words.ts';
import { pageStrings } from '../../../src/webview/messages.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const source = join(root, 'src/extension');

/** Tables whose texts are translated as they are looked up, by the expression that looks them up. */
const tables: Readonly<Record<string, readonly string[]>> = {
  'verdictWords[verdict]': Object.values(verdictWords),
  'expectationTitles[expectation.kind]': Object.values(expectationTitles),
  'insightTitles[kind]': Object.values(insightTitles),
  'statement.summary': statements.map(({ summary }) => summary),
  text: [
    ...Object.values(pageStrings),
    ...Object.values(factTemplates),
    ...Object.values(whatIfTexts),
    ...Object.values(checkPageTexts),
    ...Object.values(reportTopics),
    ...Object.values(scenarioWords),
    ...Object.values(faultTemplates),
  ],
};

const sources = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(source, name), 'utf8'));

/** The first argument of every `l10n.t(...)`: a text, or an expression. */
const translated = sources.flatMap((text) =>
  [...text.matchAll(/\bl10n\.t\(\s*(?:'((?:[^'\\]|\\.)*)'|([^'"`(),]+))/g)].map(
    ([, literal, expression]) => ({
      literal: literal?.replace(/\\(.)/g, '$1'),
      expression: expression?.trim(),
    }),
  ),
);

const calls = sources.join('\n').match(/\bl10n\.t\(/g)?.length ?? 0;

test('every text that is translated stands as one literal, or in a table that is known here', () => {
  expect(translated).toHaveLength(calls);
  const unknown = translated.flatMap(({ expression }) =>
    expression === undefined || expression in tables ? [] : [expression],
  );
  expect(unknown).toEqual([]);
});

test('l10n/bundle.l10n.json holds every text of the extension and of the page', async () => {
  const texts = new Set(translated.flatMap(({ literal }) => (literal === undefined ? [] : [literal])));
  for (const table of Object.values(tables)) for (const text of table) texts.add(text);
  const bundle = Object.fromEntries([...texts].sort().map((text) => [text, text]));
  await expect(`${JSON.stringify(bundle, undefined, 2)}\n`).toMatchFileSnapshot(
    join(root, 'l10n/bundle.l10n.json'),
  );
});

test('package.json and package.nls.json name the same texts', () => {
  const manifest = readFileSync(join(root, 'package.json'), 'utf8');
  const used = new Set([...manifest.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
  const told = JSON.parse(readFileSync(join(root, 'package.nls.json'), 'utf8')) as Record<string, string>;
  expect([...used].sort()).toEqual(Object.keys(told).sort());
});
