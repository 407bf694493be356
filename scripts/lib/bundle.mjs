/** TypeScript that Node is to run beside the product: benches, the fuzz, the hunts. */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Bundles a module, whose path is relative to the project, into a file that Node runs, and imports that.
 *
 * @param {string} entry
 * @param {string} folder
 * @returns {Promise<Record<string, unknown>>}
 */
export async function importBundled(entry, folder) {
  const outfile = join(folder, `${entry.replaceAll(/\W/g, '-')}.mjs`);
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}
