/** Ranges inside a block of a file that move with the block when the text above it grows or shrinks. */
import type { Range } from './model.ts';

/** Where a block begins, in UTF-16 units. Whoever reads the file again sets it. */
export interface Origin {
  offset: number;
}

/** The origin of what is read as a whole. */
export const FILE_START: Origin = Object.freeze({ offset: 0 });

export class MovingRange implements Range {
  readonly #origin: Origin;
  readonly #from: number;
  readonly #to: number;

  /** @param from, to offsets inside the block */
  constructor(origin: Origin, from: number, to: number) {
    this.#origin = origin;
    this.#from = from;
    this.#to = to;
  }

  get start(): number {
    return this.#origin.offset + this.#from;
  }

  get end(): number {
    return this.#origin.offset + this.#to;
  }
}

/** The range as it is now. */
export const fixed = ({ start, end }: Range): Range => ({ start, end });
