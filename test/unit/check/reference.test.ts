import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renderCheckReference } from '../../../src/check/render/reference.ts';

const page = join(import.meta.dirname, '../../../docs/behaviour-check.md');

it('docs/behaviour-check.md says what the tables say; UPDATE_DOCS=1 writes it anew', () => {
  const text = renderCheckReference();
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(page, text);
  expect(readFileSync(page, 'utf8')).toBe(text);
});
