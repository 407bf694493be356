import { createHash, timingSafeEqual } from 'node:crypto';
import { topicMatches } from '../../mqtt/topics.ts';
import type { DenyThen, SandboxSettings } from '../../profile/model.ts';
import type { AuthExchange, Authenticator, Authorizer, ClientIdentity } from './access.ts';

/** Who may connect, and what Clients may do, as the settings say. */
export class Authorization implements Authorizer, Authenticator {
  readonly #settings: SandboxSettings;

  constructor(settings: SandboxSettings) {
    this.#settings = settings;
  }

  /** Without users in the settings everybody may connect. */
  mayConnect(userName: string | undefined, password: Uint8Array | undefined): boolean {
    const { users } = this.#settings;
    if (users.length === 0) return true;
    if (userName === undefined || password === undefined) return false;
    const given = digestOf(password);
    return users.some(
      (user) => user.username === userName && timingSafeEqual(digestOf(Buffer.from(user.password)), given),
    );
  }

  begin(_method: string): AuthExchange | undefined {
    return undefined;
  }

  mayPublish(_who: ClientIdentity, topic: string): DenyThen | undefined {
    const denies = ({ publish }: { readonly publish?: string | undefined }): boolean =>
      publish !== undefined && topicMatches(publish, topic);
    return this.#settings.deny.find(denies)?.then;
  }

  maySubscribe(_who: ClientIdentity, _topicFilter: string): DenyThen | undefined {
    return undefined;
  }

  mayWill(who: ClientIdentity, topic: string): DenyThen | undefined {
    return this.mayPublish(who, topic);
  }
}

/** Of equal length, so that the comparison tells nothing about the password by its time. */
function digestOf(password: Uint8Array): Buffer {
  return createHash('sha256').update(password).digest();
}
