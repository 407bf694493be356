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

/** `Clean Start 0`, or as it is called before 5.0, `CleanSession 0`. */
export function cleanStartTerm(version: ProtocolVersion, cleanStart: boolean): string {
  return `${version === 5 ? 'Clean Start' : 'CleanSession'} ${cleanStart ? 1 : 0}`;
}

/** The statement by version. A version without its own is told by undefined. */
export function statementFor(
  version: ProtocolVersion,
  ids: Readonly<Partial<Record<ProtocolVersion, string>>>,
): StatementRef | undefined {
  const id = ids[version];
  return id === undefined ? undefined : { version, id };
}
