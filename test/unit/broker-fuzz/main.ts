/** `npm run fuzz -- [STREAMS] [SEED]`: a million streams unless told otherwise, and what they did to the heap. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readCorpus } from './corpus.ts';
import { fuzz } from './fuzz.ts';

const [streams = '1000000', seed = '1'] = process.argv.slice(2);
const toldEach = 100_000;
/** The heap may differ so much between two collections, in MiB, with nothing kept. */
const mostGrowth = 32;

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');
const heapMiB = (): number => {
  if (typeof collect === 'function') collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
};

const corpus = readCorpus(process.cwd());
const startedAt = performance.now();
let firstMiB: number | undefined;
let lastMiB = 0;
const result = await fuzz({
  streams: Number(streams),
  seed: Number(seed),
  corpus,
  progress: (done) => {
    if (done % toldEach !== 0 && done !== Number(streams)) return;
    lastMiB = heapMiB();
    firstMiB ??= lastMiB;
    console.log(`${done} streams, ${lastMiB.toFixed(1)} MiB held`);
  },
});
const seconds = (performance.now() - startedAt) / 1000;
console.log(
  `${streams} streams, seed ${seed}, ${seconds.toFixed(0)} s: ${result.closed} connections closed ` +
    `(${result.timedOut} of them by the time limit for CONNECT), ${result.alive} alive and answering, no failure.`,
);
if (lastMiB - (firstMiB ?? lastMiB) > mostGrowth) {
  console.error(`The heap grew from ${firstMiB?.toFixed(1)} to ${lastMiB.toFixed(1)} MiB.`);
  process.exitCode = 1;
}
