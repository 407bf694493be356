/** The shapes of one lane's tracks: what a connection, a session, a will looks like over time. */
import type {
  ConnectionView,
  ExpectationView,
  FaultView,
  SessionView,
  WillView,
} from '../../session/model.ts';
import { endWords, faultWords, leftOf, sessionWords } from '../model/describe.ts';
import type { Entities, Lane } from '../model/entities.ts';
import { type Tone, verdictLook, willWords } from '../model/verdicts.ts';
import type { Words } from '../model/words.ts';
import type { UnplacedBar } from './labels.ts';
import type { PlacedTrack } from './lanes.ts';
import type { BarStyle, MarkMember, SymbolName, Target } from './scene.ts';
import type { TimeScale } from './time-scale.ts';

export interface TrackContext {
  readonly entities: Entities;
  readonly scale: TimeScale;
  readonly nowMs: number;
  readonly words: Words;
}

export interface TrackShapes {
  readonly bars: UnplacedBar[];
  readonly marks: MarkMember[];
}

/** How much of a track's height its bars take. */
const barShare = 0.66;
/** A narrow bar that reaches less than this beyond the one before it, of the same style, becomes a part of it. */
const mergedPx = 2;
/** A bar narrower than this has no room for words. */
const labelledPx = 24;
/** What stands further to the right of the view than this changes nothing in it. */
const beyondPx = 40;

/** Whether what lasted from one time to another neither shows nor decides which marks in view are told together. */
function isFar({ startMs, endMs, spanMs }: TimeScale, fromMs: number, toMs: number | undefined): boolean {
  return fromMs > endMs || (toMs !== undefined && toMs < startMs - spanMs);
}

class TrackBuilder {
  readonly bars: UnplacedBar[] = [];
  readonly marks: MarkMember[] = [];
  /** The last bar of each style, to which those go that would show as nothing but a longer edge. */
  readonly #last = new Map<BarStyle, { bar: UnplacedBar; index: number }>();
  readonly #scale: TimeScale;
  readonly #y: number;
  readonly #height: number;
  readonly #nowMs: number;

  constructor({ scale, nowMs }: TrackContext, track: PlacedTrack) {
    this.#scale = scale;
    this.#nowMs = nowMs;
    this.#height = Math.round(track.height * barShare);
    this.#y = track.top + Math.round((track.height - this.#height) / 2);
  }

