/** Collects what is wrong with a file. */
import { type DiagnosticCode, severityOf } from './checks.ts';
import type { Diagnostic, Range } from './model.ts';

/** More than these help nobody, and their number is in the hand of whoever wrote the file. */
const MAX_REPORTED = 1000;

export class Problems {
  readonly #list: Diagnostic[] = [];
  readonly #seen = new Set<string>();
  readonly #errorStarts: number[] = [];

  /** Reports once what is said twice of one place, as inheritance makes it be. */
  add(code: DiagnosticCode, range: Range, message: string): void {
    const severity = severityOf(code);
    if (severity === 'error') this.#errorStarts.push(range.start);
    const key = `${code} ${range.start} ${range.end}`;
    if (this.#seen.has(key)) return;
    if (this.#list.length === MAX_REPORTED) return;
    this.#seen.add(key);
    this.#list.push({ code, message, severity, range });
  }

  /** Where the errors so far start, those not listed included. */
  get errorStarts(): readonly number[] {
    return [...this.#errorStarts];
  }

  /** How many errors there were so far, those not listed and those said again included. */
  get errorCount(): number {
    return this.#errorStarts.length;
  }

  /** In the order of the file. */
  list(): readonly Diagnostic[] {
    return this.#list.toSorted((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
  }
}
