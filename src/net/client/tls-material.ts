import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { type ConnectionOptions, createSecureContext, type SecureContext } from 'node:tls';
import type { TlsSettings } from '../../profile/model.ts';
import { netErrors } from './errors.ts';
import { describe, tlsSettingsUnusable } from './transport-errors.ts';

/** What TLS needs of a profile, its files read. */
export type TlsMaterial = Pick<
  ConnectionOptions,
  'host' | 'servername' | 'ALPNProtocols' | 'rejectUnauthorized'
> & { readonly secureContext: SecureContext };

/**
 * Reads the files of `tls:`, relative to the profile file's folder. Certificates are checked unless the profile says otherwise.
 * Throws `file-unreadable` and `tls-settings-unusable`.
 */
export async function readTlsMaterial(
  settings: TlsSettings | undefined,
  folder: string,
  host: string,
): Promise<TlsMaterial> {
  const [ca, cert, key] = await Promise.all([
    readSettingFile('tls.ca', settings?.ca, folder),
    readSettingFile('tls.cert', settings?.cert, folder),
    readSettingFile('tls.key', settings?.key, folder),
  ]);
  // Server Name Indication carries names only (RFC 6066 3).
  const servername = settings?.servername ?? (isIP(host) === 0 ? host : undefined);
  return {
    host,
    rejectUnauthorized: settings?.rejectUnauthorized ?? true,
    secureContext: secureContext({ ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }),
    ...(servername !== undefined && { servername }),
    ...(settings?.alpn !== undefined && settings.alpn.length > 0 && { ALPNProtocols: [...settings.alpn] }),
  };
}

function secureContext(files: { ca?: Buffer; cert?: Buffer; key?: Buffer }): SecureContext {
  try {
    return createSecureContext(files);
  } catch (error) {
    throw tlsSettingsUnusable(error);
  }
}

/** Reads a file that a setting names; undefined when it names none. `setting` is its name in the profile, for the error. */
export async function readSettingFile(
  setting: string,
  path: string | undefined,
  folder: string,
): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(resolve(folder, path));
  } catch (error) {
    throw netErrors.fileUnreadable(setting, path, describe(error).code);
  }
}
