/** Files that a profile names, as links. A path with a variable in it is none: nothing is resolved here. */
import { posix } from 'node:path';
import type { DocumentLink } from 'vscode-languageserver/node';
import type { KeyRow } from '../../profile/schema-types.ts';
import { visitTree } from '../places.ts';
import type { ProfileDocument } from '../profile-document.ts';

/** Whether the value of a key is a path relative to the profile file. */
const isPath = ({ in: object, key }: KeyRow): boolean =>
  key === 'payloadFile' || (object === 'tls' && ['ca', 'cert', 'key'].includes(key));

export function documentLinks(file: ProfileDocument): DocumentLink[] {
  if (!file.uri.startsWith('file:')) return [];
  const links: DocumentLink[] = [];
  visitTree(file.tree, (value, shape) => {
    if (value.kind !== 'scalar' || shape.kind !== 'value') return;
    if (!isPath(shape.row)) return;
    const target = pathTarget(file.uri, value.text);
    if (target !== undefined) links.push({ range: file.range(value.range), target });
  });
  return links;
}

/** The URI of a path that stands in a file; undefined where it is none that can be known here. */
export function pathTarget(uri: string, path: string): string | undefined {
  if (path.trim() === '' || path.includes('${') || path.includes('\0')) return undefined;
  const spelled = path.replaceAll('\\', '/');
  try {
    const base = new URL(uri);
    const drive = /^[A-Za-z]:\//.test(spelled);
    const absolute = drive
      ? `/${spelled}`
      : posix.resolve(posix.dirname(decodeURIComponent(base.pathname)), spelled);
    base.pathname = absolute.split('/').map(encodeURIComponent).join('/');
    return base.href;
  } catch {
    // Half a surrogate pair, or a `%` that encodes nothing: no file has such a name.
    return undefined;
  }
}
