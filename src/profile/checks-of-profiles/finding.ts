/** What a check of a whole profile says. */
import type { StatementRef } from '../../mqtt/packet.ts';
import { statementLabel } from '../../mqtt/statements.ts';
import { type DiagnosticCode, messageOf } from '../checks.ts';
import type { Path } from '../settings.ts';

/** The longest string or binary data on the wire, in bytes (v5 1.5.4, 1.5.6). */
export const WIRE_MAX = 65_535;

export interface Finding {
  readonly code: DiagnosticCode;
  readonly path: Path;
  readonly message: string;
  /** The other end, where there are two. */
  readonly related?: { readonly path: Path; readonly message: string } | undefined;
  /** What mends it, the likeliest first. */
  readonly fixes?: readonly Remedy[] | undefined;
}

/** A change of the profile that mends a finding, in terms of its settings. */
export type Remedy =
  | { readonly do: 'set'; readonly path: Path; readonly value: string }
  | { readonly do: 'remove'; readonly path: Path };

/** A finding in the words of the table. */
export const find = (
  code: DiagnosticCode,
  path: Path,
  values: Readonly<Record<string, string | number>> = {},
  more: Pick<Finding, 'related' | 'fixes'> = {},
): Finding => ({ code, path, message: messageOf(code, values), ...more });

export const set = (path: Path, value: string): Remedy => ({ do: 'set', path, value });
export const remove = (path: Path): Remedy => ({ do: 'remove', path });

/** A paragraph of the standard in brackets, for the end of a clause: `(v5 [MQTT-3.1.3-9])`. */
export const cite = (statement: StatementRef): string => `(${statementLabel(statement)})`;
