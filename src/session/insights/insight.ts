/** The insights that there are: one for each habit of each Client, told anew with every further time. */
import type { Viewable } from '../changed.ts';
import type { Connection } from '../connection.ts';
import { fact } from '../facts.ts';
import type { Fact, InsightView } from '../model.ts';
import type { World } from '../world.ts';
import { type InsightKind, rowOf } from './kinds.ts';
import { insightLimits } from './thresholds.ts';

/** One time that a habit showed. */
export interface Sighting {
  readonly kind: InsightKind;
  readonly server: string;
  readonly clientId: string;
  readonly connection: number;
  /** The packets that it rests on, in their order. */
  readonly packets: readonly number[];
  /** How often what it is about has been seen in all; undefined is once more. */
  readonly times?: number | undefined;
  readonly facts: readonly Fact[];
  readonly remedy: Fact;
}

class Insight implements Viewable<InsightView> {
  readonly #id: number;
  readonly #key: Pick<Sighting, 'kind' | 'server'>;
  readonly #firstAtMs: number;
  readonly #firstSeq: number;
  readonly #clientIds: string[] = [];
  #clients = 0;
  #count = 0;
  #packets: readonly number[] = [];
  #last: Sighting;
  #lastAtMs: number;

  constructor(id: number, sighting: Sighting, atMs: number) {
    this.#id = id;
    this.#key = { kind: sighting.kind, server: sighting.server };
    this.#firstAtMs = atMs;
    this.#firstSeq = sighting.packets[0] ?? 0;
    this.#last = sighting;
    this.#lastAtMs = atMs;
  }

  seen(sighting: Sighting, atMs: number): void {
    this.#last = sighting;
    this.#lastAtMs = atMs;
    const packets = [...new Set([...this.#packets, ...sighting.packets])];
    this.#packets = packets.sort((a, b) => a - b).slice(-insightLimits.packets);
    this.#count = Math.max(this.#count + 1, this.#clients > 1 ? 0 : (sighting.times ?? 0));
  }

  /** One more Client does it. */
  add(clientId: string): void {
    this.#clients += 1;
    if (this.#clientIds.length < insightLimits.clientIds) this.#clientIds.push(clientId);
  }

  view(): InsightView {
    const { facts, remedy, connection, clientId } = this.#last;
    const several = this.#clients > 1 ? [fact('insightSeveral', { clients: this.#clients })] : [];
    return {
      id: this.#id,
      ...this.#key,
      weight: rowOf(this.#key.kind)?.weight ?? 'advice',
      clientId,
      clientIds: [...this.#clientIds],
      clients: this.#clients,
      connection,
      count: this.#count,
      firstSeq: this.#firstSeq,
      firstAtMs: this.#firstAtMs,
      lastSeq: this.#packets.at(-1) ?? this.#firstSeq,
      lastAtMs: this.#lastAtMs,
      packets: this.#packets,
      facts: [...facts, ...several],
      remedy,
    };
  }
}

export class InsightBook {
  readonly #world: World;
  readonly #byKey = new Map<string, Insight>();
  /** By kind and Server: how many there are, and the last one, which is about every further Client. */
  readonly #kinds = new Map<string, { count: number; last: Insight }>();

  constructor(world: World) {
    this.#world = world;
  }

  get size(): number {
    return this.#byKey.size;
  }

  add(sighting: Sighting): void {
    const { nowMs } = this.#world;
    const kindKey = `${sighting.kind}\n${sighting.server}`;
    const key = `${kindKey}\n${sighting.clientId}`;
    let insight = this.#byKey.get(key);
    if (insight === undefined) {
      const kind = this.#kinds.get(kindKey);
      if (kind !== undefined && kind.count >= insightLimits.perKind) {
        // Who the last one is about is not remembered one by one.
        insight = kind.last;
      } else {
        insight = new Insight(this.#world.newId('insight'), sighting, nowMs);
        this.#byKey.set(key, insight);
        this.#kinds.set(kindKey, { count: (kind?.count ?? 0) + 1, last: insight });
      }
      insight.add(sighting.clientId);
    }
    insight.seen(sighting, nowMs);
    this.#world.changed.insights.mark(insight);
  }
}

/** What a detector tells. The packets are those of the facts, and `packets` beside them. */
export function sight(
  kind: InsightKind,
  connection: Connection,
  facts: readonly Fact[],
  remedy: Fact,
  more: { readonly times?: number | undefined; readonly packets?: readonly number[] | undefined } = {},
): Sighting {
  const seqs = [...facts.flatMap(({ seq }) => seq ?? []), ...(more.packets ?? [])];
  return {
    kind,
    server: connection.info.server,
    clientId: connection.clientId,
    connection: connection.id,
    packets: [...new Set(seqs)].sort((a, b) => a - b),
    times: more.times,
    facts,
    remedy,
  };
}
