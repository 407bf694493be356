import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderCommandReference } from '../../../src/cli/reference.ts';
import { projectFolder } from '../../e2e/support/folders.ts';

test('docs/mqtt-session.md says what the table of options says; UPDATE_DOCS=1 writes it anew', () => {
  const path = join(projectFolder, 'docs/mqtt-session.md');
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, renderCommandReference());
  expect(existsSync(path) ? readFileSync(path, 'utf8') : '').toBe(renderCommandReference());
});
