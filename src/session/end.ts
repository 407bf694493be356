/**
 * How a Network Connection ended, and when the Server noticed (T0). T0 is an interval: a close that the Client's side made is noticed
 * from then on; one that the Server made had happened shortly before it was seen.
 */
import { reasonCodeName } from '../mqtt/reason-codes.ts';
import type { Connection } from './connection.ts';
import type { EndKind } from './decision-table.ts';
import { type Expiry, finalExpiry } from './expiry.ts';
import { fact } from './facts.ts';
import type { Fact, FaultView } from './model.ts';
import type { EndCause } from './sentences.ts';
import type { Standstills } from './standstills.ts';
import { keepAliveFactor, tolerances } from './tolerances.ts';

export interface End {
  readonly kind: EndKind;
  readonly cause: EndCause;
  /** The record that shows it. */
  readonly seq: number;
  /** T0 as shown, and the interval in which it lies. `untilMs` is Infinity when nothing bounds it. */
  readonly atMs: number;
  readonly fromMs: number;
  untilMs: number;
  /** Will Delay Interval in seconds. */
  readonly delay: number;
  readonly expiry: Expiry;
  /** The connection that took over, if it is in the trace. */
  readonly taker: Connection | undefined;
}

export function delayOf(connection: Connection): number {
  return connection.connect?.willDelayInterval ?? 0;
}

interface Cause {
  readonly kind: EndKind;
  readonly cause: EndCause;
}

/** How it ended, from all that its packets, its close and the actions on it say. */
export function classifyEnd(connection: Connection): Cause {
  const { clientDisconnect, stopped, deleted, serverDisconnect, closed } = connection;
  if (clientDisconnect !== undefined) return byClientDisconnect(clientDisconnect.kind);
  if (connection.connect === undefined && closed?.end.how === 'refused')
    return { kind: 'abrupt', cause: 'not-opened' };
  if (stopped !== undefined) return { kind: 'server-stopped', cause: 'server-stopped' };
  if (deleted !== undefined) return { kind: 'session-deleted', cause: 'deleted' };
  if (serverDisconnect !== undefined) return byServerDisconnect(connection, serverDisconnect.reasonCode);
  const by = closed?.end.by ?? 'server';
  if (by === 'client') {
    return { kind: 'abrupt', cause: closed?.end.how === 'fin' ? 'closed' : 'cut' };
  }
  if (connection.violation !== undefined) return { kind: 'client-violation', cause: 'violation' };
  if (silentPastKeepAlive(connection, closed?.atMs ?? 0)) return { kind: 'keep-alive', cause: 'keep-alive' };
  if (by === 'server') return byBareClose(connection);
  if (by === 'network') return { kind: 'abrupt', cause: 'lost' };
  // MQTT 3.1 tells a close by the Server from an I/O error, and an end that could be either is left open.
  return { kind: connection.version === 3 ? 'server-closed' : 'abrupt', cause: 'ended' };
}

function byClientDisconnect(kind: NonNullable<Connection['clientDisconnect']>['kind']): Cause {
  if (kind === 'normal') return { kind, cause: 'disconnect' };
  if (kind === 'with-will') return { kind, cause: 'disconnect-with-will' };
  if (kind === 'client-error') return { kind, cause: 'disconnect-error' };
  return { kind, cause: 'disconnect-invalid' };
}

function byServerDisconnect(connection: Connection, code: number): Cause {
  // v5 3.1.2.5: a Server that shuts down may publish after its restart, whether it says so before or not.
  if (code === 0x8b) return { kind: 'server-stopped', cause: 'server-stopped' };
  if (code === 0x8d) return { kind: 'keep-alive', cause: 'keep-alive' };
  if (code === 0x8e) return { kind: 'taken-over', cause: 'taken-over' };
  if (code === 0x9c || code === 0x9d) return { kind: 'redirected', cause: 'redirected' };
  if (connection.violation !== undefined) return { kind: 'client-violation', cause: 'violation' };
  if (connection.reauthenticating) {
    return { kind: 'reauthentication-failed', cause: 'reauthentication-failed' };
  }
  return { kind: 'server-closed', cause: 'server-disconnect' };
}

