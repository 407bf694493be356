/** Bundles a program in TypeScript and starts it in the project's folder: `node scripts/run.mjs ENTRY [ARGUMENTS]`. */
import { join } from 'node:path';
import { importBundled, root } from './lib/bundle.mjs';

const [entry] = process.argv.splice(2, 1);
if (entry === undefined) throw new Error('Name the program: node scripts/run.mjs test/hunt/main.ts');
process.chdir(root);
await importBundled(entry, join(root, 'test-output'));
