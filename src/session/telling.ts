/** The first part of every explanation: what CONNECT and CONNACK agreed on, how the connection ended, and the rule that follows. */
import type { ProtocolVersion, StatementRef } from '../mqtt/packet.ts';
import type { Connection } from './connection.ts';
import type { DecisionRow, ReadingId } from './decision-table.ts';
import { type End, endFact, endingFault } from './end.ts';
import { fact, statementFor } from './facts.ts';
import type { Fact, FaultView } from './model.ts';
import type { FactCode } from './sentences.ts';
import { tolerances } from './tolerances.ts';

/** What CONNECT and CONNACK said about will and Session. */
export function agreedFacts(connection: Connection): Fact[] {
  const { connect, connack } = connection;
  if (connect === undefined) return [];
  const facts = [connect.version === 5 ? connectFact(connection) : connectFactBefore5(connection)].flat();
  if (connack?.assignedClientId !== undefined) {
    facts.push(
      fact(
        'connackAssigned',
        { clientId: connack.assignedClientId },
        { seq: connack.seq, statement: { version: 5, id: 'MQTT-3.1.3-7' } },
      ),
    );
  }
  const replaced = connack?.sessionExpiryInterval;
  if (connack !== undefined && replaced !== undefined && replaced !== (connect.sessionExpiryInterval ?? 0)) {
    facts.push(
      fact(
        'connackExpiry',
        { sessionExpirySeconds: replaced },
        { seq: connack.seq, statement: { version: 5, id: '3.2.2.3.2' } },
      ),
    );
  }
  return facts;
}

function connectFact(connection: Connection): Fact[] {
  const { connect } = connection;
  if (connect === undefined) return [];
  const { seq, will, willDelayInterval: delaySeconds, sessionExpiryInterval: sessionExpirySeconds } = connect;
  const absent = { seq, statement: { version: 5, id: '3.1.2.11.2' } } as const;
  if (will === undefined) {
    return sessionExpirySeconds === undefined
      ? [fact('connectNoWillNoExpiry', {}, absent)]
      : [fact('connectNoWillExpiry', { sessionExpirySeconds }, { seq })];
  }
  if (sessionExpirySeconds === undefined) {
    return delaySeconds === undefined
      ? [fact('connectWillOnly', {}, absent)]
      : [fact('connectDelayOnly', { delaySeconds }, absent)];
  }
  return delaySeconds === undefined
    ? [fact('connectExpiryOnly', { sessionExpirySeconds }, { seq })]
    : [fact('connectDelayAndExpiry', { delaySeconds, sessionExpirySeconds }, { seq })];
}

function connectFactBefore5(connection: Connection): Fact[] {
  const { connect } = connection;
  if (connect === undefined) return [];
  const { seq, will, cleanStart, version } = connect;
  const ids = cleanStart ? { 4: 'MQTT-3.1.2-6', 3: '3.1' } : { 4: 'MQTT-3.1.2-4', 3: '3.1' };
  const evidence = { seq, statement: statementFor(version, ids) };
  if (will !== undefined) {
    return [fact(cleanStart ? 'connectWillCleanSession' : 'connectWillKeptSession', {}, evidence)];
  }
  return [fact(cleanStart ? 'connectCleanSession' : 'connectKeptSession', {}, evidence)];
}

/** How the connection ended, and what its DISCONNECT changed. */
export function endFacts(connection: Connection, end: End): Fact[] {
  const endedBy = [endFact(connection, end), ...faultRuleFacts(endingFault(connection, end))];
  // What made the Client silent comes before what came of it.
  const facts = [...(end.kind === 'keep-alive' ? frozenFacts(connection) : []), ...endedBy];
  const { clientDisconnect } = connection;
  if (end.expiry.change !== 'none' && clientDisconnect?.sessionExpiryInterval !== undefined) {
    facts.push(
      fact(
        'disconnectExpiry',
        { sessionExpirySeconds: clientDisconnect.sessionExpiryInterval },
        { seq: clientDisconnect.seq, statement: { version: 5, id: '3.14.2.2.2' } },
      ),
    );
  }
  if (end.untilMs === Number.POSITIVE_INFINITY) facts.push(fact('endUnbounded', {}));
  else if (end.untilMs - end.fromMs > 1000 && end.kind === 'abrupt') {
    facts.push(fact('endUncertain', { fromAtMs: end.fromMs, untilAtMs: end.untilMs }));
  }
  return facts;
}

