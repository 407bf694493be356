/**
 * Runs the property-based tests with one seed after another: `npm run hunt -- [ROUNDS] [FIRST_SEED]`. Stops at the first round that
 * fails, and says how to run it again.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [rounds = '10', first = String(Math.floor(Math.random() * 1_000_000_000))] = process.argv.slice(2);
const folder = join('test', 'unit');
const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join(folder, name))
  .filter((file) => readFileSync(join(root, file), 'utf8').includes("from 'fast-check'"));

for (let round = 0; round < Number(rounds); round += 1) {
  const seed = String(Number(first) + round);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      join('node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--project',
      'unit',
      '--reporter=default',
      ...files,
    ],
    { cwd: root, encoding: 'utf8', env: { ...process.env, PROPERTY_SEED: seed }, maxBuffer: 2 ** 28 },
  );
  console.log(`Seed ${seed}: ${files.length} files, ${status === 0 ? 'all passed' : 'failed'}`);
  if (status !== 0) {
    console.error(stdout + stderr);
    console.error(`Seed ${seed} failed. Again: npm run hunt -- 1 ${seed}`);
    process.exitCode = 1;
    break;
  }
}
