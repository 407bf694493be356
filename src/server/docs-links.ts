/** Links from a diagnostic to its paragraph of the reference page. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The page as it lies beside the bundle of the server. */
function shippedPage(): string | undefined {
  // In the bundle the folder of the server is dist/; elsewhere there is no page beside it.
  const script = process.argv[1];
  const path = script === undefined ? undefined : join(script, '..', '..', 'docs', 'profiles.md');
  return path !== undefined && existsSync(path) ? pathToFileURL(path).href : undefined;
}

export class DocsLinks {
  readonly #page: string | undefined;
  /** The line of the page, from 1, that names a code; editors open files at lines, not at anchors. */
  readonly #lines = new Map<string, number>();

  constructor(page: string | undefined) {
    this.#page = page ?? shippedPage();
  }

  async load(): Promise<void> {
    if (this.#page === undefined || !this.#page.startsWith('file:')) return;
    const text = await readFile(fileURLToPath(this.#page), 'utf8').catch(() => '');
    for (const [index, line] of text.split('\n').entries()) {
      const code =
        /^(?:\| |#+ )(?:<a id="[^"]*"><\/a>\s*)?`([\w-]+)`/.exec(line)?.[1] ??
        /<a id="([^"]+)">/.exec(line)?.[1];
      // Keys stand in tables too, above; a code comes last.
      if (code !== undefined) this.#lines.set(code, index + 1);
    }
  }

  /** Undefined where there is no page. */
  href(code: string, anchor: string): string | undefined {
    if (this.#page === undefined) return undefined;
    const line = this.#lines.get(code) ?? this.#lines.get(anchor);
    return `${this.#page}#${line === undefined ? anchor : `L${line}`}`;
  }
}
