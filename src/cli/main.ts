/** The command `mqtt-session`: the parts of the program that do without VS Code. */
import { UsageError } from './errors.ts';

/** What a command needs is loaded only for it. */
async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  switch (command) {
    case 'sandbox':
      return (await import('./sandbox.ts')).sandbox(rest, process);
    case 'tap':
      return (await import('./tap.ts')).tap(rest, process);
    case 'explain':
      return (await import('./explain.ts')).explain(rest, process);
    case 'run':
      return (await import('./run.ts')).run(rest, process);
    case 'lint':
      return (await import('./lint.ts')).lint(rest, process);
    case 'check':
      return (await import('./check.ts')).check(rest, process);
    case '--version':
      process.stdout.write(`mqtt-session ${await (await import('./version.ts')).ownVersion()}\n`);
      return 0;
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write((await import('./usage.ts')).usage);
      return command === undefined ? 2 : 0;
    default:
      throw new UsageError(`There is no command \`${command}\`.`);
  }
}

/** A command that there is, with a space behind it. */
async function commandNamed(word: string | undefined): Promise<string> {
  const { commandNames } = await import('./usage.ts');
  return commandNames.find((name) => name === word)?.concat(' ') ?? '';
}

// Whoever started it may stop reading what it says.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  async (error: unknown) => {
    const misunderstood = error instanceof UsageError;
    const hint = misunderstood
      ? `\nmqtt-session ${await commandNamed(process.argv[2])}--help tells what there is.`
      : '';
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}${hint}\n`);
    process.exitCode = misunderstood ? 2 : 1;
  },
);
