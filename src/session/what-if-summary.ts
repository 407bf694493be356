/** What-if in a few lines, for a hover: what matters of each everyday end. */
import type { StatementRef } from '../mqtt/packet.ts';
import type { RowId } from './model.ts';
import { whatIf } from './what-if.ts';
import type { WhatIfBackKind } from './what-if-backs.ts';
import type { WhatIfEndRow } from './what-if-ends.ts';
import type { WhatIfSettings } from './what-if-model.ts';
import { type WhatIfTexts, WhatIfWords } from './what-if-words.ts';

/** One line: plain text, without markup. */
export interface WhatIfLine {
  /** How the connection ends, and how the Client comes back. */
  readonly end: string;
  readonly back: string;
  readonly will: string;
  readonly session: string;
  readonly rows: readonly RowId[];
  readonly statements: readonly StatementRef[];
}

/** The ends without a return, and what a return changes after a loss. `texts` may bring translations. */
export function whatIfSummary(
  settings: WhatIfSettings,
  texts?: WhatIfTexts,
  locale?: string,
): readonly WhatIfLine[] {
  const words = new WhatIfWords(settings, texts, locale);
  return whatIf(settings, isTold).ends.flatMap((end) =>
    end.outcomes.map((outcome) => ({
      end: words.end(end.kind),
      back: words.back(outcome.back, outcome),
      will: words.will(outcome.will),
      session: words.session(outcome.session),
      rows: outcome.rows,
      statements: outcome.statements,
    })),
  );
}

function isTold({ kind, usual }: WhatIfEndRow, back: WhatIfBackKind): boolean {
  if (!usual) return false;
  if (kind === 'taken-over') return back === 'takeover';
  if (kind === 'lost') return back === 'none' || back === 'within-delay' || back === 'clean';
  return back === 'none';
}
