/** The table of insights: what the rules recognise in the habits of Clients, and where its words stand. */
import type { insightTemplates, insightTitles } from './sentences.ts';
import { thresholds } from './thresholds.ts';

export type InsightKind = keyof typeof insightTitles;

type RemedyCode = Extract<keyof typeof insightTemplates, `${string}Remedy`>;

export interface InsightRow {
  readonly kind: InsightKind;
  readonly remedy: RemedyCode;
  /** `trouble`: somebody already gets something wrong. `advice`: it will, when the connection is lost. */
  readonly weight: 'trouble' | 'advice';
  /** When it is told. */
  readonly when: string;
}

/** The heaviest first. */
export const insightRows: readonly InsightRow[] = [
  {
    kind: 'takeover-loop',
    remedy: 'insightTakeoverLoopRemedy',
    weight: 'trouble',
    when: `${thresholds.takeovers.count} connections in a row are taken over within a minute, none of them after a fault or by the user`,
  },
  {
    kind: 'refused-again',
    remedy: 'insightRefusedAgainRemedy',
    weight: 'trouble',
    when: `${thresholds.refusals.count} CONNECTs in a row are refused within a minute for the same reason`,
  },
  {
    kind: 'reconnect-storm',
    remedy: 'insightReconnectStormRemedy',
    weight: 'trouble',
    when: `${thresholds.storm.count} accepted connections in a row end within a minute without DISCONNECT, none older than ten seconds`,
  },
  {
    kind: 'keep-alive-not-honoured',
    remedy: 'insightKeepAliveNotHonouredRemedy',
    weight: 'trouble',
    when: `${thresholds.idle.count} connections in a row are lost at a PINGREQ after a pause of the same length, and no pause as long was ever answered`,
  },
  {
    kind: 'orphaned-will',
    remedy: 'insightOrphanedWillRemedy',
    weight: 'trouble',
    when: 'A retained will comes after the retained state of another Client, which left a will on the same topic when this one had fallen silent',
  },
  {
    kind: 'not-subscribed-again',
    remedy: 'insightNotSubscribedAgainRemedy',
    weight: 'trouble',
    when: 'A Client that had subscriptions gets Session Present 0 to Clean Start 0, and sends no SUBSCRIBE for 30 s',
  },
  {
    kind: 'will-topic-differs',
    remedy: 'insightWillTopicDiffersRemedy',
    weight: 'trouble',
    when: 'With RETAIN 1 a program says the opposite of its will (online, connected, alive) on one other topic, and nothing on that of its will for 10 s',
  },
  {
    kind: 'will-not-retained',
    remedy: 'insightWillNotRetainedRemedy',
    weight: 'advice',
    when: 'A program publishes on the topic of its will with RETAIN 1, and Will Retain is 0',
  },
  {
    kind: 'delay-without-session',
    remedy: 'insightDelayWithoutSessionRemedy',
    weight: 'advice',
    when: 'CONNECT carries a Will Delay Interval, and the effective Session Expiry Interval is 0',
  },
  {
    kind: 'session-thrown-away',
    remedy: 'insightSessionThrownAwayRemedy',
    weight: 'advice',
    when: `Clean Start 1 discards a Session that was kept, held subscriptions and is asked for again, ${thresholds.thrownAway} times`,
  },
  {
    kind: 'no-disconnect',
    remedy: 'insightNoDisconnectRemedy',
    weight: 'advice',
    when: `All connections of a Client with a will, ${thresholds.noDisconnect} at least, end by FIN without DISCONNECT`,
  },
  {
    kind: 'no-keep-alive',
    remedy: 'insightNoKeepAliveRemedy',
    weight: 'advice',
    when: 'CONNECT carries a will, and the effective Keep Alive is 0',
  },
];

const byKind = new Map(insightRows.map((row) => [row.kind, row]));

export function rowOf(kind: InsightKind): InsightRow | undefined {
  return byKind.get(kind);
}
