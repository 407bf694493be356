/** The command line is not understood. Answered by a hint at the help, and exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something else stands in the way. `message` says what, and what to do next. Exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