function byBareClose(connection: Connection): Cause {
  if (connection.reauthenticating) {
    return { kind: 'reauthentication-failed', cause: 'reauthentication-failed' };
  }
  return { kind: 'server-closed', cause: 'server-closed' };
}

/** Whether nothing had come from the Client for one and a half times the Keep Alive. */
export function silentPastKeepAlive(connection: Connection, atMs: number): boolean {
  return atMs >= keepAliveEndsAtMs(connection) - tolerances.clockMs;
}

/**
 * Whether the Client had been silent past its Keep Alive by then, and before the connection ended as shown: then the Server may have
 * closed it before, unseen, whatever came of the Client afterwards.
 */
export function mayHaveRunOut(connection: Connection, end: End, atMs: number): boolean {
  const { clientDisconnect, keepAliveSeconds } = connection;
  const limitMs = keepAliveSeconds * 1000 * keepAliveFactor;
  const heardAtMs = clientDisconnect?.previousAtMs ?? connection.lastFromClientAtMs;
  return limitMs > 0 && Math.min(atMs, end.atMs) >= heardAtMs + limitMs - tolerances.clockMs;
}

/** When the Server noticed: as shown, at the earliest, at the latest. */
function noticed(
  connection: Connection,
  kind: EndKind,
  { nowMs, standstills }: Moment,
): Pick<End, 'atMs' | 'fromMs' | 'untilMs'> {
  const { clientDisconnect, stopped, deleted, serverDisconnect, closed, violation } = connection;
  const closedAtMs = closed?.atMs ?? nowMs;
  if (clientDisconnect !== undefined) {
    const atMs = isValid(clientDisconnect.kind) ? clientDisconnect.atMs : closedAtMs;
    return { atMs, fromMs: clientDisconnect.atMs, untilMs: closedAtMs };
  }
  const told = stopped ?? deleted;
  if (told !== undefined)
    return { atMs: told.atMs, fromMs: told.atMs, untilMs: Math.max(told.atMs, closedAtMs) };
  if (serverDisconnect !== undefined) {
    const { atMs, previousAtMs } = serverDisconnect;
    const fromMs = Math.max(previousAtMs, atMs - tolerances.closeSeenAfterMs);
    return { atMs, fromMs: Math.min(fromMs, standstills.earliest(atMs)), untilMs: closedAtMs };
  }
  const by = closed?.end.by ?? 'server';
  if (by === 'client') {
    // What the Client did wrong, or its silence, may have made the Server close before.
    const fromMs = Math.min(closedAtMs, violation?.atMs ?? closedAtMs, keepAliveEndsAtMs(connection));
    return { atMs: closedAtMs, fromMs, untilMs: closedAtMs };
  }
  if (by === 'network') {
    const fromMs = kind === 'keep-alive' ? keepAliveEndsAtMs(connection) : connection.lastFromServerAtMs;
    return {
      atMs: closedAtMs,
      fromMs: Math.min(fromMs, standstills.earliest(closedAtMs)),
      untilMs: linkUntilMs(connection, closedAtMs),
    };
  }
  const fromMs = Math.max(connection.lastFromServerAtMs, closedAtMs - tolerances.closeSeenAfterMs);
  return {
    atMs: closedAtMs,
    fromMs: Math.min(fromMs, standstills.earliest(closedAtMs)),
    untilMs: closedAtMs,
  };
}

function isValid(kind: string): boolean {
  return kind === 'normal' || kind === 'with-will' || kind === 'client-error';
}

/** A Server whose link failed notices at the latest when the Keep Alive runs out; without one, nothing bounds it. */
function linkUntilMs(connection: Connection, closedAtMs: number): number {
  return Math.max(closedAtMs, keepAliveEndsAtMs(connection));
}

