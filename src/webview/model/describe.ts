/** Lanes, tracks and expectations in words: what the rows beside the timeline show, and what a screen reader says. */
import { reasonCodeName } from '../../mqtt/reason-codes.ts';
import type {
  ConnectionView,
  ExpectationView,
  FaultView,
  InsightView,
  SessionView,
  WillView,
} from '../../session/model.ts';
import type { TrackKind } from '../geometry/lanes.ts';
import type { Target } from '../geometry/scene.ts';
import type { StringKey } from '../strings.ts';
import type { Entities, Lane } from './entities.ts';
import type { PacketIndex } from './packet-index.ts';
import { willWords } from './verdicts.ts';
import type { Words } from './words.ts';

export function laneName(lane: Lane, entities: Entities, words: Words): string {
  if (entities.isObserver(lane)) return words.t('lane.observer');
  if (lane.clientId !== '') return lane.clientId;
  return lane.label === '' ? words.t('lane.unknown', { connection: lane.connections[0] ?? 0 }) : lane.label;
}

export function clientName(
  of: { readonly clientId: string; readonly connection: number },
  words: Words,
): string {
  return of.clientId === '' ? words.t('lane.unknown', { connection: of.connection }) : of.clientId;
}

const versionNames = { 3: '3.1', 4: '3.1.1', 5: '5' } as const;

/** What a lane says below its name: version, Clean Start. */
export function laneFacts(lane: Lane, entities: Entities, words: Words): string {
  if (entities.isObserver(lane)) return words.t('lane.observer.facts');
  const connection = lastOf(lane.connections, entities.connections);
  if (connection?.version === undefined) return '';
  const facts = [words.t('lane.version', { version: versionNames[connection.version] })];
  if (connection.cleanStart === true) {
    facts.push(words.t(connection.version === 5 ? 'lane.cleanStart' : 'lane.cleanSession'));
  } else if (connection.sessionPresent === true) facts.push(words.t('lane.resumed'));
  if (lane.insights.length > 0) facts.push(words.count('lane.insights', lane.insights.length));
  return facts.join(' · ');
}

/** What a row beside the timeline says of its track: short enough for its column, and in full. */
export interface TrackWords {
  readonly short: string;
  readonly full: string;
}

export function trackWords(
  kind: TrackKind,
  lane: Lane,
  entities: Entities,
  index: PacketIndex,
  words: Words,
): TrackWords {
  switch (kind) {
    case 'connection':
      return connectionsWords(lane, entities, words);
    case 'session': {
      const session = lastOf(lane.sessions, entities.sessions);
      return session === undefined ? same('') : sessionWords(session, words);
    }
    case 'will':
      return willsWords(lane, entities, words);
    case 'packets':
      return packetWords(lane, index, words);
  }
}

function same(text: string): TrackWords {
  return { short: text, full: text };
}

export function endWords(connection: ConnectionView, words: Words): string {
  const cause = connection.endCause ?? 'ended';
  const refused = connection.acceptedAtMs === undefined && (connection.reasonCode ?? 0) !== 0;
  if (refused) {
    const reason = reasonCodeName('connack', connection.version ?? 5, connection.reasonCode ?? 0);
    return words.t('connection.refused', { reason });
  }
  return words.template(`end.${cause}`, cause, {});
}

/** What a tap does to a connection, and by which rule, for example `frozen to the Client (rule: each connection of demo)`. */
export function faultWords(
  { kind, direction, detail, rule }: Pick<FaultView, 'kind' | 'direction' | 'detail' | 'rule'>,
  words: Words,
): string {
  const name = words.t(`fault.${kind}`);
  const fault =
    direction === undefined || direction === 'both' ? name : words.t(`fault.${direction}`, { fault: name });
  const whole = detail === undefined ? fault : words.t('fault.detail', { fault, detail });
  return rule === undefined ? whole : words.t('fault.rule', { fault: whole, rule });
}

