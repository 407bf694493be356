/**
 * The wills of a run that none of its Clients would see: observers watch for those. The others they leave alone, so that a scenario
 * whose Clients watch has no more connections than its steps say.
 */
import type { OfferedWill, WillWatch } from '../../session/model.ts';
import type { WillObservers } from './world.ts';

interface Known {
  readonly will: OfferedWill;
  /** Of its view, once the Server holds it. */
  id: number | undefined;
  /** Whether the observers know of it. */
  told: boolean;
}

export class UnseenWills implements WillWatch {
  readonly #observers: WillObservers;
  readonly #isSeen: (connection: number) => boolean;
  /** By connection. */
  readonly #known = new Map<number, Known>();
  readonly #held = new Map<number, Known>();

  /** `isSeen`: whether a Client of the scenario would see the will of a connection, as things are. */
  constructor(observers: WillObservers, isSeen: (connection: number) => boolean) {
    this.#observers = observers;
    this.#isSeen = isSeen;
  }

  /** Has those watched for that nobody sees any more. */
  look(): void {
    for (const known of [...this.#known.values(), ...this.#held.values()]) {
      const { will, id, told } = known;
      if (told || this.#isSeen(will.connection)) continue;
      known.told = true;
      if (id === undefined) this.#observers.offered(will);
      else this.#observers.held({ ...will, id });
    }
  }

  offered(will: OfferedWill): void {
    this.#known.set(will.connection, { will, id: undefined, told: false });
    // The packet that tells of it is still being taken in.
    queueMicrotask(() => this.look());
  }

  declined(connection: number): void {
    if (this.#known.get(connection)?.told === true) this.#observers.declined(connection);
    this.#known.delete(connection);
  }

  held(will: OfferedWill & { readonly id: number }): void {
    const known = this.#known.get(will.connection) ?? { will, id: undefined, told: false };
    this.#known.delete(will.connection);
    known.id = will.id;
    this.#held.set(will.id, known);
    if (known.told) this.#observers.held(will);
  }

  released(id: number): void {
    if (this.#held.get(id)?.told === true) this.#observers.released(id);
    this.#held.delete(id);
  }
}