/** When a Server that hears nothing more must close; Infinity while Keep Alive is off. */
export function keepAliveEndsAtMs(connection: Connection): number {
  const limitMs = connection.keepAliveSeconds * 1000 * keepAliveFactor;
  return limitMs === 0 ? Number.POSITIVE_INFINITY : connection.lastFromClientAtMs + limitMs;
}

/** Now, and when nothing was read before. */
interface Moment {
  readonly nowMs: number;
  readonly standstills: Standstills;
}

/** The end of a connection, as known now: at its close, or before when a packet has ended it. */
export function endOf(connection: Connection, { nowMs, standstills }: Moment): End {
  const { kind, cause } = classifyEnd(connection);
  return {
    kind,
    cause,
    seq: endSeq(connection),
    ...noticed(connection, kind, { nowMs, standstills }),
    delay: delayOf(connection),
    expiry: finalExpiry(connection),
    taker: undefined,
  };
}

/** The end by a takeover that the trace saw: the Server closes between the CONNECT of the taker and its CONNACK. */
export function takeoverEnd(connection: Connection, taker: Connection, nowMs: number): End {
  const askedAtMs = taker.connect?.atMs ?? nowMs;
  const atMs = Math.min(connection.serverDisconnect?.atMs ?? nowMs, connection.closed?.atMs ?? nowMs, nowMs);
  return {
    kind: 'taken-over',
    cause: 'taken-over',
    seq: connection.serverDisconnect?.seq ?? taker.connack?.seq ?? taker.openedSeq,
    atMs,
    fromMs: Math.min(askedAtMs, atMs),
    untilMs: nowMs,
    delay: delayOf(connection),
    expiry: finalExpiry(connection),
    taker,
  };
}

function endSeq(connection: Connection): number {
  const { clientDisconnect, stopped, deleted, serverDisconnect, closed } = connection;
  return (clientDisconnect ?? stopped ?? deleted ?? serverDisconnect ?? closed)?.seq ?? connection.openedSeq;
}

/** How it ended, as a sentence. */
export function endFact(connection: Connection, end: End): Fact {
  const { seq, atMs: endedAtMs } = end;
  const evidence = { seq };
  switch (end.kind) {
    case 'normal':
    case 'with-will':
    case 'client-error':
    case 'normal-invalid-expiry':
    case 'normal-malformed':
    case 'client-illegal-code':
      return disconnectFact(connection, end);
    case 'keep-alive':
      return fact(
        'endedKeepAlive',
        {
          endedAtMs,
          silentMs: Math.max(0, endedAtMs - connection.lastFromClientAtMs),
          keepAliveSeconds: connection.keepAliveSeconds,
        },
        evidence,
      );
    case 'client-violation':
      return fact(
        'endedViolation',
        { endedAtMs, problem: connection.clientDisconnect?.problem ?? connection.violation?.problem ?? '' },
        { seq: connection.violation?.seq ?? seq, statement: connection.violation?.statement },
      );
    case 'taken-over':
      return end.taker === undefined
        ? fact('endedTakenOverUnseen', { endedAtMs, ...serverCode(connection) }, evidence)
        : fact(
            'endedTakenOver',
            { endedAtMs, cleanStart: end.taker.cleanStartTerm },
            { seq: end.taker.connect?.seq ?? seq },
          );
    case 'reauthentication-failed':
      return fact('endedReauthentication', { endedAtMs }, evidence);
    case 'session-deleted':
      return fact('endedDeleted', { endedAtMs }, evidence);
    case 'server-stopped':
      return fact('endedServerStopped', { endedAtMs }, evidence);
    case 'server-closed':
    case 'redirected':
      return connection.serverDisconnect === undefined
        ? fact(end.cause === 'ended' ? 'endedUnknown' : 'endedByServer', { endedAtMs }, evidence)
        : fact('endedByServerCode', { endedAtMs, ...serverCode(connection) }, evidence);
    case 'connect-refused':
      return refusedFact(connection, end);
    case 'connect-unanswered':
      return fact('endedUnanswered', { endedAtMs }, evidence);
    case 'abrupt':
    case 'silent':
      return fact(abruptCode(connection, end), { endedAtMs }, evidence);
  }
}

