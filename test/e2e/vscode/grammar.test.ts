/** Our grammar on top of the YAML and JSON grammars that VS Code itself brings: the same cases as on the stand-ins. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cases, problemsOfCase } from '../../unit/grammar/support/grammar.ts';
import { projectFolder } from '../support/folders.ts';

const extensions = join(
  projectFolder,
  '.vscode-test/code-server/node_modules/code-server/lib/vscode/extensions',
);

test.each(cases())('%s', async (name) => {
  const yaml = join(extensions, 'yaml/syntaxes');
  const json = join(extensions, 'json/syntaxes/JSON.tmLanguage.json');
  expect(existsSync(json)).toBe(true);
  const base = [...readdirSync(yaml).map((file) => join(yaml, file)), json];
  expect(await problemsOfCase(name, base)).toBe('');
});
