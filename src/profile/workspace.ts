/**
 * The profile files of a workspace, read as they are typed: what is wrong with each, alone and beside the others, and
 * what mends it. Text goes in, plain data comes out; nothing is read, asked or resolved.
 */
import { messageOf } from './checks.ts';
import { fileReferences } from './claims.ts';
import { Claims } from './cross-checks.ts';
import { effectsOf, type ProfileEffects } from './effects.ts';
import { FileReader, type ReadFile } from './file-reader.ts';
import type { ProfileFile, Range } from './model.ts';
import type { Problem, QuickFix, TextEdit } from './problem.ts';
import { type Found, report } from './problems.ts';
import type { Scenario } from './scenarios.ts';
import type { Tree } from './tree.ts';

/** Replaces what stands at `range`. Changes of one edit apply one after the other, each to the text the last one left. */
export interface TextChange {
  readonly range: Range;
  readonly text: string;
}

export interface WorkspaceOptions {
  /**
   * Whether a file exists that a profile names by a path relative to its own; undefined when that is not known (yet),
   * and then nothing is said. Must answer at once: call `refresh` when an answer changes.
   */
  readonly fileExists?: (profileUri: string, path: string) => boolean | undefined;
}

interface Entry {
  readonly text: string;
  readonly reader: FileReader;
  readonly read: ReadFile;
}

export class ProfileWorkspace {
  readonly #options: WorkspaceOptions;
  readonly #files = new Map<string, Entry>();
  readonly #claims = new Claims();
  readonly #changed = new Set<string>();

  constructor(options: WorkspaceOptions = {}) {
    this.#options = options;
  }

  /** Takes a file in, or the whole text of one anew: only what differs is read again. */
  set(uri: string, text: string): void {
    const known = this.#files.get(uri);
    if (known?.text === text) return;
    const reader = known?.reader ?? new FileReader();
    const read = reader.read(text, uri);
    this.#files.set(uri, { text, reader, read });
    this.#touch(uri, read);
  }

  /** Applies the changes of one edit, in offsets. A file that is not here counts as empty. */
  edit(uri: string, changes: readonly TextChange[]): void {
    let text = this.#files.get(uri)?.text ?? '';
    for (const { range, text: put } of changes) {
      text = text.slice(0, range.start) + put + text.slice(range.end);
    }
    this.set(uri, text);
  }

  delete(uri: string): void {
    if (this.#files.delete(uri)) this.#touch(uri, undefined);
  }

  /** Looks again for the files that profiles name: of one profile file, or of all. */
  refresh(uri?: string): void {
    for (const each of uri === undefined ? this.#files.keys() : [uri]) this.#changed.add(each);
  }

  /**
   * The files whose problems may be others since the last call: those that were touched, and those that share a Client
   * Identifier or an address with them. One that was deleted is among them, once, and has no problems.
   */
  takeChanged(): readonly string[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  uris(): readonly string[] {
    return [...this.#files.keys()];
  }

  text(uri: string): string | undefined {
    return this.#files.get(uri)?.text;
  }

  /** The file as the program uses it. The result is never changed later. */
  file(uri: string): ProfileFile | undefined {
    return this.#files.get(uri)?.read.file;
  }

  /** The file as a tree with ranges. Valid until the file changes: ranges of what is not touched move along. */
  tree(uri: string): Tree | undefined {
    return this.#files.get(uri)?.read.tree;
  }

  /** What the settings of each profile amount to, in the order of the file. */
  effects(uri: string): readonly ProfileEffects[] {
    const read = this.#files.get(uri)?.read;
    return read === undefined ? [] : effectsOf(read);
  }

  /** The scenarios of a file, in its order. */
  scenarios(uri: string): readonly Scenario[] {
    return this.#files.get(uri)?.read.scenarios ?? [];
  }

  /** Everything wrong with a file, alone and beside the others, in the order of the file. */
  problems(uri: string): readonly Problem[] {
    const entry = this.#files.get(uri);
    if (entry === undefined) return [];
    const around = [...this.#claims.check(uri), ...this.#missingFiles(uri, entry.read)];
    if (around.length === 0) return entry.read.problems;
    return [...entry.read.problems, ...report([around], entry.text)].sort(
      (a, b) => a.range.start - b.range.start || a.range.end - b.range.end,
    );
  }

  /** What mends the problems that touch a range, each with its problem. */
  fixes(uri: string, range: Range): readonly { readonly problem: Problem; readonly fix: QuickFix }[] {
    return this.problems(uri)
      .filter((problem) => problem.range.start <= range.end && range.start <= problem.range.end)
      .flatMap((problem) => problem.fixes.map((fix) => ({ problem, fix })));
  }

  /** The edits of every fix that is safe, of which none overlap, in the order of the file. */
  fixAll(uri: string): readonly TextEdit[] {
    const edits: TextEdit[] = [];
    let end = -1;
    for (const { fixes } of this.problems(uri)) {
      const fix = fixes.find(({ safe }) => safe === true);
      const first = fix?.edits[0];
      if (fix === undefined || first === undefined || first.range.start < end) continue;
      edits.push(...fix.edits);
      end = fix.edits.at(-1)?.range.end ?? end;
    }
    return edits;
  }

  #touch(uri: string, read: ReadFile | undefined): void {
    this.#changed.add(uri);
    for (const other of this.#claims.update(uri, read)) this.#changed.add(other);
  }

  #missingFiles(uri: string, read: ReadFile): readonly Found[] {
    const { fileExists } = this.#options;
    if (fileExists === undefined) return [];
    return fileReferences(read)
      .filter(({ path }) => fileExists(uri, path) === false)
      .map(({ path, range }) => ({
        code: 'file-missing',
        range,
        message: messageOf('file-missing', { path }),
      }));
  }
}
