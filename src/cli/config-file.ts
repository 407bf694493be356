import type { SandboxSettings } from '../profile/model.ts';
import { parseProfileFile } from '../profile/parse.ts';
import { CommandError } from './errors.ts';
import { placeOf, readProfileText } from './profile-paths.ts';

/**
 * The `sandbox:` of a profile file.
 *
 * @throws CommandError that says what is wrong with the file, and where
 */
export async function readConfig(path: string): Promise<SandboxSettings> {
  const text = await readProfileText(path);
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
