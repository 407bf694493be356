/** The table of insights: what the rules recognise in the habits of Clients, and where its words stand. */
import type { insightTemplates, insightTitles } from './sentences.ts';

export type InsightKind = keyof typeof insightTitles;

type RemedyCode = Extract<keyof typeof insightTemplates, `${string}Remedy`>;

export interface InsightRow {
  readonly kind: InsightKind;
  readonly remedy: RemedyCode;
  /** `trouble`: somebody already gets something wrong. `advice`: it will, when the connection is lost. */
  readonly weight: 'trouble' | 'advice';
}

/** The heaviest first. */
export const insightRows: readonly InsightRow[] = [
  { kind: 'takeover-loop', remedy: 'insightTakeoverLoopRemedy', weight: 'trouble' },
  { kind: 'refused-again', remedy: 'insightRefusedAgainRemedy', weight: 'trouble' },
  { kind: 'reconnect-storm', remedy: 'insightReconnectStormRemedy', weight: 'trouble' },
  { kind: 'keep-alive-not-honoured', remedy: 'insightKeepAliveNotHonouredRemedy', weight: 'trouble' },
  { kind: 'orphaned-will', remedy: 'insightOrphanedWillRemedy', weight: 'trouble' },
  { kind: 'not-subscribed-again', remedy: 'insightNotSubscribedAgainRemedy', weight: 'trouble' },
  { kind: 'will-topic-differs', remedy: 'insightWillTopicDiffersRemedy', weight: 'trouble' },
  { kind: 'will-not-retained', remedy: 'insightWillNotRetainedRemedy', weight: 'advice' },
  { kind: 'delay-without-session', remedy: 'insightDelayWithoutSessionRemedy', weight: 'advice' },
  { kind: 'session-thrown-away', remedy: 'insightSessionThrownAwayRemedy', weight: 'advice' },
  { kind: 'no-disconnect', remedy: 'insightNoDisconnectRemedy', weight: 'advice' },
  { kind: 'no-keep-alive', remedy: 'insightNoKeepAliveRemedy', weight: 'advice' },
];

const byKind = new Map(insightRows.map((row) => [row.kind, row]));

export function rowOf(kind: InsightKind): InsightRow | undefined {
  return byKind.get(kind);
}
