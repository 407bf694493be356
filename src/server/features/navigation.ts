/** From a profile's name to where it is defined and used, and its renaming. Names hold within one file. */
import {
  type DocumentHighlight,
  DocumentHighlightKind,
  type Location,
  type Range as LspRange,
  type Position,
  ResponseError,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { entryOf, holds, placeAt, profileOfPlace } from '../places.ts';
import type { ProfileDocument } from '../profile-document.ts';
import type { NameUse } from '../profile-names.ts';
import { variableAt } from '../variable-places.ts';

/** LSP's code for a request that cannot be carried out. */
const REQUEST_FAILED = -32803;

/** The profile that is named here. */
export function nameAt(file: ProfileDocument, offset: number): NameUse | undefined {
  return file.nameUses.find(({ range }) => holds(range, offset));
}

/** Where the profile is defined that is named here, or the key that a variable here stands for. */
export function definition(file: ProfileDocument, position: Position): Location[] {
  const offset = file.offset(position);
  const use = nameAt(file, offset);
  if (use === undefined) return variableDefinition(file, offset);
  return file.nameUses
    .filter(({ name, role }) => role === 'definition' && name === use.name)
    .map(({ range }) => ({ uri: file.uri, range: file.range(range) }));
}

/** `${clientId}` and `${username}` stand for keys of the profile that they are in. */
function variableDefinition(file: ProfileDocument, offset: number): Location[] {
  const place = placeAt(file.tree, offset);
  if (place === undefined || place.on !== 'value') return [];
  const found = variableAt(file.text, place.value, offset);
  if (found === undefined || !['clientId', 'username'].includes(found.variable.kind)) return [];
  const target =
    entryOf(profileOfPlace(place)?.value, found.variable.kind) ??
    entryOf(entryOf(file.tree, 'defaults')?.value, found.variable.kind);
  return target === undefined ? [] : [{ uri: file.uri, range: file.range(target.keyRange) }];
}

export function references(file: ProfileDocument, position: Position, withDefinition: boolean): Location[] {
  const use = nameAt(file, file.offset(position));
  if (use === undefined) return [];
  return file.nameUses
    .filter(({ name, role }) => name === use.name && (withDefinition || role !== 'definition'))
    .map(({ range }) => ({ uri: file.uri, range: file.range(range) }));
}

export function highlights(file: ProfileDocument, position: Position): DocumentHighlight[] {
  const use = nameAt(file, file.offset(position));
  if (use === undefined) return [];
  return file.nameUses
    .filter(({ name }) => name === use.name)
    .map(({ range, role }) => ({
      range: file.range(range),
      kind: role === 'definition' ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
}

export function prepareRename(
  file: ProfileDocument,
  position: Position,
): { readonly range: LspRange; readonly placeholder: string } | undefined {
  const use = nameAt(file, file.offset(position));
  if (
    use === undefined ||
    !file.nameUses.some(({ name, role }) => role === 'definition' && name === use.name)
  ) {
    return undefined;
  }
  return { range: file.range(use.range), placeholder: use.name };
}

/** @throws {ResponseError} the new name is none, or is taken */
export function rename(
  file: ProfileDocument,
  position: Position,
  newName: string,
): WorkspaceEdit | undefined {
  const use = nameAt(file, file.offset(position));
  if (use === undefined) return undefined;
  if (newName.trim() === '') throw refuse('A profile needs a name.');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
  if (/[\u0000-\u001f\u007f\u0085\u2028\u2029\ufeff]/.test(newName)) {
    throw refuse('A name stands on one line and holds no control characters.');
  }
  if (
    newName !== use.name &&
    file.nameUses.some(({ name, role }) => role === 'definition' && name === newName)
  ) {
    throw refuse(`This file has a profile \`${newName}\` already.`);
  }
  const edits = file.nameUses
    .filter(({ name }) => name === use.name)
    .map(({ range }) => ({
      range: file.range(range),
      newText: spellName(newName, file.text.slice(range.start, range.end), file.isJson),
    }));
  return { changes: { [file.uri]: edits } };
}

const refuse = (message: string) => new ResponseError(REQUEST_FAILED, message);

/** A word that YAML takes for a text whatever stands around it, and for the same text. */
const PLAIN = /^[A-Za-z_][\w./-]*( [\w./-]+)*$/;
const NOT_TEXT = /^(?:true|false|null|y|n|yes|no|on|off)$/i;

/** The name as it has to be written in the place of `old`, in the same quotes where it has some. */
export function spellName(name: string, old: string, json: boolean): string {
  if (old.startsWith("'") && !json) return `'${name.replaceAll("'", "''")}'`;
  if (json || old.startsWith('"') || !PLAIN.test(name) || NOT_TEXT.test(name)) return JSON.stringify(name);
  return name;
}
