/** Typed arrays that grow at the end and can lose their front: the columns of what the page keeps of each record. */

interface Column {
  readonly length: number;
  [index: number]: number;
  set(from: Column, offset: number): void;
  subarray(start: number, end: number): Column;
}

/** Numbers in one typed array; grows by doubling. `get` outside the array is `NaN`. */
export class Growable<T extends Column> {
  readonly #make: (length: number) => T;
  #values: T;
  #length = 0;

  constructor(make: (length: number) => T, capacity = 16) {
    this.#make = make;
    this.#values = make(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** The array itself, which may be longer than `length`. For loops; fetch it again after a push. */
  get values(): T {
    return this.#values;
  }

  get(index: number): number {
    return index < this.#length ? (this.#values[index] ?? Number.NaN) : Number.NaN;
  }

  set(index: number, value: number): void {
    if (index < this.#length) this.#values[index] = value;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#resize(Math.max(16, this.#length * 2));
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  /** Forgets the first `count` numbers. */
  dropFront(count: number): void {
    const kept = Math.max(0, this.#length - count);
    const next = this.#make(Math.max(16, kept));
    next.set(this.#values.subarray(this.#length - kept, this.#length), 0);
    this.#values = next;
    this.#length = kept;
  }

  clear(): void {
    this.#values = this.#make(16);
    this.#length = 0;
  }

  #resize(capacity: number): void {
    const next = this.#make(capacity);
    next.set(this.#values, 0);
    this.#values = next;
  }
}

export const growableFloats = (): Growable<Float64Array> =>
  new Growable((length) => new Float64Array(length));
export const growableUints = (): Growable<Uint32Array> => new Growable((length) => new Uint32Array(length));
export const growableShorts = (): Growable<Uint16Array> => new Growable((length) => new Uint16Array(length));

/** The first index in `[from, to)` whose value is at least `wanted`; `to` when there is none. `values` ascend. */
export function lowerBound(
  values: { readonly [index: number]: number },
  wanted: number,
  from: number,
  to: number,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? Number.NaN) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** As `lowerBound`, quick when the answer lies near `from`. */
export function gallop(
  values: { readonly [index: number]: number },
  wanted: number,
  from: number,
  to: number,
): number {
  let step = 1;
  let low = from;
  let high = from;
  while (high < to && (values[high] ?? Number.NaN) < wanted) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  return lowerBound(values, wanted, low, Math.min(high, to));
}
