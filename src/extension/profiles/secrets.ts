import { EventEmitter, type ExtensionContext, l10n, type Uri, window, workspace } from 'vscode';
import { Cancelled } from '../errors.ts';

/** Where the names of kept secrets stand, so that they can be listed. Never their values. */
const namesKey = 'secretNames';

/**
 * The secrets that profiles name. Each is kept for one workspace folder: a profile file of another folder that uses the
 * same name asks for itself, so that no cloned file can send a password of another project to its own broker.
 */
export class Secrets {
  readonly #context: ExtensionContext;
  readonly #changed = new EventEmitter<void>();
  /** Another name is kept, or one no more. */
  readonly onDidChange = this.#changed.event;

  constructor(context: ExtensionContext) {
    this.#context = context;
  }

  /**
   * The kept value, or what the user answers; an answer is kept.
   * @throws {Cancelled} the user turned the question down
   */
  async get(name: string, file: Uri, profile: string): Promise<string> {
    const key = keyOf(name, file);
    const kept = await this.#context.secrets.get(key);
    if (kept !== undefined) return kept;
    const answer = await window.showInputBox({
      title: l10n.t('Connect {0}', profile),
      prompt: l10n.t(
        'Secret "{0}". It is kept in the secret storage of VS Code, and asked for only once.',
        name,
      ),
      password: true,
      ignoreFocusOut: true,
    });
    if (answer === undefined) throw new Cancelled();
    await this.keep(name, file, answer);
    return answer;
  }

  /** The kept value, without asking anybody. */
  async peek(name: string, file: Uri): Promise<string | undefined> {
    return this.#context.secrets.get(keyOf(name, file));
  }

  /** Keeps a value, in the place of one that was kept under this name. */
  async keep(name: string, file: Uri, value: string): Promise<void> {
    await this.#context.secrets.store(keyOf(name, file), value);
    await this.#remember(name, file, true);
  }

  /** The names that are kept already where this file's would be. */
  namesFor(file: Uri): ReadonlySet<string> {
    const scope = scopeOf(file);
    return new Set(this.#names().flatMap((each) => (each.scope === scope ? [each.name] : [])));
  }

  async forget(name: string, file: Uri): Promise<void> {
    await this.#context.secrets.delete(keyOf(name, file));
    await this.#remember(name, file, false);
  }

  /** The names of the secrets kept in this workspace, each with a file or folder that stands for its scope. */
  list(): readonly { readonly name: string; readonly scope: string }[] {
    return this.#names();
  }

  /** As `forget`, by what `list` gave. */
  async forgetListed(entry: { readonly name: string; readonly scope: string }): Promise<void> {
    await this.#context.secrets.delete(storageKey(entry.scope, entry.name));
    await this.#context.workspaceState.update(
      namesKey,
      this.#names().filter((each) => each.name !== entry.name || each.scope !== entry.scope),
    );
    this.#changed.fire();
  }

  async #remember(name: string, file: Uri, kept: boolean): Promise<void> {
    const scope = scopeOf(file);
    const others = this.#names().filter((each) => each.name !== name || each.scope !== scope);
    await this.#context.workspaceState.update(namesKey, kept ? [...others, { name, scope }] : others);
    this.#changed.fire();
  }

  #names(): readonly { readonly name: string; readonly scope: string }[] {
    return this.#context.workspaceState.get(namesKey, []);
  }
}

/** The workspace folder of the file, or the file itself where it is in none. */
function scopeOf(file: Uri): string {
  return (workspace.getWorkspaceFolder(file)?.uri ?? file).toString();
}

function keyOf(name: string, file: Uri): string {
  return storageKey(scopeOf(file), name);
}

function storageKey(scope: string, name: string): string {
  return `secret ${scope} ${name}`;
}
