import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { AuthExchange, AuthStep } from './access.ts';
import { REASON } from './reasons.ts';
import { type ClientFirst, readClientFinal, readClientFirst, saslPrep } from './scram-messages.ts';

/** The Authentication Method (v5 4.12; RFC 7677 names it). */
export const scramMethod = 'SCRAM-SHA-256';

const keyLength = 32;
const derive = promisify(pbkdf2);

/** What is held against what a Client says. */
export interface ScramCredentials {
  /** Undefined when there is no such user; then the rest is made up, and the Client does not notice. */
  readonly username: string | undefined;
  readonly password: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

export interface ScramWorld {
  credentialsOf(username: string): ScramCredentials;
  /** Printable ASCII without a comma, new each time. */
  newNonce(): string;
}

interface Asked {
  readonly first: ClientFirst;
  readonly credentials: ScramCredentials;
  readonly nonce: string;
  readonly message: string;
}

const refused: AuthStep = { kind: 'refused', reasonCode: REASON.notAuthorized };

/**
 * The Server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding. Each way to fail looks the
 * same from outside, and so does the work for a user that does not exist.
 */
export class ScramExchange implements AuthExchange {
  readonly #world: ScramWorld;
  #state: 'new' | 'invited' | Asked | 'over' = 'new';

  constructor(world: ScramWorld) {
    this.#world = world;
  }

  next(data: Uint8Array | undefined): AuthStep | Promise<AuthStep> {
    const state = this.#state;
    this.#state = 'over';
    if (state === 'over') return refused;
    if (typeof state === 'object') return data === undefined ? refused : this.#finish(state, data);
    if (data === undefined || data.length === 0) {
      // RFC 4422 5.1: a Client that has said nothing yet is asked to begin.
      if (state === 'invited') return refused;
      this.#state = 'invited';
      return { kind: 'continue' };
    }
    return this.#begin(data);
  }

  #begin(data: Uint8Array): AuthStep {
    const first = readClientFirst(data);
    if (first === undefined) return refused;
    const credentials = this.#world.credentialsOf(first.username);
    const nonce = first.nonce + this.#world.newNonce();
    const salt = Buffer.from(credentials.salt).toString('base64');
    const message = `r=${nonce},s=${salt},i=${credentials.iterations}`;
    this.#state = { first, credentials, nonce, message };
    return { kind: 'continue', data: Buffer.from(message) };
  }

  async #finish({ first, credentials, nonce, message }: Asked, data: Uint8Array): Promise<AuthStep> {
    const final = readClientFinal(data);
    if (final === undefined || final.proof.length !== keyLength) return refused;
    if (final.binding !== Buffer.from(first.header).toString('base64') || final.nonce !== nonce) {
      return refused;
    }
    const { username, password, salt, iterations } = credentials;
    const salted = await derive(saslPrep(password), salt, iterations, keyLength, 'sha256');
    const signed = `${first.bare},${message},${final.withoutProof}`;
    const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
    const clientKey = xor(final.proof, hmac(storedKey, signed));
    const proven = timingSafeEqual(createHash('sha256').update(clientKey).digest(), storedKey);
    if (!proven || username === undefined) return refused;
    const signature = hmac(hmac(salted, 'Server Key'), signed).toString('base64');
    return { kind: 'success', data: Buffer.from(`v=${signature}`), username };
  }
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function xor(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.map((byte, index) => byte ^ (right[index] ?? 0));
}
