/** The same file has many spellings as a URI (`%3D` and `=`): clients and Node do not agree on one. */

/** One spelling for all of them, to compare by. */
export function uriKey(uri: string): string {
  try {
    const decoded = decodeURIComponent(uri);
    return decoded.replace(
      /^file:\/\/\/([A-Za-z]):/,
      (_, drive: string) => `file:///${drive.toLowerCase()}:`,
    );
  } catch {
    // A `%` that encodes nothing.
    return uri;
  }
}

/** A name as a part of the path of a URI, spelled as VS Code does. */
export const uriPart = (name: string): string =>
  encodeURIComponent(name).replaceAll(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
