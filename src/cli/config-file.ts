import { readFile } from 'node:fs/promises';
import type { SandboxSettings } from '../profile/model.ts';
import { parseProfileFile } from '../profile/parse.ts';
import { CommandError } from './errors.ts';

/**
 * The `sandbox:` of a profile file.
 *
 * @throws CommandError that says what is wrong with the file, and where
 */
export async function readConfig(path: string): Promise<SandboxSettings> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`The profile file "${path}" cannot be read (${error.code ?? error.message}).`);
  });
  const { sandbox, sandboxUsable, diagnostics } = parseProfileFile(text, path);
  if (!sandboxUsable) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    const lines = errors.map(({ message, range }) => `${path}:${placeOf(text, range.start)}: ${message}`);
    throw new CommandError(
      `${lines.join('\n')}\nThe sandbox settings of the file cannot be followed, so that nothing was started.`,
    );
  }
  return sandbox;
}

/** Line and column, from 1. */
function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `${line}:${offset - before.lastIndexOf('\n')}`;
}
