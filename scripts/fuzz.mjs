/** Bundles the fuzz run of the broker and starts it: `npm run fuzz -- [STREAMS] [SEED]`. */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outfile = join(root, 'test-output', 'fuzz.mjs');
await esbuild.build({
  absWorkingDir: root,
  entryPoints: [join('test', 'unit', 'broker-fuzz', 'main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
process.chdir(root);
await import(pathToFileURL(outfile).href);
