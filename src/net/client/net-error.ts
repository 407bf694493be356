/** What is thrown in this room: an error that a user sees. What happened, to what, and what to do next. */
export class NetError extends Error {
  override readonly name = 'NetError';
  /** For example `ECONNREFUSED`, `bad-user-name-or-password`. */
  readonly code: string;
  /** One sentence: what to do next. */
  readonly hint: string | undefined;
  /** Whether trying again without changing something is of no use. */
  readonly lasting: boolean;

  constructor(code: string, message: string, hint?: string, lasting = false) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.lasting = lasting;
  }
}

/** What was thrown, as a NetError. */
export function netErrorOf(error: unknown): NetError {
  if (error instanceof NetError) return error;
  return new NetError('unexpected', error instanceof Error ? error.message : String(error));
}
