import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectFolder } from '../../e2e/support/folders.ts';
import { renderDecisionTable, renderInsights, renderStatements } from './reference-pages.ts';

describe('the reference pages in docs/', () => {
  test.each([
    ['decision-table.md', renderDecisionTable],
    ['statements.md', renderStatements],
    ['insights.md', renderInsights],
  ])('%s says what the tables say; UPDATE_DOCS=1 writes it anew', (name, render) => {
    const path = join(projectFolder, 'docs', name);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, render());
    expect(existsSync(path) ? readFileSync(path, 'utf8') : '').toBe(render());
  });
});
