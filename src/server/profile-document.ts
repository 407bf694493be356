/** One version of a profile file with everything that the features read from it, each computed once and when asked for. */
import type { Range as LspRange, Position } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { ConnectionProfile, ProfileFile, Range } from '../profile/model.ts';
import { parseProfileFile } from '../profile/parse.ts';
import type { Tree } from '../profile/tree.ts';
import type { ProfileWorkspace } from '../profile/workspace.ts';
import { type NameUse, profileNameUses } from './profile-names.ts';

export class ProfileDocument {
  readonly document: TextDocument;
  readonly #workspace: ProfileWorkspace;
  #tree: { readonly tree: Tree | undefined } | undefined;
  #nameUses: readonly NameUse[] | undefined;
  #profiles: ReadonlyMap<string, ConnectionProfile> | undefined;

  /** `document` holds the same text as `workspace` does under its URI. */
  constructor(document: TextDocument, workspace: ProfileWorkspace) {
    this.document = document;
    this.#workspace = workspace;
  }

  get uri(): string {
    return this.document.uri;
  }

  get text(): string {
    return this.document.getText();
  }

  /** Whether it is written as JSON: then indentation says nothing, and every text is in double quotes. */
  get isJson(): boolean {
    return this.uri.endsWith('.json') || /^\s*\{/.test(this.text);
  }

  get file(): ProfileFile {
    return this.#workspace.file(this.uri) ?? parseProfileFile('', this.uri);
  }

  /** Undefined when there is nothing that could be read. */
  get tree(): Tree | undefined {
    this.#tree ??= { tree: this.#workspace.tree(this.uri) };
    return this.#tree.tree;
  }

  /** Every place where a profile of this file is named, in the order of the file. */
  get nameUses(): readonly NameUse[] {
    this.#nameUses ??= profileNameUses(this.tree);
    return this.#nameUses;
  }

  /** The usable profile of this name. */
  profile(name: string): ConnectionProfile | undefined {
    this.#profiles ??= new Map(this.file.profiles.map((each) => [each.name, each]));
    return this.#profiles.get(name);
  }

  range({ start, end }: Range): LspRange {
    return { start: this.document.positionAt(start), end: this.document.positionAt(end) };
  }

  offset(position: Position): number {
    return this.document.offsetAt(position);
  }
}
