import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFolder } from '../../../e2e/support/folders.ts';
import { renderServerStatements } from './page.ts';

describe('docs/server-statements.md', () => {
  it('says what the tables say; UPDATE_DOCS=1 writes it anew', () => {
    const path = join(projectFolder, 'docs', 'server-statements.md');
    const page = renderServerStatements();
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, page);
    expect(existsSync(path) ? readFileSync(path, 'utf8') : '').toBe(page);
  });
});
