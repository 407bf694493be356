/**
 * What if: for the settings of a profile, with nothing connected, every way its connection can end and every way back, with what the standard
 * demands in each. The answers are those of the session rules: each case is played to them as packets.
 */
import type { ProtocolVersion, StatementRef } from '../mqtt/packet.ts';
import { maximumInterval } from './choose-row.ts';
import { type DecisionRow, decisionTable } from './decision-table.ts';
import { secondsOf } from './expiry.ts';
import type { ExpectationView, Fact, RowId, SessionView } from './model.ts';
import { ruleFacts } from './telling.ts';
import { type BackRow, backsOf, type WhatIfBackKind } from './what-if-backs.ts';
import { type Agreed, type WhatIfEndRow, whatIfEnds } from './what-if-ends.ts';
import { mergeFacts, timeless } from './what-if-facts.ts';
import type { SessionOutcome, WhatIf, WhatIfOutcome, WhatIfSettings, WillOutcome } from './what-if-model.ts';
import { notesOf } from './what-if-notes.ts';
import { lossAtMs, type StageConnack, type StageConnect, WhatIfStage } from './what-if-stage.ts';

/** Which cases are asked for. */
export type WhatIfFilter = (end: WhatIfEndRow, back: WhatIfBackKind) => boolean;

/** The table: all of it, or the cases that are `wanted`. Costs some hundred packets at most, whatever the settings. */
export function whatIf(settings: WhatIfSettings, wanted: WhatIfFilter = () => true): WhatIf {
  const agreed = agreedOf(settings);
  const ends = whatIfEnds
    .filter((end) => end.possible(settings, agreed))
    .map((end) => ({
      kind: end.kind,
      usual: end.usual,
      noticedAfterMs: end.noticedAfterMs(agreed),
      outcomes: backsOf(settings, agreed, end)
        .filter(({ row }) => wanted(end, row.kind))
        .map(({ row, afterMs }) => outcomeOf(settings, agreed, end, row, afterMs)),
    }));
  return { settings, notes: notesOf(settings, agreed), ends };
}

/** What CONNECT and CONNACK will agree on, as far as is known. */
export function agreedOf(settings: WhatIfSettings): Agreed {
  const { expiry, keepAlive } = replacedBy(settings);
  const { protocolVersion, cleanStart, sessionExpiryInterval, keepAliveSeconds } = settings;
  const asked =
    protocolVersion === 5 ? secondsOf(sessionExpiryInterval ?? 0) : cleanStart ? 0 : Number.POSITIVE_INFINITY;
  return {
    expiry: expiry === undefined ? asked : secondsOf(expiry),
    keepAliveSeconds: keepAlive ?? keepAliveSeconds,
  };
}

/** What CONNACK replaces (v5 3.2.2.3.2, 3.2.2.3.14). */
function replacedBy(settings: WhatIfSettings): {
  readonly expiry: number | undefined;
  readonly keepAlive: number | undefined;
} {
  const { server, protocolVersion, sessionExpiryInterval = 0 } = settings;
  if (server === undefined || protocolVersion !== 5) return { expiry: undefined, keepAlive: undefined };
  const { sessionExpiryMaximum, serverKeepAlive } = server;
  const capped = sessionExpiryMaximum !== undefined && sessionExpiryMaximum < sessionExpiryInterval;
  return { expiry: capped ? sessionExpiryMaximum : undefined, keepAlive: serverKeepAlive };
}

/** How one case went. */
interface Played {
  readonly will: ExpectationView | undefined;
  readonly keepAlive: ExpectationView | undefined;
  readonly sessionEnd: ExpectationView | undefined;
  readonly present: ExpectationView | undefined;
  /** What the old connection carried, and what the new one does. */
  readonly session: SessionView | undefined;
  readonly nextSession: SessionView | undefined;
  readonly backAtMs: number | undefined;
}

/** The number of the connection that ends, and of the one that comes back. */
const first = 1;
const second = 2;

