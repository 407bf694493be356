import { l10n, window } from 'vscode';
import type { UserError } from '../../engine/messages.ts';

/** A next step that an error message offers. */
export interface NextStep {
  readonly title: string;
  run(): unknown;
}

/**
 * Says what happened and what to do next, with the next steps as buttons. Does not wait for the answer: whoever failed has
 * failed.
 */
export function showUserError(error: UserError, steps: readonly NextStep[]): void {
  const text = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
  void window.showErrorMessage(text, ...steps.map(({ title }) => title)).then((chosen) => {
    return steps.find(({ title }) => title === chosen)?.run();
  });
}

/** Says what happened to a client, with its name, and what to do next. */
export function aboutClient(name: string, error: UserError): UserError {
  return { ...error, message: l10n.t('{0}: {1}', name, error.message) };
}
