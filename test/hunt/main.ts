import { virtualHunt } from './virtual-hunt.ts';

const [rounds = '1000', seed = '1'] = process.argv.slice(2);
await virtualHunt(Number(rounds), Number(seed));
