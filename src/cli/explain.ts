import { resolve } from 'node:path';
import type { CaptureSummary } from '../engine/messages.ts';
import { CommandEngine } from './command-engine.ts';
import { commandUsage, readOptions } from './command-line.ts';
import { explainCommand } from './command-rows.ts';
import { UsageError } from './errors.ts';
import { captureNotes, explanation, explanationText } from './explain-words.ts';

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
    stdout.write(line.has('--json') ? `${JSON.stringify(told, undefined, 2)}\n` : explanationText(told));
  } finally {
    await engine.request('shutdown', undefined);
  }
  for (const note of captureNotes(summary)) stderr.write(`${note}\n`);
  return 0;
}
