/**
 * Prints the lines of the bars that exist by now, each beside its yardstick, measured in this run. Reports; never fails
 * on a figure. `npm run bench -- reading` runs the parts whose file name holds that word.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { importBundled, root } from './lib/bundle.mjs';

const built = join(root, 'test-output', 'bench');
const wanted = process.argv.slice(2);

const files = readdirSync(join(root, 'test', 'bench'))
  .filter(
    (file) => file.endsWith('.ts') && (wanted.length === 0 || wanted.some((word) => file.includes(word))),
  )
  .sort();

const number = (/** @type {number} */ value) =>
  value.toLocaleString('en', { maximumSignificantDigits: 4, useGrouping: true });

/**
 * What a bench reports: a figure, its yardstick measured in the same run, and whether the bar is met.
 * @typedef {{ name: string, value: number, unit: string, yardstick: string, yardstickValue: number, ratio: number,
 *   bar: string, met: boolean }} BenchLine
 */

mkdirSync(built, { recursive: true });
const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
console.log(machine);

/** @type {BenchLine[]} */
const lines = [];
for (const file of files) {
  const { bench } = await importBundled(join('test', 'bench', file), built);
  if (typeof bench !== 'function') continue;
  await bench((/** @type {BenchLine} */ line) => {
    lines.push(line);
    console.log(
      `${line.met ? 'met ' : 'MISS'}  ${line.name}: ${number(line.value)} ${line.unit}; ` +
        `${line.yardstick}: ${number(line.yardstickValue)}; ratio ${number(line.ratio)}; bar: ${line.bar}`,
    );
  });
}
writeFileSync(join(root, 'test-output', 'bench.json'), JSON.stringify({ machine, lines }, null, 2));
if (lines.length === 0) {
  console.error('No bench ran.');
  process.exitCode = 1;
}
// Sockets that a bench left to the collector must not keep the command alive.
process.exit();
