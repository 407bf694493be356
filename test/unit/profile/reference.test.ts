import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anchorOf, CHECKS } from '../../../src/profile/checks.ts';
import { jsonSchema, renderJsonSchema } from '../../../src/profile/json-schema.ts';
import { renderReference } from '../../../src/profile/reference.ts';
import { KEYS } from '../../../src/profile/schema.ts';

const RENEW =
  'It is stale. Renew it: UPDATE_DOCS=1 npx vitest run --project unit test/unit/profile/reference.test.ts';

describe.each([
  ['docs/profiles.md', renderReference],
  ['syntaxes/mqtt-profile.schema.json', renderJsonSchema],
] as const)('%s', (path, render) => {
  it('says what the tables say', () => {
    const url = new URL(`../../../${path}`, import.meta.url);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(url, render());
    expect(readFileSync(url, 'utf8') === render(), RENEW).toBe(true);
  });
});

describe('the reference page', () => {
  it('tells every key and every code', () => {
    const page = renderReference();
    for (const { key } of KEYS) expect(page).toContain(`\n| \`${key}\` `);
    for (const { code } of CHECKS) {
      expect(page).toContain(`\n| [\`${code}\`](#${anchorOf(code)}) `);
      expect(page).toContain(`\n### \`${anchorOf(code)}\`\n`);
    }
  });

  it('has as many columns in each row of a table as in its head', () => {
    let columns = 0;
    for (const line of renderReference().split('\n')) {
      const count = line.startsWith('|') ? line.replaceAll('\\|', '').split('|').length : 0;
      if (count > 0 && columns > 0) expect(count, line).toBe(columns);
      columns = count;
    }
  });
});

describe('the JSON Schema', () => {
  it('refers only to what it defines', () => {
    const { definitions } = jsonSchema();
    const defined = Object.keys(typeof definitions === 'object' && definitions !== null ? definitions : {});
    const referred = [...renderJsonSchema().matchAll(/#\/definitions\/(\w+)/g)].map(([, name]) => name ?? '');
    expect(new Set(referred)).toEqual(new Set(defined));
  });
});
