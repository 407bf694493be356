/**
 * What the language server and its clients say beyond plain LSP. Names and parameter types only: each side builds its
 * own request objects, because the two packages pin different protocol versions.
 */

/** The language of profile files, as the extension's package.json names it. */
export const profileLanguageId = 'mqtt-profile';

/** A command that the client can run, with its title as the user reads it. */
export interface ClientCommand {
  readonly id: string;
  readonly title: string;
}

/** `initializationOptions`. All of it may be absent: plain LSP clients send none. */
export interface ProfileServerOptions {
  /** What code lenses may offer; a command that is not listed gets no lens. */
  readonly commands?: readonly ClientCommand[] | undefined;
  /** The reference page of profile files, as a URI; absent, the server looks beside itself. */
  readonly docs?: string | undefined;
  /** The client has `storeSecretCommand`. */
  readonly storesSecrets?: boolean | undefined;
  /**
   * The client could pull diagnostics and wants them pushed: those of files that are not open are pushed anyway, and all
   * then come by one way.
   */
  readonly pushDiagnostics?: boolean | undefined;
}

/** A notification to the server: names that completion may offer. It replaces what was said before. */
export const seenNamesNotification = 'mqttSession/seenNames';

export interface SeenNames {
  /** Topic Names and Topic Filters of the live trace. */
  readonly topics: readonly string[];
  readonly clientIds: readonly string[];
  /** Names of secrets that are kept; never their values. */
  readonly secrets: readonly string[];
}

/** At most so many names of a kind are sent and kept, and none that is longer. */
export const seenNamesLimit = 500;
export const seenNameMaxLength = 256;

/** A command of the client: takes a password out of a profile file into secret storage. Its argument is a `SecretPlace`. */
export const storeSecretCommand = '_mqttSession.storeSecret';

/** Which password: no message but the answer to `secretValueRequest` holds the value. */
export interface SecretPlace {
  readonly uri: string;
  /** The version of the document that the offsets belong to. */
  readonly version: number;
  /** Where the problem is that the fix mends: offsets in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** The name to keep it under. */
  readonly name: string;
}

/** A request to the server with a `SecretPlace`: the value, and the edit that takes it out of the file. `null`: the file is another by now. */
export const secretValueRequest = 'mqttSession/secretValue';

export interface SecretValue {
  readonly value: string;
  /** In UTF-16 units, in the order of the file. */
  readonly edits: readonly { readonly start: number; readonly end: number; readonly newText: string }[];
}
