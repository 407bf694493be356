/** What a probe may leave on the Server, and how it is taken away: retained messages and Sessions. */
import type { ProtocolVersion } from '../mqtt/packet.ts';
import type { Connecting } from './connecting.ts';
import type { WireClient } from './wire-client.ts';

/** So long a Server may take to acknowledge the removal of a retained message. */
const removedWithinMs = 2000;

/** Connects with Clean Start 1; undefined when the Server refuses. Rejects when it cannot be reached. */
export type CleanStart = (clientId: string, version: ProtocolVersion) => Promise<WireClient | undefined>;

export class LeftBehind {
  readonly #sessions = new Map<string, ProtocolVersion>();
  readonly #retained = new Set<string>();

  /** A Session may stay behind when its CONNECT does not end it. */
  connected(clientId: string, { version, cleanStart, expiry = 0 }: Connecting): void {
    const stays = version === 5 ? expiry > 0 : !cleanStart;
    if (clientId !== '' && stays) this.#sessions.set(clientId, version);
  }

  /** A topic may hold a retained message; it is removed as this Client. */
  retained(topic: string, clientId: string, version: ProtocolVersion): void {
    this.#retained.add(topic);
    this.#sessions.set(clientId, version);
  }

  /** Removes all of it. Rejects when the Server does not answer; what is left then is left. */
  async remove(connect: CleanStart): Promise<void> {
    for (const [clientId, version] of this.#sessions) {
      const client = await connect(clientId, version);
      if (client === undefined) continue;
      try {
        for (const topic of this.#retained) client.publish(topic, new Uint8Array(), 1, { retain: true });
        for (let left = this.#retained.size; left > 0; left -= 1) {
          await client.next('puback', removedWithinMs);
        }
        this.#retained.clear();
        await client.disconnect();
      } finally {
        client.reset();
      }
    }
  }
}
