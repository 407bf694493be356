/**
 * Captures, changed at random in every way that networks and programs do, as we read them and as tshark does. Ends with 1 at the first
 * difference, and leaves the file.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pcapOf } from '../../unit/capture/frames.ts';
import { reopen } from '../../unit/capture/support.ts';
import { type Change, changes, OTHER_BYTES, OUT_OF_ORDER, USED_AGAIN } from './changes.ts';
import { type Difference, differences } from './compare.ts';
import { Dice } from './dice.ts';
import { fileOf } from './files.ts';
import { type Piece, packetOf, piecesOf } from './segments.ts';
import { sourceOf } from './sources.ts';

const [rounds = '100', first = '1'] = process.argv.slice(2);
const folder = join('test-output', 'hunt-captures');
mkdirSync(folder, { recursive: true });

let failed = 0;
for (let round = 0; round < Number(rounds); round += 1) {
  const seed = Number(first) + round;
  const dice = new Dice(seed);
  const source = sourceOf(dice);
  const original = reopen(pcapOf(source));
  const whole = piecesOf(source);
  const isCut = whole.some(({ kind }) => kind === 'other');
  const taken = sensible(
    changes.filter(({ percent }) => dice.chance(percent)),
    isCut,
  );
  const pieces = taken.reduce<readonly Piece[]>((before, change) => change.make(before, dice), whole);
  const made = fileOf(pieces.map(packetOf), dice);
  const path = join(folder, `${seed}.capture`);
  writeFileSync(path, made.bytes);
  const file = throughTool(path, dice);
  const lossless =
    original.summary.gaps === 0 &&
    taken.every((change) => change.lossless) &&
    !/snap \d{2,3}\b/.test(made.name);
  const found = await differences(file, original.recording, {
    lossless,
    again: taken.some(({ name }) => name === USED_AGAIN),
  });
  const what = [made.name, ...taken.map(({ name }) => name)].join('; ');
  if (found.length === 0) {
    for (const each of ['', '.open.pcapng', '.masked.pcapng']) rmSync(path + each, { force: true });
  } else {
    failed += 1;
    console.log(`Seed ${seed}: ${what}`);
    for (const each of found.slice(0, 4)) console.log(text(each));
  }
}
console.log(`${rounds} captures, ${failed} of them with differences`);
process.exitCode = failed === 0 ? 0 : 1;

/** Without what leaves open which bytes are the right ones, or repeats only a part. */
function sensible(all: readonly Change[], isCut: boolean): readonly Change[] {
  const unclear = all.some(({ name, lossless }) => !lossless || name === OUT_OF_ORDER);
  return all.filter(({ name }) => (name === OTHER_BYTES ? !unclear : name === USED_AGAIN ? !isCut : true));
}

/** Some pass a program on their way, as captures do. */
function throughTool(path: string, dice: Dice): string {
  const out = `${path}.out`;
  const command = dice.of([
    undefined,
    undefined,
    undefined,
    undefined,
    ['editcap', '-F', 'pcapng', path, out],
    ['mergecap', '-a', '-F', 'pcapng', '-w', out, path],
  ] as const);
  if (command === undefined) return path;
  const [program, ...args] = command;
  const { status } = spawnSync(program, [...args], { stdio: 'ignore' });
  // What these programs cannot write stays as it is.
  if (status !== 0) return path;
  writeFileSync(path, readFileSync(out));
  rmSync(out);
  return path;
}

function text({ what, ours, theirs }: Difference): string {
  return `  ${what}\n    here:   ${JSON.stringify(ours)}\n    beside: ${JSON.stringify(theirs)}`;
}