function play(
  settings: WhatIfSettings,
  end: WhatIfEndRow,
  back: BackRow,
  backAtMs: number | undefined,
  sessionPresent: boolean,
): Played {
  const stage = new WhatIfStage();
  const { expiry, keepAlive } = replacedBy(settings);
  const connack: StageConnack = {
    reasonCode: 0,
    sessionPresent: false,
    sessionExpiryInterval: expiry,
    serverKeepAlive: keepAlive,
  };
  stage.connect(connectOf(settings, 'client', settings.cleanStart));
  if (end.kind !== 'refused' && end.kind !== 'unanswered') {
    stage.connack(first, connack);
    stage.goTo(lossAtMs);
    stage.send(first, { type: 'pingreq' });
    stage.get(first, { type: 'pingresp' });
  }
  stage.goTo(lossAtMs);
  if (back.takesOver) {
    if (end.kind === 'silent') stage.act('freeze', { connection: first });
  } else end.play?.(stage, first);
  const will = stage.expectation('will', first);
  const keepAliveCase = stage.expectation('keep-alive', first);
  const sessionEnd = stage.expectation('session-end', first);
  if (backAtMs === undefined) {
    const session = stage.session(first);
    return {
      will,
      keepAlive: keepAliveCase,
      sessionEnd,
      present: undefined,
      session,
      nextSession: undefined,
      backAtMs,
    };
  }
  const session = stage.session(first);
  stage.goTo(backAtMs);
  const clientId = back.kind === 'other-identity' ? 'another' : 'client';
  stage.connect(connectOf(settings, clientId, back.cleanStart));
  if (!back.accepted) {
    stage.connack(second, { reasonCode: settings.protocolVersion === 5 ? 0x87 : 5, sessionPresent: false });
    stage.close(second, { by: 'server', how: 'fin' });
  } else {
    if (back.takesOver) {
      if (settings.protocolVersion === 5)
        stage.get(first, { type: 'disconnect', reasonCode: 0x8e, properties: [] });
      stage.close(first, { by: 'server', how: 'fin' });
    }
    stage.connack(second, { ...connack, sessionPresent });
  }
  const later = stage.expectation('will', first);
  return {
    // One that has been decided for want of a witness is told as it was before.
    will: later?.verdict === 'unobserved' ? (will ?? later) : later,
    keepAlive: undefined,
    sessionEnd: stage.expectation('session-end', first) ?? sessionEnd,
    present: stage.expectation('session-present', second),
    session,
    nextSession: stage.session(second),
    backAtMs,
  };
}

function connectOf(settings: WhatIfSettings, clientId: string, cleanStart: boolean): StageConnect {
  const { protocolVersion: version, keepAliveSeconds, sessionExpiryInterval, will } = settings;
  return {
    version,
    clientId,
    cleanStart,
    keepAliveSeconds,
    sessionExpiryInterval,
    will: will && { willDelayInterval: will.willDelayInterval },
  };
}

function outcomeOf(
  settings: WhatIfSettings,
  agreed: Agreed,
  end: WhatIfEndRow,
  back: BackRow,
  afterMs: number | undefined,
): WhatIfOutcome {
  const noticedMs = end.noticedAfterMs(agreed);
  const sinceLossMs = back.takesOver ? 0 : (noticedMs ?? 0);
  const backAtMs = afterMs === undefined ? undefined : lossAtMs + sinceLossMs + afterMs;
  const { played, sessionPresent } = playRight(settings, end, back, backAtMs);
  const { will, keepAlive, sessionEnd, present } = played;
  const rows = rowsOf(played);
  const rules = rows.flatMap((row) => ruleOfReturn(row, back, settings, will));
  const facts = mergeFacts([
    will?.facts ?? keepAlive?.facts ?? [],
    sessionEnd?.facts ?? [],
    rules,
    present?.facts ?? [],
  ]);
  return {
    back: back.kind,
    backAfterMs: backAtMs === undefined ? undefined : backAtMs - lossAtMs,
    own:
      back.kind !== 'none' &&
      back.accepted &&
      (settings.identity === 'changes' || back.cleanStart === settings.cleanStart),
    will: willOutcome(settings, played, rows, noticedAtMs(end, back, noticedMs, backAtMs)),
    session: sessionOutcome(played, rows, end, back, noticedAtMs(end, back, noticedMs, backAtMs)),
    sessionPresent,
    severity: will?.severity ?? keepAlive?.severity ?? 'must',
    rows: rows.map(({ id }) => id),
    statements: statementsOf(facts, rows, settings.protocolVersion),
    facts: facts.map((each) => timeless(each)),
  };
}

/** When the Server notices: for a takeover, when the new CONNECT is accepted. */
function noticedAtMs(
  end: WhatIfEndRow,
  back: BackRow,
  noticedMs: number | undefined,
  backAtMs: number | undefined,
): number {
  if (back.takesOver && backAtMs !== undefined) return backAtMs;
  return lossAtMs + (end.kind === 'unanswered' ? 0 : (noticedMs ?? 0));
}

