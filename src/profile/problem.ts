/** What is wrong with a profile file, as an editor shows it: with its other end, its paragraph, and what mends it. */
import type { StatementRef } from '../mqtt/packet.ts';
import type { DiagnosticCode } from './checks.ts';
import type { Diagnostic, Range } from './model.ts';

/** Replaces what stands at `range`, an insertion where it is empty. Offsets count in the text before any edit. */
export interface TextEdit {
  readonly range: Range;
  readonly newText: string;
}

/** One way to mend a problem. Its edits do not overlap, and stand in the order of the file. */
export interface QuickFix {
  /** What it does, as a command to the editor: "Write `clientId`". */
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** The one that is most likely meant. */
  readonly preferred?: true | undefined;
  /** It changes nothing but what was meant without doubt, so that "fix all" may apply it unasked. */
  readonly safe?: true | undefined;
  /** The value that leaves the file: it has to be stored as this secret, or it is lost. */
  readonly secret?: { readonly name: string; readonly value: string } | undefined;
}

/** The other end of a problem: what it collides with, or where it comes from. */
export interface RelatedPlace {
  /** Absent: in the same file. */
  readonly uri?: string | undefined;
  readonly range: Range;
  readonly message: string;
}

export interface Problem extends Diagnostic {
  readonly code: DiagnosticCode;
  readonly related: readonly RelatedPlace[];
  readonly fixes: readonly QuickFix[];
  /** The paragraph of docs/profiles.md about it, without `#`. */
  readonly anchor: string;
  /** The statement of the standard that it rests on. */
  readonly statement?: StatementRef | undefined;
}
