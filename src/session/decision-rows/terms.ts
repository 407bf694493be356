/** What many rows share: versions, phases, and the statements that come up again and again. */
import type { StatementRef } from '../../mqtt/packet.ts';
import type { Condition } from './row.ts';

export function v5(...ids: readonly string[]): StatementRef[] {
  return ids.map((id) => ({ version: 5, id }));
}

export function v311(...ids: readonly string[]): StatementRef[] {
  return ids.map((id) => ({ version: 4, id }));
}

export function v31(...ids: readonly string[]): StatementRef[] {
  return ids.map((id) => ({ version: 3, id }));
}

export const always: readonly Condition[] = [{}];
export const withWill: readonly Condition[] = [{ will: true }];
export const only5 = [5] as const;
export const only311 = [4] as const;
export const only31 = [3] as const;
export const before5 = [3, 4] as const;
export const everyVersion = [3, 4, 5] as const;
export const atEnd = ['end'] as const;
export const atReconnect = ['reconnect'] as const;
export const atTakeover = ['takeover'] as const;

export const delayed = 'MQTT-3.1.3-9';
export const published = 'MQTT-3.1.2-8';
export const expired = 'MQTT-4.1.0-2';
export const discarded = 'MQTT-3.14.4-3';
export const noExpiry = '3.1.2.11.2';