/** A fault as it is, or was at its end: with the one way that was left of two. */
export function leftOf(fault: FaultView): FaultView {
  return { ...fault, direction: fault.left?.direction ?? fault.direction };
}

/** What the record of this number did to a fault of the connection: made it, or took it away, whole or on one way. */
export function faultRecordWords(connection: ConnectionView, seq: number, words: Words): string | undefined {
  const faults = connection.faults ?? [];
  const made = faults.find((fault) => fault.seq === seq);
  if (made !== undefined) return words.t('record.fault', { fault: faultWords(made, words) });
  const taken = faults.filter(({ untilSeq, left }) => untilSeq === seq || left?.seq === seq);
  const over = taken.map((fault) => {
    const { left } = fault;
    if (left?.seq !== seq) return faultWords(leftOf(fault), words);
    return faultWords(
      { ...fault, direction: left.direction === 'toServer' ? 'toClient' : 'toServer' },
      words,
    );
  });
  if (over.length === 0) return undefined;
  const key = taken.some(({ gone }) => gone) ? 'record.faultGone' : 'record.faultCleared';
  return words.t(key, { faults: over.join(', ') });
}

export function connectionWords(connection: ConnectionView, words: Words): TrackWords {
  if (connection.closedAtMs !== undefined) {
    const cause = endWords(connection, words);
    return {
      short: words.t('connection.ended', { cause }),
      full: words.t('connection.endedAt', { cause, closedAtMs: connection.closedAtMs }),
    };
  }
  if (connection.acceptedAtMs === undefined) return same(words.t('connection.opening'));
  const state = words.t('connection.since', { openedAtMs: connection.openedAtMs });
  const lasting = (connection.faults ?? []).filter(({ untilMs }) => untilMs === undefined);
  const [fault] = lasting;
  if (fault === undefined) return { short: words.t('connection.open'), full: state };
  const faults = lasting.map((each) => faultWords(leftOf(each), words)).join(', ');
  return { short: words.t(`fault.${fault.kind}`), full: words.t('connection.faulty', { state, faults }) };
}

/** The newest connection of a lane; in full, what became of the one before it too: after a takeover it is the one that was lost. */
function connectionsWords(lane: Lane, entities: Entities, words: Words): TrackWords {
  const [now, before] = [-1, -2].map((at) => {
    const connection = entities.connections.get(lane.connections.at(at) ?? -1);
    return connection === undefined ? undefined : connectionWords(connection, words);
  });
  return withBefore(now ?? same(''), before, words);
}

function withBefore(now: TrackWords, before: TrackWords | undefined, words: Words): TrackWords {
  if (before === undefined) return now;
  return { short: now.short, full: words.t('track.before', { now: now.full, before: before.full }) };
}

const neverExpires = 0xffffffff;

export function sessionWords(session: SessionView, words: Words): TrackWords {
  if (session.endedAtMs !== undefined)
    return same(words.t('session.ended', { endedAt: words.clock(session.endedAtMs, 1) }));
  if (session.endsAtMs !== undefined)
    return same(words.t('session.ends', { endsAt: words.clock(session.endsAtMs, 1) }));
  if (session.state === 'connected') return same(words.t('session.connected'));
  return same(
    words.t(session.sessionExpiryInterval === neverExpires ? 'session.forever' : 'session.connected'),
  );
}

/** The newest will of a lane; in full, what became of the one before it too. */
function willsWords(lane: Lane, entities: Entities, words: Words): TrackWords {
  const toldOf = (id: number | undefined): TrackWords | undefined => {
    const will = id === undefined ? undefined : entities.wills.get(id);
    if (will === undefined) return undefined;
    const expectation =
      will.expectation === undefined ? undefined : entities.expectations.get(will.expectation);
    return willTrackWords(will, expectation, words);
  };
  return withBefore(toldOf(lane.wills.at(-1)) ?? same(''), toldOf(lane.wills.at(-2)), words);
}

