import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { listenErrors } from './listener-errors.ts';

/** What a TLS listener shows of itself, in PEM. */
export interface TlsIdentity {
  /** Its certificate, and those that issued it. */
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Reads it from files. Rejects with a ListenError that says what is wrong with which. */
export async function readTlsIdentity(certPath: string, keyPath: string): Promise<TlsIdentity> {
  // One after the other: where both cannot be read, it is always the certificate that is told of.
  const cert = await readPem('certificate', certPath);
  const key = await readPem('key', keyPath);
  try {
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error:[0-9A-F]+:/, '') : String(error);
    throw listenErrors.badIdentity(reason, error);
  }
}

async function readPem(what: 'certificate' | 'key', path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw listenErrors.unreadable(what, path, error instanceof Error ? error : new Error(String(error)));
  }
}