function abruptCode(
  connection: Connection,
  end: End,
):
  | 'endedCut'
  | 'endedCutHere'
  | 'endedCutByTap'
  | 'endedClosed'
  | 'endedClosedHere'
  | 'endedClosedByTap'
  | 'endedDisconnectDropped'
  | 'endedLost'
  | 'endedUnknown' {
  const ours = connection.info.tap === 'client' && connection.info.client !== undefined;
  if (byTap(connection)) return end.cause === 'cut' ? 'endedCutByTap' : 'endedClosedByTap';
  if (connection.faults.droppedDisconnect !== undefined) return 'endedDisconnectDropped';
  if (end.cause === 'cut') return ours ? 'endedCutHere' : 'endedCut';
  if (end.cause === 'closed') return ours ? 'endedClosedHere' : 'endedClosed';
  return end.cause === 'lost' ? 'endedLost' : 'endedUnknown';
}

/** The fault that ended it, or because of which it ended without DISCONNECT. */
export function endingFault(connection: Connection, { kind }: End): FaultView | undefined {
  if (kind !== 'abrupt' && kind !== 'silent') return undefined;
  const { faults, closed } = connection;
  if (byTap(connection)) {
    return closed?.end.detail === 'fault' ? faults.newest('reset_peer', 'close', 'timeout') : undefined;
  }
  return faults.droppedDisconnect === undefined ? undefined : faults.newest('drop_disconnect');
}

/** Whether it was a fault, or the end of the tap, that ended it. */
function byTap({ closed }: Connection): boolean {
  const detail = closed?.end.detail;
  return closed?.end.by === 'client' && (detail === 'fault' || detail === 'tap-stopped');
}

function disconnectFact(connection: Connection, end: End): Fact {
  const { seq, atMs: endedAtMs } = end;
  const disconnect = connection.clientDisconnect;
  const reasonCode = disconnect?.reasonCode ?? 0;
  const reason = reasonCodeName('disconnect', 5, reasonCode);
  switch (end.kind) {
    case 'normal':
      return connection.version === 5
        ? fact('endedNormally', { endedAtMs, reasonCode }, { seq })
        : fact('endedNormallyBefore5', { endedAtMs }, { seq });
    case 'with-will':
      return fact('endedWithWill', { endedAtMs, reasonCode, reason }, { seq });
    case 'client-error':
      return fact('endedWithClientCode', { endedAtMs, reasonCode, reason }, { seq });
    case 'client-illegal-code':
      return fact('endedIllegalCode', { endedAtMs, reasonCode, reason }, { seq });
    case 'normal-invalid-expiry':
      return fact(
        'endedInvalidExpiry',
        { endedAtMs, sessionExpirySeconds: disconnect?.sessionExpiryInterval ?? 0 },
        { seq },
      );
    default:
      return fact('endedMalformedDisconnect', { endedAtMs, problem: disconnect?.problem ?? '' }, { seq });
  }
}

function serverCode(connection: Connection): { readonly reasonCode: number; readonly reason: string } {
  const reasonCode = connection.serverDisconnect?.reasonCode ?? 0;
  return { reasonCode, reason: reasonCodeName('disconnect', 5, reasonCode) };
}

function refusedFact(connection: Connection, end: End): Fact {
  const { connack } = connection;
  if (connack === undefined)
    return fact('endedClosedBeforeConnack', { endedAtMs: end.atMs }, { seq: end.seq });
  const version = connection.version || 5;
  return fact(
    'endedRefused',
    {
      endedAtMs: connack.atMs,
      reasonCode: connack.reasonCode,
      reason: reasonCodeName('connack', version, connack.reasonCode),
    },
    { seq: connack.seq },
  );
}
