/** Watches for wills: for each that a Server holds, a connection of ours subscribes to exactly its topic. */
import { topicNameProblem } from '../mqtt/topics.ts';
import type { WillWatch } from '../session/model.ts';
import { Observer, type ObserverSource, type ObserverWorld } from './observer.ts';

type HeldWill = Parameters<WillWatch['held']>[0];

export interface ObserversWorld extends ObserverWorld {
  /** The profile whose credentials serve for a will; undefined where there is none, or it does not want to be observed. */
  sourceOf(will: HeldWill): ObserverSource | undefined;
}

/** Observers at most, one a Server and set of credentials. */
const observerLimit = 64;

export class Observers implements WillWatch {
  readonly #world: ObserversWorld;
  readonly #observers = new Map<string, Observer>();
  /** Every will that a Server holds, and what watches for it. */
  readonly #held = new Map<number, { readonly will: HeldWill; observer: Observer | undefined }>();
  #on = false;

  constructor(world: ObserversWorld) {
    this.#world = world;
  }

  /** Turned off, every observer leaves; turned on, every will that is held is watched for. */
  turn(on: boolean): void {
    if (this.#on === on) return;
    this.#on = on;
    if (on) for (const id of this.#held.keys()) this.#watch(id);
    else this.dispose();
  }

  // The rules are in the midst of a packet when they tell; what an observer sends is one more packet for them.

  held(will: HeldWill): void {
    this.#held.set(will.id, { will, observer: undefined });
    if (this.#on) queueMicrotask(() => this.#watch(will.id));
  }

  released(id: number): void {
    const held = this.#held.get(id);
    this.#held.delete(id);
    const { observer, will } = held ?? {};
    if (observer !== undefined && will !== undefined) queueMicrotask(() => observer.unwant(will.topic));
  }

  /** All of them leave. */
  dispose(): void {
    for (const observer of this.#observers.values()) observer.dispose();
    this.#observers.clear();
    for (const held of this.#held.values()) held.observer = undefined;
  }

  #watch(id: number): void {
    const held = this.#held.get(id);
    if (held === undefined || held.observer !== undefined || !this.#on) return;
    const { will } = held;
    if (will.tap === 'capture' || !mayObserve(will.topic)) return;
    const source = this.#world.sourceOf(will);
    if (source === undefined) return;
    const key = keyOf(source);
    held.observer = this.#observers.get(key) ?? this.#add(key, source);
    held.observer?.want(will.topic);
  }

  #add(key: string, source: ObserverSource): Observer | undefined {
    if (this.#observers.size >= observerLimit) this.#makeRoom();
    if (this.#observers.size >= observerLimit) return undefined;
    const observer = new Observer(this.#world, source);
    this.#observers.set(key, observer);
    return observer;
  }

  #makeRoom(): void {
    for (const [key, observer] of this.#observers) {
      if (observer.size > 0) continue;
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
