/** Records whole, asked for once and kept for a while. */
import type { RecordDetails } from '../../trace/model.ts';
import type { Host } from '../host.ts';

export type DetailsAnswer =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly details: RecordDetails }
  | { readonly state: 'gone' }
  | { readonly state: 'failed'; readonly message: string };

/** A record may be 64 KiB. */
const kept = 60;

export class DetailsStore {
  readonly #host: Host;
  readonly #arrived: () => void;
  #answers = new Map<number, DetailsAnswer>();

  constructor(host: Host, arrived: () => void) {
    this.#host = host;
    this.#arrived = arrived;
  }

  clear(): void {
    this.#answers = new Map();
  }

  /** Asks again for a record that could not be read. */
  retry(seq: number): void {
    if (this.#answers.get(seq)?.state === 'failed') this.#answers.delete(seq);
  }

  /** What is known of a record; asks for it when nothing is. `arrived` is called when the answer comes. */
  get(seq: number): DetailsAnswer {
    const known = this.#answers.get(seq);
    if (known !== undefined) return known;
    const loading: DetailsAnswer = { state: 'loading' };
    this.#put(seq, loading);
    this.#host.details(seq).then(
      (details) =>
        this.#answer(seq, loading, details === undefined ? { state: 'gone' } : { state: 'ready', details }),
      (error: unknown) =>
        this.#answer(seq, loading, {
          state: 'failed',
          message: error instanceof Error ? error.message : String(error),
        }),
    );
    return loading;
  }

  #answer(seq: number, asked: DetailsAnswer, answer: DetailsAnswer): void {
    if (this.#answers.get(seq) !== asked) return;
    this.#put(seq, answer);
    this.#arrived();
  }

  #put(seq: number, answer: DetailsAnswer): void {
    this.#answers.delete(seq);
    this.#answers.set(seq, answer);
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= kept) return;
      this.#answers.delete(oldest);
    }
  }
}
