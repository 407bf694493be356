/** A story and what the rules made of it, as a text that a person can review. */
import { statementLabel } from '../../../../src/mqtt/statements.ts';
import type { ExpectationView, Fact } from '../../../../src/session/model.ts';
import {
  type EndCause,
  endCauses,
  expectationTitles,
  formatTemplate,
  renderFact,
  verdictWords,
} from '../../../../src/session/sentences.ts';
import type { Story } from './story.ts';

const time = (atMs: number): string => formatTemplate('{atMs}', { atMs }, 'en', 'UTC');

export function goldenText(title: string, story: Story): string {
  const { connections, sessions, wills, expectations } = story.entities;
  const lines = [title, '', 'What happened'];
  for (const { seq, atMs, what } of story.events) lines.push(`  #${seq} ${time(atMs)} ${what}`);
  lines.push('', 'Connections');
  for (const each of connections.values()) {
    const cause = each.endCause === undefined ? 'open' : endCauses[each.endCause as EndCause];
    lines.push(`  ${each.id} ${each.clientId || each.label}: ${cause}`);
  }
  lines.push('', 'Sessions');
  for (const each of sessions.values()) {
    const until =
      each.endedAtMs === undefined
        ? each.endsAtMs === undefined
          ? ''
          : `, ends ${time(each.endsAtMs)}`
        : ` ${time(each.endedAtMs)}`;
    lines.push(`  ${each.id} ${each.clientId}: since ${time(each.startedAtMs)}, ${each.state}${until}`);
  }
  lines.push('', 'Wills');
  for (const each of wills.values()) {
    const seen = each.publishedAtMs === undefined ? '' : ` ${time(each.publishedAtMs)} #${each.publishSeq}`;
    lines.push(`  ${each.id} ${each.clientId}: ${each.topic} "${each.payloadPreview}" ${each.state}${seen}`);
  }
  for (const each of expectations.values()) lines.push('', ...expectationLines(each));
  return `${lines.join('\n')}\n`;
}

function expectationLines(each: ExpectationView): string[] {
  const title = formatTemplate(expectationTitles[each.kind], { clientId: each.clientId }, 'en');
  const due = each.dueAtMs === undefined ? '' : ` ${time(each.dueAtMs)}`;
  const deviation =
    each.deviationMs === undefined
      ? ''
      : ` ${formatTemplate('{deviationMs}', { deviationMs: each.deviationMs }, 'en')}`;
  const lines = [
    `${title}${due}: ${verdictWords[each.verdict]}${deviation} (${each.row ?? 'no row'}, ${each.severity}, ${each.demands})`,
  ];
  for (const [index, fact] of each.facts.entries()) lines.push(`  ${index + 1}. ${factLine(fact)}`);
  for (const check of each.checks) {
    lines.push(`  ${check.id} ${check.passed}: ${check.facts.map(factLine).join('; ')}`);
  }
  return lines;
}

function factLine(fact: Fact): string {
  const statement = fact.statement === undefined ? '' : `  ${statementLabel(fact.statement)}`;
  const seq = fact.seq === undefined ? '' : `  #${fact.seq}`;
  return `${renderFact(fact, undefined, 'en', 'UTC')}${statement}${seq}`;
}
