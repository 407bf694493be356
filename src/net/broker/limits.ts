import {
  type GivenServerSettings,
  resolveServerSettings,
  type ServerSettings,
} from '../../profile/sandbox-limits.ts';

/** What the broker grants and what it costs at most, every setting with a value. */
export type BrokerLimits = ServerSettings;

/** Whoever reads limits through this sees them as they are at that moment. */
export interface Limited {
  readonly limits: BrokerLimits;
}

/** Where nothing else is set. */
export const defaultLimits: BrokerLimits = resolveServerSettings({});

/** What `given` sets, then what `instead` sets, and defaults for the rest. */
export function limitsOf(given: GivenServerSettings, instead: GivenServerSettings = {}): BrokerLimits {
  return resolveServerSettings({ ...given, ...instead });
}

/** What the queues of all Sessions hold together at most, in bytes. */
export const queuedBytesInAll = 512 * 1024 * 1024;
