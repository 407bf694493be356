/** Whether the files exist that profiles name (`tls.ca`, `payloadFile`): asked of the disk once, and again when it may have changed. */
import { stat } from 'node:fs/promises';
import { pathTarget } from './features/document-links.ts';

/** More are not asked for; of those nothing is said. */
const MAX_KNOWN = 5_000;

export class NamedFiles {
  readonly #known = new Map<string, boolean | undefined>();
  readonly #askers = new Map<string, Set<string>>();
  readonly #answered: (profileUri: string) => void;

  /** `answered` is called with each profile file that has asked for what is known only now. */
  constructor(answered: (profileUri: string) => void) {
    this.#answered = answered;
  }

  /** Undefined while it is not known. */
  exists(profileUri: string, path: string): boolean | undefined {
    const uri = profileUri.startsWith('file:') ? pathTarget(profileUri, path) : undefined;
    if (uri === undefined) return undefined;
    const askers = this.#askers.get(uri) ?? new Set();
    if (askers.size === 0 && this.#askers.size >= MAX_KNOWN) return undefined;
    this.#askers.set(uri, askers.add(profileUri));
    if (!this.#known.has(uri)) {
      this.#known.set(uri, undefined);
      void this.#ask(uri);
    }
    return this.#known.get(uri);
  }

  /** The file may be there now, or no more. */
  touched(uri: string): void {
    if (this.#known.has(uri)) void this.#ask(uri);
  }

  /** Asks again for all that this profile file names. */
  recheck(profileUri: string): void {
    for (const [uri, askers] of this.#askers) if (askers.has(profileUri)) this.touched(uri);
  }

  async #ask(uri: string): Promise<void> {
    const exists = await stat(new URL(uri)).then(
      () => true,
      () => false,
    );
    if (this.#known.get(uri) === exists) return;
    this.#known.set(uri, exists);
    for (const asker of this.#askers.get(uri) ?? []) this.#answered(asker);
  }
}
