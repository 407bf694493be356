/**
 * The open connections by id, and beside them the few numbers that every packet touches: when something last came each way. Numbers in
 * one array and not fields of objects, because with 100,000 connections every object that a packet touches is a cache miss.
 */
import type { Connection } from './connection.ts';

/** Places of a connection's numbers, from `slot * stride`. */
export const ACTIVITY = {
  fromClientAtMs: 0,
  fromServerAtMs: 1,
  fromClientSeq: 2,
  flags: 3,
  stride: 4,
} as const;

/** Bits of the number at `ACTIVITY.flags`. */
export const FLAG = {
  /** Its CONNECT was read, so its version is known. */
  readable: 1,
  /** Topic Aliases may come this way. */
  aliasesToServer: 2,
  aliasesToClient: 4,
  /** The Client is silent, and a packet from it would end that. */
  silent: 8,
  /** PUBLISHes with RETAIN 1 are looked at, for the state that its program tells. */
  states: 16,
} as const;

const FREE = -1;

export class OpenConnections {
  /** Grows; do not keep it. */
  activity: Float64Array = new Float64Array(64 * ACTIVITY.stride);
  readonly #bySlot: (Connection | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  /** Pairs of id and slot, found by linear probing; at most half full. */
  #table = new Int32Array(128).fill(FREE);
  #mask = 63;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The slot of an id, or -1. Ids are whole numbers below 2^31. */
  slotOf(id: number): number {
    const table = this.#table;
    const mask = this.#mask;
    for (let place = scatter(id) & mask; ; place = (place + 1) & mask) {
      const slot = table[2 * place + 1];
      if (slot === FREE || slot === undefined) return FREE;
      if (table[2 * place] === id) return slot;
    }
  }

  at(slot: number): Connection | undefined {
    return this.#bySlot[slot];
  }

  get(id: number): Connection | undefined {
    return this.#bySlot[this.slotOf(id)];
  }

  /** Replaces a connection of the same id. Returns its slot. */
  add(connection: Connection): number {
    this.remove(connection.id);
    if (2 * (this.#size + 1) > this.#mask + 1) this.#grow();
    const slot = this.#freeSlots.pop() ?? this.#bySlot.length;
    this.#bySlot[slot] = connection;
    const base = slot * ACTIVITY.stride;
    if (base >= this.activity.length) {
      const grown = new Float64Array(this.activity.length * 2);
      grown.set(this.activity);
      this.activity = grown;
    }
    this.activity.fill(0, base, base + ACTIVITY.stride);
    this.#put(connection.id, slot);
    this.#size += 1;
    return slot;
  }

  remove(id: number): void {
    const slot = this.slotOf(id);
    if (slot === FREE) return;
    this.#bySlot[slot] = undefined;
    this.#freeSlots.push(slot);
    this.#size -= 1;
    this.#takeOut(id);
  }

  #put(id: number, slot: number): void {
    let place = scatter(id) & this.#mask;
    while (this.#table[2 * place + 1] !== FREE) place = (place + 1) & this.#mask;
    this.#table[2 * place] = id;
    this.#table[2 * place + 1] = slot;
  }

  /** Moves up what stands behind the gap, so that probing finds it without marks of what was deleted. */
  #takeOut(id: number): void {
    const table = this.#table;
    const mask = this.#mask;
    let gap = scatter(id) & mask;
    while (table[2 * gap] !== id || table[2 * gap + 1] === FREE) gap = (gap + 1) & mask;
    for (let place = (gap + 1) & mask; ; place = (place + 1) & mask) {
      const slot = table[2 * place + 1];
      if (slot === FREE || slot === undefined) break;
      const key = table[2 * place] ?? 0;
      const home = scatter(key) & mask;
      if (((place - home) & mask) < ((place - gap) & mask)) continue;
      table[2 * gap] = key;
      table[2 * gap + 1] = slot;
      gap = place;
    }
    table[2 * gap + 1] = FREE;
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Int32Array(old.length * 2).fill(FREE);
    this.#mask = this.#table.length / 2 - 1;
    for (let place = 0; place < old.length; place += 2) {
      const slot = old[place + 1] ?? FREE;
      if (slot !== FREE) this.#put(old[place] ?? 0, slot);
    }
  }
}

/** Spreads ids, which mostly come one after the other: what is taken out of a long run costs as much as the run is long. */
function scatter(id: number): number {
  const product = Math.imul(id, 0x9e3779b1);
  return product ^ (product >>> 15);
}
