/** Insights in the order of their weight, and how they look. */
import type { InsightView } from '../../session/model.ts';
import type { Entities } from './entities.ts';
import type { VerdictLook } from './verdicts.ts';

const looks: Readonly<Record<InsightView['weight'], VerdictLook>> = {
  trouble: { tone: 'warning', glyph: '!' },
  advice: { tone: 'neutral', glyph: 'i' },
};

export function insightLook({ weight }: Pick<InsightView, 'weight'>): VerdictLook {
  return looks[weight];
}

/** Trouble before advice, and of each the newest first. */
export function sortedInsights({ insights }: Entities): readonly InsightView[] {
  return [...insights.values()].sort(
    (a, b) => Number(b.weight === 'trouble') - Number(a.weight === 'trouble') || b.lastAtMs - a.lastAtMs,
  );
}
