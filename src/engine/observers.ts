/** Watches for wills: for each that a Server holds, a connection of ours subscribes to exactly its topic. */
import { topicNameProblem } from '../mqtt/topics.ts';
import type { OfferedWill, WillWatch } from '../session/model.ts';
import { Observer, type ObserverSource, type ObserverWorld } from './observer.ts';

export interface ObserversWorld extends ObserverWorld {
  /** The profile whose credentials serve for a will; undefined where there is none, or it does not want to be observed. */
  sourceOf(will: OfferedWill): ObserverSource | undefined;
}

/** Observers at most, one a Server and set of credentials. */
const observerLimit = 64;

/** A will that a Server holds, or may hold soon, and what watches for it. */
interface Watched {
  readonly topic: string;
  /** As it was when the will was seen: what it came by may be gone when observing is turned on. */
  readonly source: ObserverSource | undefined;
  observer: Observer | undefined;
  over: boolean;
}

export class Observers implements WillWatch {
  readonly #world: ObserversWorld;
  readonly #observers = new Map<string, Observer>();
  /** By their connection, until it is known whether the Server holds them. */
  readonly #offered = new Map<number, Watched>();
  readonly #held = new Map<number, Watched>();
  /** Those that are to be connected without a will to wait for, too, by who asks for that. */
  readonly #ready = new Map<string, ObserverSource>();
  readonly #names = new Map<string, string>();
  #on = false;

  constructor(world: ObserversWorld) {
    this.#world = world;
  }

  get isOn(): boolean {
    return this.#on;
  }

  /** Turned off, every observer leaves; turned on, every will that is held is watched for. */
  turn(on: boolean): void {
    if (this.#on === on) return;
    this.#on = on;
    if (!on) {
      this.dispose();
      return;
    }
    for (const source of this.#ready.values()) this.#observerOf(source)?.stay(true);
    for (const watched of [...this.#held.values(), ...this.#offered.values()]) this.#watch(watched);
  }

  /** Wills are near: an observer is connected from now on, so that its SUBSCRIBE goes out at once. */
  beReady(key: string, source: ObserverSource): void {
    if (this.#ready.has(key)) return;
    this.#ready.set(key, source);
    if (this.#on) this.#observerOf(source)?.stay(true);
  }

  /** As before `beReady`. */
  noLongerReady(key: string): void {
    const source = this.#ready.get(key);
    if (source === undefined) return;
    this.#ready.delete(key);
    const shared = keyOf(source);
    if ([...this.#ready.values()].some((other) => keyOf(other) === shared)) return;
    this.#observers.get(shared)?.stay(false);
  }

  /** The key in the trace of the client that watches as this source says; it stays the same. */
  nameOf(source: ObserverSource): string {
    const key = keyOf(source);
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const named = `observer of ${source.server}`;
    const taken = [...this.#names.values()];
    let name = named;
    for (let number = 2; taken.includes(name); number += 1) name = `${named} (${number})`;
    this.#names.set(key, name);
    return name;
  }

  /** The Server was not there, and is: observers that wait before they try again do so now. */
  isBack(server: string): void {
    for (const observer of this.#observers.values()) if (observer.server === server) observer.tryNow();
  }

  /** Resolves when somebody is subscribed to the topic of each will that is watched for, or cannot be for now. */
  async settled(): Promise<void> {
    // What the rules have just told is taken up in this turn.
    await Promise.resolve();
    await Promise.all([...this.#observers.values()].map((observer) => observer.settled()));
  }

  // The rules are in the midst of a packet when they tell; what an observer sends is one more packet for them.

  offered(will: OfferedWill): void {
    this.#offered.set(will.connection, this.#begin(will));
  }

  declined(connection: number): void {
    this.#end(this.#offered, connection);
  }

  held(will: OfferedWill & { readonly id: number }): void {
    const { connection, id } = will;
    this.#held.set(id, this.#offered.get(connection) ?? this.#begin(will));
    this.#offered.delete(connection);
  }

  released(id: number): void {
    this.#end(this.#held, id);
  }

  /** All of them leave. */
  dispose(): void {
    for (const observer of this.#observers.values()) observer.dispose();
    this.#observers.clear();
    for (const watched of [...this.#held.values(), ...this.#offered.values()]) watched.observer = undefined;
  }

  #begin(will: OfferedWill): Watched {
    const { topic, tap } = will;
    const source = tap === 'capture' || !mayObserve(topic) ? undefined : this.#world.sourceOf(will);
    const watched: Watched = { topic, source, observer: undefined, over: false };
    if (this.#on && source !== undefined) queueMicrotask(() => this.#watch(watched));
    return watched;
  }

  #end(wills: Map<number, Watched>, key: number): void {
    const watched = wills.get(key);
    if (watched === undefined) return;
    wills.delete(key);
    watched.over = true;
    const { observer, topic } = watched;
    if (observer !== undefined) queueMicrotask(() => observer.unwant(topic));
  }

  #watch(watched: Watched): void {
    const { topic, source } = watched;
    if (source === undefined || watched.over || watched.observer !== undefined || !this.#on) return;
    watched.observer = this.#observerOf(source);
    watched.observer?.want(topic);
  }

  #observerOf(source: ObserverSource): Observer | undefined {
    const key = keyOf(source);
    const there = this.#observers.get(key);
    if (there !== undefined) return there;
    if (this.#observers.size >= observerLimit) this.#makeRoom();
    if (this.#observers.size >= observerLimit) return undefined;
    const observer = new Observer(this.#world, source, this.nameOf(source));
    this.#observers.set(key, observer);
    return observer;
  }

  #makeRoom(): void {
    for (const [key, observer] of this.#observers) {
      if (observer.isNeeded) continue;
      observer.dispose();
      this.#observers.delete(key);
    }
  }
}

/**
 * A topic that begins with $ belongs to the Server: some close on a subscription there, and to others it means something else, as
 * `$share/` does.
 */
function mayObserve(topic: string): boolean {
  return !topic.startsWith('$') && topicNameProblem(topic) === undefined;
}

/** Where it goes and as whom; two profiles that differ in neither share an observer. */
function keyOf({ profile, server, folder }: ObserverSource): string {
  const { broker, tls, username, password } = profile;
  return JSON.stringify([server, broker, tls === undefined ? [] : [tls, folder], username, password]);
}
