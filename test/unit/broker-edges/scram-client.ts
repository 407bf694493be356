import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/** The Client's side of SCRAM-SHA-256, written for itself. */
export class ScramClient {
  readonly first: string;
  readonly #bare: string;
  readonly #password: string;
  /** What the Server proves itself by in the end. */
  signature = '';

  constructor(username: string, password: string) {
    this.#bare = `n=${username},r=client`;
    this.first = `n,,${this.#bare}`;
    this.#password = password;
  }

  /** The last message, as an answer to what the Server asked. */
  final(serverFirst: string): string {
    const [, nonce = '', salt = '', rounds = ''] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(serverFirst) ?? [];
    const salted = pbkdf2Sync(this.#password, Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256');
    const clientKey = hmac(salted, 'Client Key');
    const without = `c=biws,r=${nonce}`;
    const signed = `${this.#bare},${serverFirst},${without}`;
    const proof = hmac(createHash('sha256').update(clientKey).digest(), signed).map(
      (byte, index) => byte ^ (clientKey[index] ?? 0),
    );
    this.signature = `v=${hmac(hmac(salted, 'Server Key'), signed).toString('base64')}`;
    return `${without},p=${Buffer.from(proof).toString('base64')}`;
  }
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
