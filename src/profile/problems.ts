/** Collects what is wrong with a file. */
import { anchorOf, type DiagnosticCode, severityOf, statementOf } from './checks.ts';
import { toQuickFix } from './fix-edits.ts';
import type { FixPlan } from './fixes.ts';
import type { Range } from './model.ts';
import { fixed } from './moving-range.ts';
import type { Problem, RelatedPlace } from './problem.ts';

/** More than these help nobody, and their number is in the hand of whoever wrote the file. */
const MAX_REPORTED = 1000;

/** What may be said with a problem. */
export interface Aside {
  readonly related?: readonly RelatedPlace[] | undefined;
  readonly fixes?: readonly FixPlan[] | undefined;
}

/** A problem whose ranges still move. */
export interface Found extends Aside {
  readonly code: DiagnosticCode;
  readonly range: Range;
  readonly message: string;
}

export class Problems {
  readonly #found: Found[] = [];
  #errors = 0;

  add(code: DiagnosticCode, range: Range, message: string, aside: Aside = {}): void {
    if (severityOf(code) === 'error') this.#errors += 1;
    if (this.#found.length < MAX_REPORTED) this.#found.push({ code, range, message, ...aside });
  }

  get found(): readonly Found[] {
    return this.#found;
  }

  /** How many errors there were so far, those beyond the limit included. */
  get errorCount(): number {
    return this.#errors;
  }
}

/**
 * Everything found, with ranges as they are now, in the order of the file. What is said twice of one place, as
 * inheritance makes it be, is reported once.
 * @param text what the ranges stand in
 */
export function report(lists: Iterable<readonly Found[]>, text: string): readonly Problem[] {
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const list of lists) {
    for (const { code, range, message, related = [], fixes = [] } of list) {
      if (problems.length === MAX_REPORTED) break;
      const key = `${code} ${range.start} ${range.end}`;
      if (seen.has(key)) continue;
      seen.add(key);
      problems.push({
        code,
        message,
        severity: severityOf(code),
        range: fixed(range),
        related: related.map((place) => ({ ...place, range: fixed(place.range) })),
        fixes: fixes.flatMap((plan) => toQuickFix(plan, text) ?? []),
        anchor: anchorOf(code),
        statement: statementOf(code),
      });
    }
  }
  return problems.sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
}
