/** A capture explained, as data and as text: sessions by Client, what was owed, what became of it, and why. */
import type { CaptureSummary, TraceStats } from '../engine/messages.ts';
import { statementKey, statementLabel } from '../mqtt/statements.ts';
import type { ConnectionView, ExpectationView, Fact, SessionChanges } from '../session/model.ts';
import {
  type EndCause,
  endCauses,
  expectationTitles,
  formatTemplate,
  insightTitles,
  leftOpenWords,
  renderFact,
  verdictWords,
} from '../session/sentences.ts';
import { printable } from './printable.ts';

interface Reason {
  readonly sentence: string;
  /** The record that shows it. */
  readonly seq: number | undefined;
  readonly statement: string | undefined;
}

interface Told extends Omit<ExpectationView, 'facts' | 'checks'> {
  readonly title: string;
  readonly why: readonly Reason[];
}

export interface Explanation {
  readonly file: string;
  readonly capture: CaptureSummary;
  /** Records, each with its number from 1 on. */
  readonly records: number;
  readonly connections: readonly ConnectionView[];
  readonly sessions: SessionChanges['sessions'];
  readonly wills: SessionChanges['wills'];
  readonly expectations: readonly Told[];
  readonly insights: readonly {
    readonly title: string;
    readonly clientId: string;
    readonly why: readonly Reason[];
    readonly remedy: string;
  }[];
}

const time = (atMs: number): string => formatTemplate('{atMs}', { atMs }, 'en');

export function explanation(
  file: string,
  capture: CaptureSummary,
  { connections, sessions, wills, expectations, insights }: SessionChanges,
  stats: TraceStats,
): Explanation {
  return {
    file,
    capture,
    records: stats.endSeq - 1,
    connections,
    sessions,
    wills,
    expectations: expectations.map(({ facts, checks, ...each }) => ({
      ...each,
      title: formatTemplate(expectationTitles[each.kind], { clientId: each.clientId }, 'en'),
      why: [...facts, ...checks.flatMap((check) => check.facts)].map(reasonOf),
    })),
    insights: insights.map(({ kind, clientId, facts, remedy }) => ({
      title: insightTitles[kind],
      clientId,
      why: facts.map(reasonOf),
      remedy: renderFact(remedy),
    })),
  };
}

/** For a terminal, line by line: of a large capture it is more than fits into one string. */
export function* explanationText(told: Explanation): Generator<string, void, undefined> {
  for (const line of explanationLines(told)) yield `${printable(line)}\n`;
}

function* explanationLines(told: Explanation): Generator<string, void, undefined> {
  const { capture, connections, expectations, insights } = told;
  yield overview(capture);
  const clients = byClient(connections);
  const clientOf = new Map<number, ConnectionView>();
  for (const [name, theirs] of clients) for (const { id } of theirs) clientOf.set(id, name);
  const owed = new Map<ConnectionView | undefined, Told[]>();
  for (const each of expectations) {
    const client = clientOf.get(each.connection);
    const list = owed.get(client);
    if (list === undefined) owed.set(client, [each]);
    else list.push(each);
  }
  for (const [name, theirs] of clients) {
    yield '';
    yield `${name.clientId || name.label || 'without a Client Identifier'} on ${name.server}`;
    for (const each of theirs) yield `  ${connectionLine(each)}`;
    for (const each of owed.get(name) ?? []) {
      yield `  ${expectationLine(each)}`;
      for (const [index, reason] of each.why.entries()) yield `    ${index + 1}. ${reasonLine(reason)}`;
    }
  }
  if (insights.length > 0) {
    yield '';
    yield 'Worth knowing';
  }
  for (const { title, clientId, why, remedy } of insights) {
    yield `  ${title}${clientId === '' ? '' : `: ${clientId}`}`;
    for (const reason of why) yield `    ${reasonLine(reason)}`;
    yield `    ${remedy}`;
  }
}

/** As `JSON.stringify` writes it with an indentation of two, in pieces. */
export function* explanationJson(told: Explanation): Generator<string, void, undefined> {
  let before = '{';
  for (const [name, value] of Object.entries(told)) {
    if (value === undefined) continue;
    yield `${before}\n  ${JSON.stringify(name)}: `;
    before = ',';
    if (!Array.isArray(value) || value.length === 0) yield indented(value, '  ');
    else {
      for (const [index, each] of value.entries())
        yield `${index === 0 ? '[' : ','}\n    ${indented(each, '    ')}`;
      yield '\n  ]';
    }
  }
  yield '\n}\n';
}