/** Since when the user or a fault keeps the Client silent, if so. */
export function frozenFacts({ frozen, faults }: Connection): Fact[] {
  if (frozen === undefined) return [];
  const { seq, atMs: frozenAtMs } = frozen;
  if (frozen.byTap !== true) return [fact('frozen', { frozenAtMs }, { seq })];
  return [fact('frozenByTap', { frozenAtMs }, { seq }), ...faultRuleFacts(faults.holdingClient())];
}

/** By which rule a fault came, if it did. */
function faultRuleFacts(fault: FaultView | undefined): Fact[] {
  return fault?.rule === undefined ? [] : [fact('faultByRule', { rule: fault.rule }, { seq: fault.seq })];
}

/** The rule of a row: its own sentence, how long the Server must wait, and how an ambiguous passage is read. */
export function ruleFacts(
  row: DecisionRow,
  meaning: DecisionRow,
  version: ProtocolVersion,
  end: End | undefined,
): Fact[] {
  const facts: Fact[] = [];
  for (const each of row === meaning ? [row] : [row, meaning]) {
    if (each.rule !== undefined)
      facts.push(fact(each.rule, {}, { statement: statementOfRow(each, version) }));
  }
  if (end !== undefined && tellsWait(meaning)) facts.push(waitFact(version, end));
  const readings = new Set<ReadingId>();
  for (const each of [row, meaning]) if (each.reading !== undefined) readings.add(each.reading);
  const ambiguous = end?.expiry.reading;
  if (ambiguous !== undefined && meaning.will !== 'withhold') readings.add(ambiguous);
  for (const reading of readings) facts.push(readingFact(reading));
  return facts;
}

/** The statement that tells the rule: the first of the version at hand. */
export function statementOfRow(row: DecisionRow, version: ProtocolVersion): StatementRef | undefined {
  return row.statements.find((each) => each.version === version) ?? row.statements[0];
}

/** Rules whose sentence says by itself when the will is due. */
const saysWhen: ReadonlySet<FactCode> = new Set(['ruleDeleted', 'ruleCleanStart', 'ruleCleanSession']);

function tellsWait(row: DecisionRow): boolean {
  if (row.will !== 'publish' || (row.rule !== undefined && saysWhen.has(row.rule))) return false;
  return row.due !== 'none' && row.due !== 'unbounded' && row.due !== 'reconnect';
}

function waitFact(version: ProtocolVersion, end: End): Fact {
  const { delay } = end;
  const { seconds } = end.expiry;
  if (delay === 0) {
    const id = { 5: 'MQTT-3.1.2-8', 4: 'MQTT-3.1.2-8', 3: '3.1' };
    return fact('atOnce', {}, { statement: statementFor(version, id) });
  }
  if (seconds === 0) return fact('atOnceSessionEnded', {}, { statement: { version: 5, id: '3.1.2.11.2' } });
  const evidence = { statement: { version: 5, id: 'MQTT-3.1.3-9' } } as const;
  return seconds === Number.POSITIVE_INFINITY
    ? fact('waitDelay', { waitSeconds: delay }, evidence)
    : fact('waitShorter', { waitSeconds: Math.min(delay, seconds) }, evidence);
}

/** How an ambiguous passage is read; names the two passages that conflict. */

export function readingFact(reading: ReadingId): Fact {
  if (reading === 'A12') return fact('readingA12', { toleranceMs: tolerances.onTimeMs });
  return fact(`reading${reading}`, {});
}
