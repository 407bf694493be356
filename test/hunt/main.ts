/** `npm run hunt:verdicts -- [ROUNDS] [SEED]`: random programs against the sandbox broker on a clock that jumps. */
import { virtualHunt } from './virtual-hunt.ts';

const [rounds = '1000', seed = String(Math.floor(Math.random() * 1_000_000_000))] = process.argv.slice(2);
console.log(`${rounds} programs from seed ${seed} on`);
if ((await virtualHunt(Number(rounds), Number(seed))) > 0) process.exitCode = 1;