function indented(value: unknown, by: string): string {
  return JSON.stringify(value, undefined, 2).replaceAll('\n', `\n${by}`);
}

/** What keeps the capture from telling all, a sentence each. */
export function captureNotes(summary: CaptureSummary): readonly string[] {
  const { mqtt, tls, startMissing, gaps, fragments, unknownLink, untimed, problem } = summary;
  const notes: string[] = [];
  if (mqtt === 0) notes.push('Nothing in it is MQTT that can be read.');
  if (tls > 0) {
    notes.push(
      `${many(tls, 'connection')} used TLS: what they carried cannot be read here. Connect the program to a tap to see it.`,
    );
  }
  if (startMissing > 0) {
    notes.push(
      `${many(startMissing, 'connection')} began before the capture did; nothing is concluded from them unless they show a CONNECT.`,
    );
  }
  if (gaps > 0) {
    notes.push(
      `${many(gaps, 'time')} bytes of a connection are missing; nothing is concluded from what it did afterwards.`,
    );
  }
  if (fragments > 0) notes.push(`${many(fragments, 'IP fragment')} could not be put together.`);
  if (untimed > 0) notes.push(`${many(untimed, 'packet')} came without a time; they were left out.`);
  if (unknownLink > 0)
    notes.push(`${many(unknownLink, 'frame')} came over a kind of link that is not known here.`);
  if (problem?.code === 'damaged') {
    notes.push(`The file makes no sense from byte ${problem.offset} on; what precedes it was read.`);
  }
  if (problem?.code === 'truncated')
    notes.push('The file ends in the middle of a packet; what precedes it was read.');
  return notes;
}

function overview({ frames, mqtt, webSocket, other, untilMs }: CaptureSummary): string {
  const sockets = webSocket === 0 ? '' : ` (${webSocket} over a WebSocket)`;
  const rest = other === 0 ? '' : `, ${many(other, 'other connection')}`;
  const until = untilMs === undefined ? '' : `, until ${time(untilMs)}`;
  return `${many(frames, 'frame')}, ${many(mqtt, 'MQTT connection')}${sockets}${rest}${until}`;
}

/** In the order of their first connection. */
function byClient(
  connections: readonly ConnectionView[],
): ReadonlyMap<ConnectionView, readonly ConnectionView[]> {
  const names = new Map<string, ConnectionView[]>();
  for (const each of connections) {
    const name = `${each.server} ${each.clientId || each.label || each.id}`;
    const theirs = names.get(name);
    if (theirs === undefined) names.set(name, [each]);
    else theirs.push(each);
  }
  const groups = new Map<ConnectionView, readonly ConnectionView[]>();
  for (const theirs of names.values()) {
    const [first] = theirs;
    if (first !== undefined) groups.set(first, theirs);
  }
  return groups;
}

function connectionLine({
  openedAtMs,
  closedAtMs,
  endCause,
  version,
  reasonCode,
  connackSeq,
}: ConnectionView): string {
  const spoke =
    version === undefined ? 'no CONNECT seen' : `MQTT ${{ 3: '3.1', 4: '3.1.1', 5: '5.0' }[version]}`;
  const refused = connackSeq !== undefined && reasonCode !== 0 ? `, refused with ${reasonCode}` : '';
  const words: Readonly<Record<string, string>> = endCauses;
  const cause: EndCause | string = endCause ?? 'ended';
  const end = closedAtMs === undefined ? 'open' : `${words[cause] ?? cause} ${time(closedAtMs)}`;
  return `connection ${time(openedAtMs)}, ${spoke}${refused}; ${end}`;
}

function expectationLine({ title, dueAtMs, verdict, leftOpen, deviationMs }: Told): string {
  const due = dueAtMs === undefined ? '' : ` ${time(dueAtMs)}`;
  const by = deviationMs === undefined ? '' : ` ${formatTemplate('{deviationMs}', { deviationMs }, 'en')}`;
  return `${title}${due}: ${leftOpen === true ? leftOpenWords : verdictWords[verdict]}${by}`;
}

function reasonOf(fact: Fact): Reason {
  const { seq, statement } = fact;
  return {
    sentence: renderFact(fact),
    seq,
    statement: statement && (statementLabel(statement) || statementKey(statement)),
  };
}

function reasonLine({ sentence, seq, statement }: Reason): string {
  return `${sentence}${statement === undefined ? '' : `  ${statement}`}${seq === undefined ? '' : `  #${seq}`}`;
}

function many(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
