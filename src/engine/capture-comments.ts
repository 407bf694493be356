/** What a saved capture says on its packets: the verdicts, on the packets that they follow from. */
import type { ExpectationView } from '../session/model.ts';
import { expectationTitles, formatTemplate, renderFact, verdictWords } from '../session/sentences.ts';

/** So many verdicts are told on one packet. */
const COMMENTS_LIMIT = 8;

/** By sequence number: what there is to say of a record. */
export function verdictComments(expectations: Iterable<ExpectationView>): Map<number, string[]> {
  const comments = new Map<number, string[]>();
  for (const expectation of expectations) {
    const seq = expectation.observed?.seq ?? lastSeq(expectation);
    if (seq === undefined) continue;
    const told = comments.get(seq) ?? [];
    if (told.length === 0) comments.set(seq, told);
    if (told.length < COMMENTS_LIMIT) told.push(commentOf(expectation));
  }
  return comments;
}

function lastSeq({ facts }: ExpectationView): number | undefined {
  return facts.findLast(({ seq }) => seq !== undefined)?.seq;
}

function commentOf({ kind, clientId, verdict, facts }: ExpectationView): string {
  const title = formatTemplate(expectationTitles[kind], { clientId }, 'en');
  return `${title}: ${verdictWords[verdict]}. ${facts.map((fact) => renderFact(fact)).join('. ')}`;
}
