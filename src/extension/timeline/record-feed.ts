import type { EngineMethods, RecordBatch } from '../../engine/messages.ts';

/** What the feed needs of its surroundings. */
export interface RecordFeedPorts {
  request<M extends 'records' | 'follow'>(
    method: M,
    params: EngineMethods[M]['params'],
  ): Promise<EngineMethods[M]['result']>;
  /** Whether the engine runs and its trace is what the page shows. */
  available(): boolean;
  send(records: RecordBatch): void;
}

/**
 * Brings the trace's records to the page, untouched, and only while it is looked at. A new page gets all that are held, one
 * batch after the other; a page that comes back gets what it missed; then the engine pushes what is new.
 */
export class RecordFeed {
  readonly #ports: RecordFeedPorts;
  /** Whether a page is there and visible. */
  #wanted = false;
  /** The receiver has nothing yet. */
  #anew = true;
  #nextSeq = 0;
  /** What the engine was told last. */
  #following = false;
  /** Whether pushed batches continue what the page has. */
  #accepting = false;
  /** Changes when everything under way has become meaningless. */
  #generation = 0;
  #work = Promise.resolve();

  constructor(ports: RecordFeedPorts) {
    this.#ports = ports;
  }

  /** The page is new, or its content was replaced: it has no records. */
  restart(): void {
    this.#generation += 1;
    this.#anew = true;
    this.#nextSeq = 0;
    this.#accepting = false;
    this.#schedule();
  }

  /** The engine is gone, and with it what it was told. What the page has, it keeps. */
  engineEnded(): void {
    this.#generation += 1;
    this.#following = false;
    this.#accepting = false;
  }

  setWanted(wanted: boolean): void {
    if (this.#wanted === wanted) return;
    this.#wanted = wanted;
    this.#schedule();
  }

  /** A batch that the engine pushed; returns whether the page may have it. */
  accepts(records: RecordBatch): boolean {
    if (!this.#accepting) return false;
    this.#nextSeq = records.firstSeq + records.count;
    return true;
  }

  #schedule(): void {
    this.#work = this.#work
      .then(() => this.#adjust())
      .catch(() => {
        // The engine ended meanwhile: its end is reported elsewhere, and the next one begins anew.
      });
  }

  async #adjust(): Promise<void> {
    const { available, request } = this.#ports;
    if (!available()) return;
    if (this.#following && (!this.#wanted || this.#anew)) {
      this.#following = false;
      await request('follow', { on: false });
      this.#accepting = false;
    }
    if (this.#wanted && !this.#following) await this.#catchUp();
  }

  async #catchUp(): Promise<void> {
    const generation = this.#generation;
    for (;;) {
      const records = await this.#ports.request('records', {
        fromSeq: this.#nextSeq,
        ...(this.#anew ? { anew: true as const } : {}),
      });
      if (generation !== this.#generation) return;
      this.#anew = false;
      this.#nextSeq = records.firstSeq + records.count;
      if (records.count > 0 || records.newTopics.length > 0) this.#ports.send(records);
      if (!this.#wanted) return;
      if (records.count === 0) break;
    }
    // Nothing is pushed before this, so that what is pushed from here on continues what was sent.
    this.#accepting = true;
    this.#following = true;
    await this.#ports.request('follow', { on: true });
  }
}
