/**
 * The profile files of a workspace, read as they are typed: what is wrong with each, alone and beside the others, and
 * what mends it. Text goes in, plain data comes out; nothing is read, asked or resolved.
 */
import type { DiagnosticCode } from './checks.ts';
import type { ProfileFile, Range } from './model.ts';
import { parseProfileFile } from './parse.ts';
import type { Problem, QuickFix, TextEdit } from './problem.ts';
import { Problems } from './problems.ts';
import { parseTree, type Tree } from './tree.ts';

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
  readonly file: ProfileFile;
}

export class ProfileWorkspace {
  readonly #files = new Map<string, Entry>();
  readonly #changed = new Set<string>();

  constructor(_options: WorkspaceOptions = {}) {}

  /** Takes a file in, or the whole text of one anew. */
  set(uri: string, text: string): void {
    this.#files.set(uri, { text, file: parseProfileFile(text, uri) });
    this.#changed.add(uri);
  }

  /** Applies the changes of one edit, in offsets. A file that is not here counts as empty. */
  edit(uri: string, changes: readonly TextChange[]): void {
    let text = this.#files.get(uri)?.text ?? '';
    for (const { range, text: put } of changes)
      text = text.slice(0, range.start) + put + text.slice(range.end);
    this.set(uri, text);
  }

  delete(uri: string): void {
    if (this.#files.delete(uri)) this.#changed.add(uri);
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
    return this.#files.get(uri)?.file;
  }

  /** The file as a tree with ranges. Valid until the file changes: ranges of what is not touched move along. */
  tree(uri: string): Tree | undefined {
    const text = this.text(uri);
    return text === undefined ? undefined : parseTree(text, new Problems()).tree;
  }

  /** Everything wrong with a file, alone and beside the others, in the order of the file. */
  problems(uri: string): readonly Problem[] {
    return (this.file(uri)?.diagnostics ?? []).map((diagnostic) => ({
      ...diagnostic,
      code: diagnostic.code as DiagnosticCode,
      related: [],
      fixes: [],
      anchor: diagnostic.code,
    }));
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
}
