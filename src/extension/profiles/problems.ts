import { Range as EditorRange, type Uri, window, workspace } from 'vscode';
import type { Diagnostic, Range } from '../../profile/model.ts';
import type { ProfileSource } from './profile-files.ts';

/** The errors that keep a profile from being used: its own, or else those of the file that it depends on. */
export function errorsOf(source: ProfileSource, profile: string): readonly Diagnostic[] {
  const errors = source.file.diagnostics.filter(({ severity }) => severity === 'error');
  const names = [...source.file.names].sort((a, b) => a.range.start - b.range.start);
  const index = names.findIndex(({ name }) => name === profile);
  const from = names[index]?.range.start ?? 0;
  const to = names[index + 1]?.range.start ?? Number.POSITIVE_INFINITY;
  const own = errors.filter(({ range }) => range.start >= from && range.start < to);
  return own.length > 0 ? own : errors;
}

/** Opens a file with this part of it selected and in view. */
export async function openAt(uri: Uri, range: Range | undefined): Promise<void> {
  const document = await workspace.openTextDocument(uri);
  const selection =
    range === undefined
      ? undefined
      : new EditorRange(document.positionAt(range.start), document.positionAt(range.end));
  await window.showTextDocument(document, selection === undefined ? {} : { selection });
}
