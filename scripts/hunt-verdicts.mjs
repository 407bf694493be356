/** Bundles the hunt for wrong verdicts and starts it: `npm run hunt:verdicts -- [ROUNDS] [SEED]`. */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outfile = join(root, 'test-output', 'hunt-verdicts.mjs');
await esbuild.build({
  absWorkingDir: root,
  entryPoints: [join('test', 'hunt', 'main.ts')],
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