  bar(style: BarStyle, fromMs: number, toMs: number, target: Target, label?: () => string): void {
    const { startMs, endMs, widthPx } = this.#scale;
    if (toMs < startMs || fromMs > endMs || toMs < fromMs) return;
    const x0 = Math.max(-4, this.#scale.xOf(fromMs));
    const x1 = Math.min(widthPx + 4, Math.max(this.#scale.xOf(toMs), x0 + 1));
    const last = this.#last.get(style);
    const isSliver = x1 - x0 < 2 * mergedPx;
    if (isSliver && last !== undefined && x0 >= last.bar.x0 && x1 - last.bar.x1 < mergedPx) {
      if (x1 <= last.bar.x1) return;
      last.bar = { ...last.bar, x1 };
      this.bars[last.index] = last.bar;
      return;
    }
    const bar: UnplacedBar = {
      style,
      x0,
      x1,
      y: this.#y,
      height: this.#height,
      label: x1 - x0 < labelledPx ? '' : (label?.() ?? ''),
      target,
    };
    this.#last.set(style, { bar, index: this.bars.length });
    this.bars.push(bar);
  }

  mark(symbol: SymbolName, tone: Tone, atMs: number, target: Target, label?: () => string): void {
    const x = this.#scale.xOf(atMs);
    // What lies to the left of the view still decides which marks in it are told together.
    if (x > this.#scale.widthPx + beyondPx) return;
    const ahead = atMs > this.#nowMs;
    this.marks.push({ symbol, tone, x, y: this.#y + this.#height / 2, atMs, label, ahead, target });
  }
}

export function connectionShapes(lane: Lane, track: PlacedTrack, context: TrackContext): TrackShapes {
  const builder = new TrackBuilder(context, track);
  for (const id of lane.connections) {
    const connection = context.entities.connections.get(id);
    if (connection === undefined) continue;
    if (!isFar(context.scale, connection.openedAtMs, connection.closedAtMs))
      addConnection(builder, connection, context);
  }
  return builder;
}

function addConnection(
  builder: TrackBuilder,
  connection: ConnectionView,
  { nowMs, words }: TrackContext,
): void {
  const target: Target = { kind: 'connection', id: connection.id };
  const { openedAtMs, acceptedAtMs, closedAtMs } = connection;
  const endMs = closedAtMs ?? Math.max(nowMs, openedAtMs);
  if (acceptedAtMs === undefined) {
    builder.bar(closedAtMs === undefined ? 'opening' : 'refused', openedAtMs, endMs, target);
  } else {
    builder.bar('opening', openedAtMs, acceptedAtMs, target);
    const label = (): string => {
      if (connection.sessionPresent === true) return words.t('session.resumed');
      // What a fault makes of it stands where the fault begins.
      return closedAtMs === undefined ? words.t('connection.open') : '';
    };
    builder.bar('open', acceptedAtMs, endMs, target, label);
  }
  for (const fault of connection.faults ?? []) addFault(builder, fault, endMs, words);
  if (closedAtMs !== undefined) {
    const { symbol, tone } = endLook(connection);
    builder.mark(symbol, tone, closedAtMs, target, () => endWords(connection, words));
  }
}

/** What ended the connection at once is told by its end. */
const endsAtOnce: ReadonlySet<FaultView['kind']> = new Set(['reset_peer', 'close', 'down']);

function addFault(builder: TrackBuilder, fault: FaultView, endMs: number, words: Words): void {
  if (endsAtOnce.has(fault.kind)) return;
  const target: Target = { kind: 'packet', seq: fault.seq };
  builder.bar('fault', fault.atMs, Math.max(fault.atMs, Math.min(fault.untilMs ?? endMs, endMs)), target);
  builder.mark('fault', 'warning', fault.atMs, target, () => faultWords(fault, words));
  const { left } = fault;
  if (left === undefined) return;
  builder.mark('fault', 'warning', left.atMs, { kind: 'packet', seq: left.seq }, () =>
    faultWords(leftOf(fault), words),
  );
}

/** A DISCONNECT by the Client is an orderly end; everything else leaves the will behind. */
function endLook({ endCause, acceptedAtMs }: ConnectionView): {
  readonly symbol: SymbolName;
  readonly tone: Tone;
} {
  if (acceptedAtMs === undefined) return { symbol: 'cut', tone: 'bad' };
  return endCause === 'disconnect' ? { symbol: 'stop', tone: 'neutral' } : { symbol: 'cut', tone: 'warning' };
}

export function sessionShapes(lane: Lane, track: PlacedTrack, context: TrackContext): TrackShapes {
  const builder = new TrackBuilder(context, track);
  const { connections, sessions } = context.entities;
  const ofSession = new Map<number, ConnectionView[]>();
  for (const id of lane.sessions) {
    const session = sessions.get(id);
    if (session !== undefined && !isFar(context.scale, session.startedAtMs, session.endedAtMs))
      ofSession.set(id, []);
  }
  for (const id of lane.connections) {
    const connection = connections.get(id);
    if (connection?.session !== undefined) ofSession.get(connection.session)?.push(connection);
  }
  for (const [id, carriers] of ofSession) {
    const session = sessions.get(id);
    if (session !== undefined) addSession(builder, session, carriers, context);
  }
  return builder;
}

function addSession(
  builder: TrackBuilder,
  session: SessionView,
  connections: readonly ConnectionView[],
  { nowMs, words, scale }: TrackContext,
): void {
  const target: Target = { kind: 'session', id: session.id };
  const endMs =
    session.endedAtMs ?? session.endsAtMs ?? (session.state === 'connected' ? nowMs : scale.endMs);
  let keptFromMs: number | undefined;
  for (const connection of connections) {
    const fromMs = Math.max(connection.acceptedAtMs ?? connection.openedAtMs, session.startedAtMs);
    if (keptFromMs !== undefined) builder.bar('kept', keptFromMs, fromMs, target);
    const toMs = Math.min(connection.closedAtMs ?? nowMs, endMs);
    builder.bar('held', fromMs, Math.max(fromMs, toMs), target);
    keptFromMs = connection.closedAtMs;
  }
  const told = (): string => sessionWords(session, words).short;
  const hasEnd = session.endedAtMs !== undefined || session.endsAtMs !== undefined;
  if (keptFromMs !== undefined && endMs > keptFromMs) {
    builder.bar('kept', keptFromMs, endMs, target, hasEnd ? undefined : told);
  }
  if (hasEnd) builder.mark('end', 'neutral', endMs, target, told);
}

export function willShapes(lane: Lane, track: PlacedTrack, context: TrackContext): TrackShapes {
  const builder = new TrackBuilder(context, track);
  for (const id of lane.wills) {
    const will = context.entities.wills.get(id);
    if (will !== undefined) addWill(builder, will, context);
  }
  return builder;
}

function addWill(
  builder: TrackBuilder,
  will: WillView,
  { entities, nowMs, words, scale }: TrackContext,
): void {
  const expectation =
    will.expectation === undefined ? undefined : entities.expectations.get(will.expectation);
  const target: Target =
    expectation === undefined ? { kind: 'will', id: will.id } : { kind: 'expectation', id: expectation.id };
  const closedAtMs = entities.connections.get(will.connection)?.closedAtMs;
  const times = willTimes(will, expectation, closedAtMs, nowMs);
  const isOver = will.state !== 'due';
  if (isFar(scale, will.armedAtMs, isOver ? Math.max(times.waitingUntilMs, times.markAtMs) : undefined))
    return;
  const carried: Target = { kind: 'will', id: will.id };
  builder.mark('hollow', 'neutral', will.armedAtMs, carried);
  builder.bar('armed', will.armedAtMs, times.armedUntilMs, carried, () => words.t('will.armed'));
  if (times.waitingUntilMs > times.armedUntilMs) {
    builder.bar('waiting', times.armedUntilMs, times.waitingUntilMs, target, () => words.t('will.waiting'));
  }
  const owed = expectation?.verdict === 'pending' || expectation?.leftOpen === true;
  if (will.state === 'due' && will.dueAtMs !== undefined && owed) {
    builder.bar('owed', will.dueAtMs, Math.max(nowMs, will.dueAtMs), target);
  }
  if (will.foreseen !== undefined) addForeseen(builder, will.foreseen, nowMs, words);
  const look = willLook(will, expectation);
  if (look !== undefined) {
    const label = (): string =>
      will.state === 'waiting' && expectation?.leftOpen !== true
        ? words.t('will.due', { dueAt: words.clock(times.markAtMs, 1) })
        : willWords(will, expectation, words);
    builder.mark(look.symbol, look.tone, times.markAtMs, target, label);
  }
}

/** The way from now to the time at which it is due if the Client stays silent. */
function addForeseen(
  builder: TrackBuilder,
  { dueAtMs, expectation }: NonNullable<WillView['foreseen']>,
  nowMs: number,
  words: Words,
): void {
  const target: Target = { kind: 'expectation', id: expectation };
  if (dueAtMs > nowMs) builder.bar('waiting', nowMs, dueAtMs, target);
  const label = (): string => words.t('will.due', { dueAt: words.clock(dueAtMs, 1) });
  builder.mark('hollow', 'accent', dueAtMs, target, label);
}

interface WillTimes {
  readonly armedUntilMs: number;
  readonly waitingUntilMs: number;
  readonly markAtMs: number;
}

/** From when to when a will is armed and waits, and where its outcome stands. */
export function willTimes(
  will: WillView,
  expectation: ExpectationView | undefined,
  closedAtMs: number | undefined,
  nowMs: number,
): WillTimes {
  const outcomeMs = {
    armed: nowMs,
    waiting: will.dueAtMs ?? nowMs,
    due: will.dueAtMs ?? closedAtMs ?? nowMs,
    published: will.publishedAtMs ?? expectation?.observed?.atMs ?? will.dueAtMs ?? nowMs,
    cancelled: expectation?.decidedAtMs ?? will.dueAtMs ?? nowMs,
    discarded: closedAtMs ?? expectation?.createdAtMs ?? nowMs,
  }[will.state];
  const endMs = closedAtMs ?? (will.state === 'armed' ? nowMs : (expectation?.createdAtMs ?? outcomeMs));
  const armedUntilMs = Math.max(will.armedAtMs, Math.min(endMs, outcomeMs));
  return { armedUntilMs, waitingUntilMs: Math.max(armedUntilMs, outcomeMs), markAtMs: outcomeMs };
}

function willLook(
  will: WillView,
  expectation: ExpectationView | undefined,
): { readonly symbol: SymbolName; readonly tone: Tone } | undefined {
  const tone = expectation === undefined ? 'neutral' : verdictLook(expectation).tone;
  switch (will.state) {
    case 'armed':
      return undefined;
    case 'waiting':
      return expectation?.leftOpen === true
        ? { symbol: 'question', tone }
        : { symbol: 'hollow', tone: 'accent' };
    case 'discarded':
      return { symbol: 'cross', tone: 'neutral' };
    case 'cancelled':
      return { symbol: 'crossed', tone: 'neutral' };
    case 'published':
      return { symbol: 'star', tone };
    case 'due':
      return owedLook(expectation, tone);
  }
}

function owedLook(expectation: ExpectationView | undefined, tone: Tone): { symbol: SymbolName; tone: Tone } {
  switch (expectation?.verdict) {
    case 'missed':
      return { symbol: 'alert', tone };
    case 'unobserved':
    case 'undecided':
      return { symbol: 'question', tone };
    default:
      return { symbol: 'hollow', tone: 'accent' };
  }
}
