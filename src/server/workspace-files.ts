/**
 * The profile files on disk in the folders of the workspace: found by a bounded walk at the start, read again when
 * somebody says that they have changed.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MAX_FILE_LENGTH } from '../profile/tree.ts';
import { uriKey, uriPart } from './uris.ts';

/** What makes a file a profile file. */
export const profileFileGlob = '**/*.mqtt.{yaml,yml,json}';
const PROFILE_FILE = /\.mqtt\.(?:yaml|yml|json)$/;

export const isProfileFile = (path: string): boolean => PROFILE_FILE.test(path);

/** Nobody keeps profiles of their own there. */
const IGNORED: ReadonlySet<string> = new Set(['node_modules', '.git', '.hg', '.svn']);

/** More than these are not walked: somebody has opened their whole disk. */
const MAX_FOLDERS = 20_000;
const MAX_FILES = 2_000;
const MAX_DEPTH = 32;
const MANY_CREATED = 50;

export interface FileSink {
  setOnDisk(uri: string, text: string): void;
  deleteOnDisk(uri: string): void;
  onDisk(): readonly string[];
}

export class WorkspaceFiles {
  readonly #sink: FileSink;
  readonly #roots = new Set<string>();
  readonly #warn: (message: string) => void;
  /** Walks and reads happen one after the other, so that the newest answer is the last one. */
  #work: Promise<void> = Promise.resolve();

  constructor(sink: FileSink, warn: (message: string) => void) {
    this.#sink = sink;
    this.#warn = warn;
  }

  /** Adds and removes folders, and looks into those that are new. Other schemes than `file` are left out. */
  folders(added: readonly string[], removed: readonly string[]): Promise<void> {
    for (const uri of removed) this.#roots.delete(uri);
    // What was found there goes with the next walk.
    for (const uri of added) if (uri.startsWith('file:')) this.#roots.add(uri);
    return this.rescan();
  }

  /** Walks all folders anew: finds what is new, reads all, forgets what is gone. */
  rescan(): Promise<void> {
    return this.#queue(async () => {
      const found = new Map<string, string>();
      const walk = { folders: 0, found };
      for (const root of this.#roots) await this.#walk(root.replace(/\/$/, ''), 0, walk);
      if (walk.folders > MAX_FOLDERS || found.size > MAX_FILES) {
        this.#warn(
          `Only ${MAX_FILES} profile files in ${MAX_FOLDERS} folders are looked for; there are more.`,
        );
      }
      for (const uri of this.#sink.onDisk()) if (!found.has(uriKey(uri))) this.#sink.deleteOnDisk(uri);
      for (const uri of found.values()) await this.#read(uri);
    });
  }

  /** One file has been made, changed, or deleted. */
  touched(uri: string): Promise<void> {
    return this.#queue(() => this.#read(uri));
  }

  /** Files or folders are there that were not: a folder may have come with profile files in it. */
  created(uris: readonly string[]): Promise<void> {
    // With very many, one walk over all costs less than a look at each.
    if (uris.length > MANY_CREATED) return this.rescan();
    return this.#queue(async () => {
      const found = new Map<string, string>();
      for (const uri of uris) {
        const path = pathOf(uri);
        if (
          path === undefined ||
          uriKey(uri)
            .split('/')
            .some((name) => IGNORED.has(name))
        )
          continue;
        const isFolder = await stat(path).then(
          (status) => status.isDirectory(),
          () => false,
        );
        if (isFolder) await this.#walk(uri.replace(/\/$/, ''), 0, { folders: 0, found });
      }
      for (const uri of found.values()) await this.#read(uri);
    });
  }

  /** A file or folder is gone, with everything in it. */
  deleted(uri: string): Promise<void> {
    return this.#queue(async () => {
      for (const known of this.#sink.onDisk()) {
        if (isAtOrIn(known, uri)) this.#sink.deleteOnDisk(known);
      }
    });
  }

  #queue(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work).catch((thrown: unknown) => this.#warn(String(thrown)));
    return this.#work;
  }

  async #walk(
    folder: string,
    depth: number,
    walk: { folders: number; readonly found: Map<string, string> },
  ): Promise<void> {
    const path = pathOf(folder);
    if (path === undefined || depth > MAX_DEPTH) return;
    if (walk.folders > MAX_FOLDERS || walk.found.size > MAX_FILES) return;
    walk.folders += 1;
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const uri = `${folder}/${uriPart(entry.name)}`;
      // A link to a folder is not followed: it may lead back.
      if (entry.isDirectory()) {
        if (!IGNORED.has(entry.name)) await this.#walk(uri, depth + 1, walk);
      } else if (isProfileFile(entry.name)) {
        walk.found.set(uriKey(uri), uri);
      }
    }
  }

  async #read(uri: string): Promise<void> {
    const path = pathOf(uri);
    if (path === undefined || !isProfileFile(path)) return;
    try {
      const { size } = await stat(path);
      // One that is too long is told to be, by its first characters too many; UTF-8 has up to three bytes a unit.
      const text =
        size > 3 * MAX_FILE_LENGTH ? ' '.repeat(MAX_FILE_LENGTH + 1) : await readFile(path, 'utf8');
      this.#sink.setOnDisk(uri, text.replace(/^\ufeff/, ''));
    } catch {
      this.#sink.deleteOnDisk(uri);
    }
  }
}

/** Whether a file is this one, or in this folder. */
export function isAtOrIn(file: string, place: string): boolean {
  const [known, key] = [uriKey(file), uriKey(place).replace(/\/$/, '')];
  return known === key || known.startsWith(`${key}/`);
}

function pathOf(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}
