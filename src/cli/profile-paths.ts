/** The profile files that a command line names. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError } from './errors.ts';

const profileFile = /\.mqtt\.(?:ya?ml|json)$/;
/** Nobody keeps profiles of their own there. */
const ignored: ReadonlySet<string> = new Set(['node_modules', '.git', '.hg', '.svn']);
/** Folders within folders that are looked into. */
const deepest = 32;

/** Each file that is named, and the profile files of each folder, in order and once. @throws CommandError */
export async function profilePaths(operands: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const operand of operands) {
    const named = await stat(operand).catch((error: NodeJS.ErrnoException) => {
      throw new CommandError(`"${operand}" cannot be read (${error.code ?? error.message}).`);
    });
    if (!named.isDirectory()) {
      found.add(operand);
      continue;
    }
    const before = found.size;
    await walk(operand, deepest, found);
    if (found.size === before) {
      throw new CommandError(
        `There is no profile file (*.mqtt.yaml, *.mqtt.yml, *.mqtt.json) in "${operand}".`,
      );
    }
  }
  return [...found];
}

async function walk(folder: string, depth: number, found: Set<string>): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`The folder "${folder}" cannot be read (${error.code ?? error.message}).`);
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isFile() && profileFile.test(entry.name)) found.add(path);
    if (entry.isDirectory() && depth > 0 && !ignored.has(entry.name)) await walk(path, depth - 1, found);
  }
}

/** @throws CommandError */
export async function readProfileText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`The profile file "${path}" cannot be read (${error.code ?? error.message}).`);
  });
}

/** Line and column of an offset, from 1, as `line:column`. */
export function placeOf(text: string, offset: number): string {
  const { line, column } = positionOf(text, offset);
  return `${line}:${column}`;
}

export function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** Writes a file that was asked for on the command line. @throws CommandError */
export async function writeResult(path: string, text: string): Promise<void> {
  const { writeFile } = await import('node:fs/promises');
  await writeFile(path, text).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`"${path}" cannot be written (${error.code ?? error.message}).`);
  });
}
