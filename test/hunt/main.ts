/**
 * `npm run hunt:verdicts -- [ROUNDS] [SEED] [BROKER]`: random programs against the sandbox broker on a clock that jumps, or with the name of a
 * broker in real time through a tap.
 */
import { realHunt } from './real-hunt.ts';
import { virtualHunt } from './virtual-hunt.ts';

const [rounds = '1000', seed = String(Math.floor(Math.random() * 1_000_000_000)), broker] =
  process.argv.slice(2);
console.log(`${rounds} programs from seed ${seed} on`);
const hunt = broker === undefined ? virtualHunt : realHunt.bind(undefined, broker);
process.exitCode = (await hunt(Number(rounds), Number(seed))) > 0 ? 1 : 0;
