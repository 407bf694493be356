import { randomInt } from 'node:crypto';
import { l10n, type Uri, window, workspace } from 'vscode';
import type { Lookup } from '../../profile/resolve.ts';
import { randomText } from '../../profile/variables.ts';
import { Cancelled } from '../errors.ts';
import type { Secrets } from './secrets.ts';

/** Answers the variables of one profile for one connection attempt, and knows how it went. */
export interface VariableLookup {
  readonly answer: Lookup;
  readonly usedSecrets: ReadonlySet<string>;
  /** The user turned a question down: nothing more is asked. */
  readonly cancelled: boolean;
}

export function variableLookup(profile: string, file: Uri, secrets: Secrets): VariableLookup {
  const usedSecrets = new Set<string>();
  let cancelled = false;
  const asking = async (ask: () => Promise<string>): Promise<string | undefined> => {
    if (cancelled) return undefined;
    try {
      return await ask();
    } catch (thrown) {
      if (!(thrown instanceof Cancelled)) throw thrown;
      cancelled = true;
      return undefined;
    }
  };
  return {
    usedSecrets,
    get cancelled() {
      return cancelled;
    },
    answer(kind, name) {
      switch (kind) {
        case 'env':
          return process.env[name];
        case 'secret':
          usedSecrets.add(name);
          return asking(() => secrets.get(name, file, profile));
        case 'workspaceFolder':
          return workspace.getWorkspaceFolder(file)?.uri.fsPath;
        case 'random':
          return randomText(Number(name), () => randomInt(2 ** 32) / 2 ** 32);
        case 'input':
          return asking(() => askFor(name, profile));
      }
    },
  };
}

async function askFor(question: string, profile: string): Promise<string> {
  const answer = await window.showInputBox({
    title: l10n.t('Connect {0}', profile),
    prompt: question,
    ignoreFocusOut: true,
  });
  if (answer === undefined) throw new Cancelled();
  return answer;
}
