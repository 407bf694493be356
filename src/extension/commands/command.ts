import { commands, type Disposable, l10n } from 'vscode';
import type { App } from '../app.ts';
import { Cancelled, UserFailure, userErrorOf } from '../errors.ts';
import { describeThrown } from '../log.ts';
import { type NextStep, showUserError } from '../ui/show-error.ts';

/** A row of the table of commands. Title, icon, and when it shows stand in package.json, under the same id. */
export interface Command {
  readonly id: string;
  /**
   * `target` is what a menu or a key binding hands over: a node of a view, or the like (see `Target`).
   * @throws {UserFailure | Cancelled} shown to the user, or silently ended
   */
  run(app: App, target: unknown): unknown;
}

/** A failure with the next steps that its message offers besides the log. */
export class FailureWithSteps extends Error {
  readonly failure: UserFailure;
  readonly steps: readonly NextStep[];

  constructor(failure: UserFailure, steps: readonly NextStep[]) {
    super(failure.message);
    this.failure = failure;
    this.steps = steps;
  }
}

export function registerCommand(app: App, command: Command): Disposable {
  return commands.registerCommand(command.id, (target: unknown) => runCommand(app, command, target));
}

export async function runCommand(app: App, command: Command, target: unknown): Promise<unknown> {
  app.log.debug(`Command ${command.id}`);
  try {
    return await command.run(app, target);
  } catch (thrown) {
    if (!wasCancelled(thrown)) reportFailure(app, thrown);
    return undefined;
  }
}

/** Whether the user has turned it down, here or in the engine: then nothing is said. */
function wasCancelled(thrown: unknown): boolean {
  return thrown instanceof Cancelled || (thrown instanceof UserFailure && thrown.error.code === 'cancelled');
}

/** Logs a failure and shows it, with its next steps and the way to the log. */
export function reportFailure(app: App, thrown: unknown): void {
  const [cause, steps] = thrown instanceof FailureWithSteps ? [thrown.failure, thrown.steps] : [thrown, []];
  const error = userErrorOf(cause);
  app.log.error(error.code === 'unexpected' ? describeThrown(cause) : `${error.code}: ${error.message}`);
  showUserError(error, [...steps, { title: l10n.t('Show Log'), run: () => app.log.show() }]);
}
