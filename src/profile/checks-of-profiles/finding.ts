/** What a check of a whole profile says. */
import type { StatementRef } from '../../mqtt/packet.ts';
import { statementLabel } from '../../mqtt/statements.ts';
import type { DiagnosticCode } from '../checks.ts';
import type { Path } from '../settings.ts';

/** The longest string or binary data on the wire, in bytes (v5 1.5.4, 1.5.6). */
export const WIRE_MAX = 65_535;

export interface Finding {
  readonly code: DiagnosticCode;
  readonly path: Path;
  readonly message: string;
}

/** A paragraph of the standard in brackets, for the end of a clause: `(v5 [MQTT-3.1.3-9])`. */
export const cite = (statement: StatementRef): string => `(${statementLabel(statement)})`;
