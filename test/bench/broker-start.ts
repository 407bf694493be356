/**
 * How long `mqtt-session sandbox` takes from its start to its first line, `listening on ...`: of the bundles as they are
 * packaged. The yardstick is a program of one line that listens and says so, in turns with it.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median, type Report } from './measure.ts';

const run = promisify(execFile);
const root = process.cwd();
const rounds = 15;
const mostMs = 100;

const subject = [join(root, 'dist', 'cli.js'), 'sandbox', '--port', '0'];
const yardstick = [
  '-e',
  `require('node:net').createServer().listen(0, '127.0.0.1', () => console.log('listening'))`,
];

export async function bench(report: Report): Promise<void> {
  await run('npm', ['run', 'build', '--', '--production'], { cwd: root });
  const ours: number[] = [];
  const bare: number[] = [];
  // The first round fills the file cache, and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    const [a, b] = [await readyAfterMs(subject), await readyAfterMs(yardstick)];
    if (round > 0) {
      ours.push(a);
      bare.push(b);
    }
  }
  const [value, yardstickValue] = [median(ours), median(bare)];
  report({
    name: `sandbox broker ready, median of ${rounds} starts`,
    value,
    unit: 'ms',
    yardstick: 'a Node program that only listens',
    yardstickValue,
    ratio: value / yardstickValue,
    bar: `at most ${mostMs} ms`,
    met: value <= mostMs,
  });
}

async function readyAfterMs(args: readonly string[]): Promise<number> {
  const start = performance.now();
  const program = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(program.stdout, 'data');
  const took = performance.now() - start;
  program.kill();
  await once(program, 'exit');
  return took;
}