function willTrackWords(will: WillView, expectation: ExpectationView | undefined, words: Words): TrackWords {
  if (expectation?.leftOpen === true) {
    return { short: words.t('will.leftOpen'), full: words.t('verdict.leftOpen') };
  }
  if (will.state === 'waiting' && will.dueAtMs !== undefined) {
    const due = words.t('will.due', { dueAt: words.clock(will.dueAtMs, 1) });
    return { short: due, full: `${words.t('will.waiting')}, ${due}` };
  }
  if (will.foreseen !== undefined) {
    const dueAt = words.clock(will.foreseen.dueAtMs, 1);
    return { short: words.t('will.due', { dueAt }), full: words.t('will.foreseen', { dueAt }) };
  }
  const full = willWords(will, expectation, words);
  return {
    short: will.state === 'published' ? words.t('will.published') : (full.split(':')[0] ?? full),
    full,
  };
}

function packetWords(lane: Lane, index: PacketIndex, words: Words): TrackWords {
  let up = 0;
  let down = 0;
  for (const id of lane.connections) {
    const marks = index.marks(id);
    up += marks?.toServer.length ?? 0;
    down += marks?.toClient.length ?? 0;
  }
  const params = { up: words.number(up), down: words.number(down) };
  return { short: words.t('track.packets.counts', params), full: words.t('track.packets.said', params) };
}

/** What the tooltip of a shape says that is no packet: the whole of what its label may have had no room for. */
export function targetWords(target: Target, entities: Entities, words: Words): string {
  switch (target.kind) {
    case 'connection': {
      const connection = entities.connections.get(target.id);
      return told('track.connection', connection && connectionWords(connection, words), words);
    }
    case 'session': {
      const session = entities.sessions.get(target.id);
      return told('track.session', session && sessionWords(session, words), words);
    }
    case 'will':
    case 'expectation': {
      const id = target.kind === 'will' ? target.id : entities.expectations.get(target.id)?.will;
      const will = entities.wills.get(id ?? -1);
      const expectation = entities.expectations.get(will?.expectation ?? -1);
      return told('track.will', will && willTrackWords(will, expectation, words), words);
    }
    case 'packet':
    case 'insight':
      return '';
  }
}

function told(track: StringKey, said: TrackWords | undefined, words: Words): string {
  return said === undefined || said.full === '' ? '' : `${words.t(track)}: ${said.full}`;
}

/** For example `will of demo`. */
export function expectationName(expectation: ExpectationView, words: Words): string {
  return words.t(`countdown.${expectation.kind}`, { client: clientName(expectation, words) });
}

/** What was noticed, in a sentence. */
export function insightTitle(insight: InsightView, words: Words): string {
  return words.t(`insight.${insight.kind}`, { clientId: insight.clientId });
}

/** The question that the facts of an expectation answer. */
export function whyTitle(expectation: ExpectationView, words: Words): string {
  const params = { clientId: clientName(expectation, words) };
  const { kind, verdict, demands, observed } = expectation;
  if (kind === 'will') {
    if (observed !== undefined) return words.t('why.will.seen', { ...params, observedAtMs: observed.atMs });
    if (verdict === 'pending' && demands === 'happens') return words.t('why.will.pending', params);
    if (demands === 'does-not-happen' || verdict === 'cancelled')
      return words.t('why.will.notPublished', params);
    if (verdict === 'missed') return words.t('why.will.missed', params);
    return words.t('why.will', params);
  }
  if (kind === 'session-end' && verdict === 'pending') return words.t('why.session-end.pending', params);
  return words.t(`why.${kind}`, params);
}

function lastOf<T>(ids: readonly number[], entities: ReadonlyMap<number, T>): T | undefined {
  const id = ids.at(-1);
  return id === undefined ? undefined : entities.get(id);
}
