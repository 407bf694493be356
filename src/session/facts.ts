/** Builds facts: the code must be in the table of templates, and the values must be those that its template names. */
import type { ProtocolVersion, StatementRef } from '../mqtt/packet.ts';
import type { Fact } from './model.ts';
import type { FactCode, FactParams } from './sentences.ts';

export function fact<Code extends FactCode>(
  code: Code,
  params: FactParams<Code>,
  evidence: { readonly seq?: number | undefined; readonly statement?: StatementRef | undefined } = {},
): Fact {
  return { code, params, seq: evidence.seq, statement: evidence.statement };
}

/** `5` and `MQTT-3.1.3-9`, or the statement of the same meaning in an older version. */
export function statement(version: ProtocolVersion, id: string): StatementRef {
  return { version, id };
}

/** The statement by version. A version without its own is told by undefined. */
export function statementFor(
  version: ProtocolVersion,
  ids: Readonly<Partial<Record<ProtocolVersion, string>>>,
): StatementRef | undefined {
  const id = ids[version];
  return id === undefined ? undefined : { version, id };
}
