import { engineErrors, isInternal, userError } from './errors.ts';
import type { EngineMethod, EngineMethods, FromEngine, LogLevel, ToEngine } from './messages.ts';

/** One function for each request. What it throws is answered as a failure. */
export type EngineHandlers = {
  readonly [M in EngineMethod]: (
    params: EngineMethods[M]['params'],
  ) => EngineMethods[M]['result'] | Promise<EngineMethods[M]['result']>;
};

export interface DispatchWorld {
  post(message: FromEngine): void;
  log(level: LogLevel, message: string): void;
}

/** Answers one request, by its result or by a failure. Never throws. */
export async function answer(
  handlers: EngineHandlers,
  request: ToEngine,
  { post, log }: DispatchWorld,
): Promise<void> {
  const { id, method } = request;
  try {
    post({ kind: 'result', id, result: await call(handlers, request) });
  } catch (error) {
    if (isInternal(error)) log('error', `${method} failed: ${stackOf(error)}`);
    else log('debug', `${method}: ${userError(error).message}`);
    post({ kind: 'failure', id, error: userError(error) });
  }
}

async function call<M extends EngineMethod>(
  handlers: EngineHandlers,
  { method, params }: { readonly method: M; readonly params: EngineMethods[M]['params'] },
): Promise<unknown> {
  if (!Object.hasOwn(handlers, method)) throw engineErrors.unknownMethod(method);
  return await handlers[method](params);
}

/** Where it happened. Its message may name settings, but no error of ours carries a secret or a payload. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