/** Plays the case with each answer that CONNACK may give, and goes by the one that the rules accept. */
function playRight(
  settings: WhatIfSettings,
  end: WhatIfEndRow,
  back: BackRow,
  backAtMs: number | undefined,
): { readonly played: Played; readonly sessionPresent: WhatIfOutcome['sessionPresent'] } {
  if (backAtMs === undefined || !back.accepted) {
    return { played: play(settings, end, back, backAtMs, false), sessionPresent: undefined };
  }
  const without = play(settings, end, back, backAtMs, false);
  if (settings.protocolVersion === 3) return { played: without, sessionPresent: 'no-flag' };
  const withSession = play(settings, end, back, backAtMs, true);
  if (withSession.present?.verdict === 'met') return { played: withSession, sessionPresent: 1 };
  // Without history the rules expect nothing: then there is no Session.
  if (without.present === undefined || without.present.verdict === 'met') {
    return { played: without, sessionPresent: 0 };
  }
  return { played: withSession, sessionPresent: 'open' };
}

const rowById: ReadonlyMap<RowId, DecisionRow> = new Map(decisionTable.map((each) => [each.id, each]));

function rowsOf({ will, keepAlive, sessionEnd, present }: Played): readonly DecisionRow[] {
  const ids = [will?.row ?? keepAlive?.row ?? sessionEnd?.row, present?.row];
  const rows = new Set<DecisionRow>();
  for (const id of ids) {
    const found = id === undefined ? undefined : rowById.get(id);
    if (found !== undefined) rows.add(found);
  }
  return [...rows];
}

/** The rule of a row that the Session Present of the return brought up. */
function ruleOfReturn(
  row: DecisionRow,
  back: BackRow,
  settings: WhatIfSettings,
  will: ExpectationView | undefined,
): readonly Fact[] {
  if (back.kind === 'none' || will === undefined || row.id === will.row) return [];
  if (!row.phases.includes('reconnect')) return [];
  return ruleFacts(row, row, settings.protocolVersion, undefined);
}

function statementsOf(
  facts: readonly Fact[],
  rows: readonly DecisionRow[],
  version: ProtocolVersion,
): readonly StatementRef[] {
  const found = new Map<string, StatementRef>();
  const cited = facts.flatMap(({ statement }) => (statement === undefined ? [] : [statement]));
  const ofRows = rows.flatMap(({ statements }) => statements.filter((each) => each.version === version));
  for (const each of [...cited, ...ofRows]) {
    found.set(`${each.version} ${each.id}`, each);
  }
  return [...found.values()];
}

function willOutcome(
  settings: WhatIfSettings,
  { will, backAtMs }: Played,
  rows: readonly DecisionRow[],
  noticed: number,
): WillOutcome {
  if (settings.will === undefined) return { kind: 'none' };
  if (will === undefined) return { kind: 'open' };
  if (will.demands === 'does-not-happen') return { kind: 'withheld' };
  const row = rows.find(({ id }) => id === will.row);
  if (row?.due === 'unbounded' && row.will === 'publish') return { kind: 'published-some-time' };
  if (will.verdict === 'undecided' || will.dueAtMs === undefined) return { kind: 'open' };
  if (row?.due === 'reconnect' && backAtMs !== undefined) {
    return { kind: 'published-at-return', afterMs: will.dueAtMs - lossAtMs };
  }
  return { kind: 'published', afterMs: will.dueAtMs - lossAtMs, afterNoticeMs: will.dueAtMs - noticed };
}

function sessionOutcome(
  played: Played,
  rows: readonly DecisionRow[],
  end: WhatIfEndRow,
  back: BackRow,
  noticed: number,
): SessionOutcome {
  const { session, nextSession } = played;
  if (end.kind === 'unanswered' || rows.some((row) => row.session === 'open')) return { kind: 'open' };
  if (session === undefined) return { kind: 'none' };
  if (!back.accepted && back.takesOver) return { kind: 'untouched' };
  if (nextSession !== undefined && back.kind !== 'other-identity') {
    if (nextSession.id === session.id) return { kind: 'resumed' };
    const oldEndedAtMs = session.endedAtMs ?? session.endsAtMs;
    const before = oldEndedAtMs !== undefined && oldEndedAtMs <= (played.backAtMs ?? 0);
    return { kind: 'new', oldEndedAfterMs: before ? oldEndedAtMs - lossAtMs : undefined };
  }
  if (session.state === 'connected') return { kind: 'open' };
  if (session.endedAtMs !== undefined) return { kind: 'ends-with-connection' };
  if (session.endsAtMs === undefined || session.sessionExpiryInterval === maximumInterval)
    return { kind: 'kept' };
  return {
    kind: 'expires',
    afterMs: session.endsAtMs - lossAtMs,
    afterNoticeMs: session.endsAtMs - noticed,
  };
}
