/**
 * What the language server and its clients say beyond plain LSP. Names and parameter types only: each side builds its
 * own request objects, because the two packages pin different protocol versions.
 */

/** The language of profile files, as the extension's package.json names it. */
export const profileLanguageId = 'mqtt-profile';
