/** What each deviation of the table makes of the standard's behaviour. */
import { PROPERTY } from '../../mqtt/properties.ts';
import type { DeviationName } from '../../profile/keys/deviation-rows.ts';
import { type Behaviour, standardBehaviour } from './behaviour.ts';
import { firstFailure } from './reasons.ts';
import { neverExpires } from './session.ts';

/** One alone, on top of those before it. */
type Change = (before: Behaviour) => Partial<Behaviour>;

const disconnectWithWill = 0x04;

const changes: Readonly<Record<DeviationName, Change>> = {
  noWillAt0x04: ({ removesWill }) => ({
    removesWill: (reasonCode) => reasonCode === disconnectWithWill || removesWill(reasonCode),
  }),
  noWillAtErrorCodes: ({ removesWill }) => ({
    removesWill: (reasonCode) => reasonCode >= firstFailure || removesWill(reasonCode),
  }),
  noWillAtReservedCodes: () => ({ takesReservedReasonCodes: true }),
  noWillAfterSecondConnect: () => ({ secondConnectKeepsWill: false }),
  noWillAtTakeover: () => ({ takeoverKeepsWill: () => false }),
  noWillAtResumingTakeover: ({ takeoverKeepsWill }) => ({
    takeoverKeepsWill: (session, cleanStart) =>
      (cleanStart || session.sessionExpiryInterval === 0) && takeoverKeepsWill(session, cleanStart),
  }),
  noWillWithoutSessionExpiry: ({ delayOf }) => ({
    delayOf: (loss) =>
      loss.version === 5 && !loss.cleanStart && loss.sessionExpiryInterval === 0 ? undefined : delayOf(loss),
  }),
  noWillWithCleanSession0: ({ delayOf }) => ({
    delayOf: (loss) => (loss.version !== 5 && !loss.cleanStart ? undefined : delayOf(loss)),
  }),
  noWillAtCleanStart: ({ atSessionEnd }) => ({
    atSessionEnd: (why) => (why === 'clean start' ? 'removed' : atSessionEnd(why)),
  }),
  noWillWhenDelayExceedsExpiry: ({ atSessionEnd }) => ({
    atSessionEnd: (why) => (why === 'expired' ? 'removed' : atSessionEnd(why)),
  }),
  willNotCancelledOnResume: () => ({ atResume: () => 'waits' }),
  oldWillKeptOnResume: ({ atResume }) => ({
    atResume: (next) => (next === undefined ? 'kept' : atResume(next)),
  }),
  willDelayIgnored: ({ delayOf }) => ({ delayOf: (loss) => delayOf({ ...loss, willDelayInterval: 0 }) }),
  willDelayFromConnect: ({ delayOf }) => ({
    delayOf: (loss) => {
      const delay = delayOf(loss);
      return delay === undefined ? undefined : Math.max(0, delay - loss.heldMs / 1_000);
    },
  }),
  willDelayWithoutSession: ({ atSessionEnd }) => ({
    atSessionEnd: (why) => (why === 'its connection ended' ? 'waits' : atSessionEnd(why)),
  }),
  willDelayBeyondExpiry: ({ atSessionEnd }) => ({
    atSessionEnd: (why) => (why === 'expired' ? 'waits' : atSessionEnd(why)),
  }),
  willsInLine: () => ({
    heldBackUntil: ({ will }, all, nowMs) => {
      let untilMs: number | undefined;
      for (const { will: other, willDueAtMs } of all) {
        if (will === undefined || other === undefined || willDueAtMs === undefined) continue;
        if (other.willDelayInterval >= will.willDelayInterval || willDueAtMs <= nowMs) continue;
        untilMs = Math.min(untilMs ?? willDueAtMs, willDueAtMs);
      }
      return untilMs;
    },
  }),
  willPublishedTwice: () => ({ timesPublished: 2 }),
  willDelayLeaked: () => ({ willProperties: ({ properties }) => properties }),
  willPropertiesDropped: ({ published }) => ({
    published: (will, waited) => {
      const message = published(will, waited);
      const properties = message.properties.filter(({ id }) => id === PROPERTY.userProperty);
      return { ...message, properties };
    },
  }),
  willNotRetained: ({ published }) => ({
    published: (will, waited) => ({ ...published(will, waited), retain: false }),
  }),
  delayedWillNotRetained: ({ published }) => ({
    published: (will, waited) => {
      const message = published(will, waited);
      return waited ? { ...message, retain: false } : message;
    },
  }),
  sessionByCleanStart: ({ keptFor, changedExpiry }) => ({
    keptFor: (granted, cleanStart, version) => {
      if (version !== 5) return keptFor(granted, cleanStart, version);
      return cleanStart ? 0 : neverExpires;
    },
    changedExpiry: (asked, connect) => (changedExpiry(asked, connect) === 'refused' ? 'refused' : undefined),
  }),
  sessionEndsEarly: ({ keptFor }) => ({
    keptFor: (granted, cleanStart, version) => {
      const kept = keptFor(granted, cleanStart, version);
      return version !== 5 || kept === neverExpires ? kept : Math.floor(kept / 2);
    },
  }),
  sessionOutlivesExpiry: () => ({ discardsExpired: false }),
  endedSessionResumedAtTakeover: () => ({
    takeoverResumesEnded: ({ version, sessionExpiryInterval }, cleanStart) =>
      version === 5 && sessionExpiryInterval === 0 && !cleanStart,
  }),
  disconnectExpiryIgnored: ({ changedExpiry }) => ({
    changedExpiry: (asked, connect) => (changedExpiry(asked, connect) === 'refused' ? 'refused' : undefined),
  }),
  disconnectExpiryFrom0Taken: ({ changedExpiry }) => ({
    changedExpiry: (asked, connect) => {
      const changed = changedExpiry(asked, connect);
      return changed === 'refused' ? undefined : changed;
    },
  }),
  sessionPresentAlways0: () => ({ sessionPresent: () => false }),
  sessionPresentAfterCleanStart: ({ sessionPresent }) => ({
    sessionPresent: (present, existed) => existed || sessionPresent(present, existed),
  }),
  takeoverUntold: () => ({ tellsTakeover: false }),
  keepAliveTripled: () => ({ keepAliveGrace: 3 }),
  keepAliveTooShort: () => ({ keepAliveGrace: 1 }),
  retainedExpiryFrozen: () => ({ retainedCopy: (message, nowMs) => message.publishedAnew(nowMs) }),
};

/** The standard's behaviour, with these deviations from it, one on top of the other. */
export function behaviourWith(deviations: readonly DeviationName[]): Behaviour {
  const made = { ...standardBehaviour };
  for (const name of deviations) Object.assign(made, changes[name]({ ...made }));
  return made;
}
