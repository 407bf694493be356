import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own folder: the extension under development. Found from below, as a bench is bundled to elsewhere. */
export const projectFolder = folderWith('package.json', dirname(fileURLToPath(import.meta.url)));

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

function folderWith(file: string, start: string): string {
  if (existsSync(join(start, file))) return start;
  const above = dirname(start);
  if (above === start) throw new Error(`There is no ${file} above this file.`);
  return folderWith(file, above);
}
