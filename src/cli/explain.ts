import { once } from 'node:events';
import { resolve } from 'node:path';
import type { CaptureSummary } from '../engine/messages.ts';
import { CommandEngine } from './command-engine.ts';
import { commandUsage, readOptions } from './command-line.ts';
import { explainCommand } from './command-rows.ts';
import { UsageError } from './errors.ts';
import { captureNotes, explanation, explanationJson, explanationText } from './explain-words.ts';

const usualBudget = 1_073_741_824;

/** `mqtt-session explain`: what a capture shows of sessions, and why. Resolves to the exit code. @throws UsageError | CommandError */
export async function explain(
  args: readonly string[],
  { stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>,
): Promise<number> {
  const line = readOptions(args, explainCommand.options);
  if (line.has('--help')) {
    stdout.write(commandUsage(explainCommand));
    return 0;
  }
  const [file, ...others] = line.operands;
  if (file === undefined) throw new UsageError('`explain` needs a capture file.');
  if (others.length > 0) throw new UsageError(`\`explain\` takes one file; \`${others[0]}\` is another.`);
  const engine = new CommandEngine({
    log: (level, message) => {
      if (level === 'error') stderr.write(`${message}\n`);
    },
  });
  await engine.request('start', { byteBudget: usualBudget });
  let summary: CaptureSummary;
  try {
    summary = await engine.request('openCapture', { path: resolve(file) });
    const { entities, stats } = await engine.request('start', { byteBudget: usualBudget });
    const told = explanation(file, summary, entities, stats);
    await print(stdout, line.has('--json') ? explanationJson(told) : explanationText(told));
  } finally {
    await engine.request('shutdown', undefined);
  }
  for (const note of captureNotes(summary)) stderr.write(`${note}\n`);
  return 0;
}

/** So much is written at a time. In characters. */
const PIECE_LENGTH = 65_536;

/** No faster than it is taken. */
async function print(stdout: NodeJS.WriteStream, pieces: Iterable<string>): Promise<void> {
  let waiting = '';
  for (const piece of pieces) {
    waiting += piece;
    if (waiting.length < PIECE_LENGTH) continue;
    if (!stdout.write(waiting)) await once(stdout, 'drain');
    waiting = '';
  }
  stdout.write(waiting);
}
