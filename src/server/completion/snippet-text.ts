/** Text for completions, in the snippet language of LSP. */

/** Text that stands for itself inside of a snippet. */
export const escapeSnippet = (text: string): string => text.replaceAll(/[\\$}]/g, '\\$&');

/** One of these words; the first is preselected. */
export const choiceOf = (place: number, words: readonly string[]): string =>
  `\${${place}|${words.map((word) => word.replaceAll(/[\\,|$}]/g, '\\$&')).join(',')}|}`;

export const placeholder = (place: number, text: string): string => `\${${place}:${escapeSnippet(text)}}`;

/** What a snippet comes to where the client knows no snippets. */
export function plainText(snippet: string): string {
  return snippet
    .replaceAll(
      /(?<!\\)\$\{\d+\|((?:[^\\|]|\\.)*)\|\}/g,
      (_, words: string) => /^(?:[^\\,]|\\.)*/.exec(words)?.[0] ?? '',
    )
    .replaceAll(/(?<!\\)\$\{\d+:((?:[^\\}]|\\.)*)\}/g, '$1')
    .replaceAll(/(?<!\\)\$\d+/g, '')
    .replaceAll(/\\([\\$},|])/g, '$1');
}

/** Indents every line but the first. */
export const indentRest = (text: string, column: number): string =>
  text.replaceAll('\n', `\n${' '.repeat(column)}`);
