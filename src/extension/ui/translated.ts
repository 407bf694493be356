import { l10n } from 'vscode';

/** Templates in the user's language, by the keys that they had. */
export function translated<Key extends string>(
  texts: Readonly<Record<Key, string>>,
): Readonly<Record<Key, string>> {
  const entries = Object.entries<string>(texts).map(([key, text]) => [key, l10n.t(text)]);
  return Object.fromEntries(entries);
}
