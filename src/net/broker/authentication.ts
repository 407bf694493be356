import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SandboxSettings } from '../../profile/model.ts';
import type { AuthExchange, Authenticator } from './access.ts';
import { type ScramCredentials, ScramExchange, scramMethod } from './scram.ts';
import { saslPrep } from './scram-messages.ts';

/** RFC 7677 4: at least this many. */
const iterations = 4_096;
const saltLength = 16;

/** Who may connect, by the `users` of the settings. Without any, everybody may. */
export class Authentication implements Authenticator {
  readonly #settings: Pick<SandboxSettings, 'users'>;
  /** What is derived from it stays the same for as long as the broker runs, and is known to nobody. */
  readonly #secret = randomBytes(32);

  constructor(settings: Pick<SandboxSettings, 'users'>) {
    this.#settings = settings;
  }

  /** A User Name that is not known takes as long as a wrong password. */
  mayConnect(userName: string | undefined, password: Uint8Array | undefined): boolean {
    const { users } = this.#settings;
    if (users.length === 0) return true;
    if (userName === undefined || password === undefined) return false;
    const user = users.find(({ username }) => username === userName);
    const right = timingSafeEqual(digestOf(user?.password ?? this.#secret), digestOf(password));
    return user !== undefined && right;
  }

  /** Without users there is nothing to prove, so that no method is known. */
  begin(method: string): AuthExchange | undefined {
    if (method !== scramMethod || this.#settings.users.length === 0) return undefined;
    return new ScramExchange({
      credentialsOf: (username) => this.#credentialsOf(username),
      newNonce: () => randomBytes(18).toString('base64'),
    });
  }

  /**
   * Of a user that is not known, too, and the same each time: who asks for a salt does not learn who is known.
   */
  #credentialsOf(username: string): ScramCredentials {
    const user = this.#settings.users.find((each) => saslPrep(each.username) === username);
    return {
      username: user?.username,
      password: user?.password ?? createHmac('sha256', this.#secret).update('password').digest('base64'),
      salt: createHmac('sha256', this.#secret).update(`salt ${username}`).digest().subarray(0, saltLength),
      iterations,
    };
  }
}

/** Of equal length, so that the comparison tells nothing about the password by its time. */
function digestOf(password: Uint8Array | string): Buffer {
  return createHash('sha256').update(password).digest();
}
