/**
 * The certificate of taps that listen with TLS. It is made on the spot, signs nothing but itself, and is kept for a year, so that a
 * program has to be told of it once: the file of the certificate is what the program names as its authority.
 */
import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { TapIdentity } from './carry.ts';

const validDays = 365;
const dayMs = 86_400_000;
const alwaysNamed = ['localhost', '127.0.0.1', '::1'] as const;

export interface KeptIdentity extends TapIdentity {
  /** The certificate's file, in PEM: what programs have to trust. */
  readonly caFile: string;
}

/** Where it is kept unless something else is said. */
export function usualCertificateFolder(): string {
  return join(homedir(), '.mqtt-session');
}

/** The certificate for taps that listen on `host`: the one that is kept, or a new one. Throws the system's error. */
export async function tapIdentity(folder: string, host: string, nowMs: number): Promise<KeptIdentity> {
  const caFile = join(folder, 'tap-certificate.pem');
  const keyFile = join(folder, 'tap-key.pem');
  const kept = await Promise.all([readFile(caFile, 'utf8'), readFile(keyFile, 'utf8')]).catch(
    () => undefined,
  );
  if (kept !== undefined && isGood(kept[0], host, nowMs)) return { cert: kept[0], key: kept[1], caFile };
  const { cert, key } = await makeIdentity(host, nowMs);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // First with no rights for others, then with content.
  await writeFile(keyFile, '', { mode: 0o600 });
  await chmod(keyFile, 0o600);
  await writeFile(keyFile, key);
  await writeFile(caFile, cert);
  return { cert, key, caFile };
}

/** A certificate for this machine's own names and for `host`. */
export async function makeIdentity(host: string, nowMs: number): Promise<TapIdentity> {
  // Loaded when it is needed: most taps speak MQTT without TLS.
  const { generate } = await import('selfsigned');
  const names = new Set<string>([...alwaysNamed, host]);
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'mqtt-session tap' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(nowMs - dayMs),
    notAfterDate: new Date(nowMs + validDays * dayMs),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [...names].map((name) =>
          isIP(name) === 0 ? ({ type: 2, value: name } as const) : ({ type: 7, ip: name } as const),
        ),
      },
    ],
  });
  return { cert, key };
}

/** Whether it still holds for some days, and for this host. */
function isGood(pem: string, host: string, nowMs: number): boolean {
  try {
    const certificate = new X509Certificate(pem);
    const named = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
    return named !== undefined && Date.parse(certificate.validTo) > nowMs + 7 * dayMs;
  } catch {
    return false;
  }
}
