import { commands, l10n, workspace } from 'vscode';
import { workspaceNotTrusted } from '../errors.ts';
import { FailureWithSteps } from './command.ts';

/**
 * Everything that connects or listens passes here first.
 * @throws {FailureWithSteps} the workspace is not trusted
 */
export function requireTrust(): void {
  if (workspace.isTrusted) return;
  throw new FailureWithSteps(workspaceNotTrusted(), [
    {
      title: l10n.t('Manage Workspace Trust'),
      run: () => commands.executeCommand('workbench.trust.manage'),
    },
  ]);
}
