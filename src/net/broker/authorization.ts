import { createHash, timingSafeEqual } from 'node:crypto';
import { topicMatches } from '../../mqtt/topics.ts';
import type { DenyThen, SandboxSettings } from '../../profile/model.ts';

/** Who may connect, and what Clients may publish, as the settings say. */
export class Authorization {
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

  /** What the first deny rule that names this topic does; undefined when publishing to it is allowed. */
  denies(topic: string): DenyThen | undefined {
    return this.#settings.deny.find((rule) => topicMatches(rule.publish, topic))?.then;
  }
}

/** Of equal length, so that the comparison tells nothing about the password by its time. */
function digestOf(password: Uint8Array): Buffer {
  return createHash('sha256').update(password).digest();
}
