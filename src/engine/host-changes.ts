import type { Client } from '../net/client/client.ts';
import type { SessionChanges } from '../session/model.ts';
import type { TraceStats } from '../trace/model.ts';
import type { Trace } from '../trace/trace.ts';
import type { Clients } from './clients.ts';
import { type Entities, isEmpty } from './entities.ts';
import type { CaptureProgress, EngineChanges, EngineSnapshot } from './messages.ts';
import type { RecordFeed } from './record-feed.ts';
import type { Sandboxes } from './sandboxes.ts';
import type { Taps } from './taps.ts';

export interface ChangeSources {
  readonly clients: Clients;
  readonly sandboxes: Sandboxes;
  readonly taps: Taps;
  readonly entities: Entities;
  readonly trace: Trace;
  readonly feed: RecordFeed;
}

/** What the host has been told, and what it has not been told yet. */
export class HostChanges {
  readonly #clients = new Set<Client>();
  #sandboxes = false;
  #taps = false;
  #cleared = false;
  #started = false;
  #stats: TraceStats | undefined;

  clientChanged(client: Client): void {
    this.#clients.add(client);
  }

  sandboxesChanged(): void {
    this.#sandboxes = true;
  }

  tapsChanged(): void {
    this.#taps = true;
  }

  cleared(): void {
    this.#cleared = true;
  }

  /** The whole state. Only after it there are changes. */
  start({ clients, sandboxes, taps, entities, trace }: ChangeSources): EngineSnapshot {
    this.#started = true;
    const stats = trace.stats();
    this.#told(stats);
    return {
      clients: clients.all().map((client) => clients.view(client)),
      sandboxes: sandboxes.views(),
      taps: taps.views(),
      entities: entities.all(),
      stats,
    };
  }

  /** What is new; `fresh` are the changes of entities. Undefined when nothing is, or before the start. */
  take(
    sources: ChangeSources,
    fresh: SessionChanges,
    reading?: CaptureProgress | undefined,
  ): EngineChanges | undefined {
    if (!this.#started) return undefined;
    const { clients, sandboxes, taps, entities, trace, feed } = sources;
    const records = feed.take();
    const stats = trace.stats();
    if (records === undefined && reading === undefined && this.#isOld(fresh, stats)) return undefined;
    const cleared = this.#cleared;
    const changed = cleared ? clients.all() : [...this.#clients];
    const changes: EngineChanges = {
      ...(records !== undefined && { records }),
      entities: cleared ? entities.all() : fresh,
      clients: changed.map((client) => clients.view(client)),
      ...((this.#sandboxes || cleared) && { sandboxes: sandboxes.views() }),
      ...((this.#taps || cleared) && { taps: taps.views() }),
      stats,
      ...(cleared && { cleared }),
      ...(reading !== undefined && { reading }),
    };
    this.#told(stats);
    return changes;
  }

  #isOld(fresh: SessionChanges, { firstSeq, endSeq }: TraceStats): boolean {
    return (
      !this.#cleared &&
      !this.#sandboxes &&
      !this.#taps &&
      this.#clients.size === 0 &&
      isEmpty(fresh) &&
      this.#stats?.firstSeq === firstSeq &&
      this.#stats.endSeq === endSeq
    );
  }

  #told(stats: TraceStats): void {
    this.#clients.clear();
    this.#sandboxes = false;
    this.#taps = false;
    this.#cleared = false;
    this.#stats = stats;
  }
}
