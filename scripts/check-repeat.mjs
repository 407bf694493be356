/**
 * Makes the behaviour check ten times against each broker that the tests know, all brokers at the same time, and holds every run to
 * the same verdicts. `npm run check:repeat -- 3` makes three. Needs `npm run build` before.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const runs = process.argv[2] ?? '10';
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--project',
    'interop',
    'test/interop/check.test.ts',
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, CHECK_RUNS: runs } },
);
process.exitCode = status ?? 1;
