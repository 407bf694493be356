import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own folder: the extension under development. */
export const projectFolder = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** Where screenshots go: kept by CI as output, ignored by git. */
export const screenshotFolder = join(projectFolder, 'test-output', 'screenshots');

/** A fresh folder, and the way to be rid of it. */
export function temporaryFolder(name: string): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `mqtt-session-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

export function ensureFolder(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}
