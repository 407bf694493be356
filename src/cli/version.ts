import { readFile } from 'node:fs/promises';

/** The version that the program's own manifest names. From here and from `dist/programs/` it is as far up. */
export async function ownVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return `${manifest.version}`;
  throw new Error('package.json names no version.');
}
