/** The will of a Client that has fallen silent, before its connection has ended: when it will be due if nothing more comes. */
import { caseFactsOf } from './case-facts.ts';
import { chooseRow, willWait } from './choose-row.ts';
import type { Connection } from './connection.ts';
import { delayOf, type End } from './end.ts';
import { finalExpiry } from './expiry.ts';
import { fact } from './facts.ts';
import type { Fact } from './model.ts';

/**
 * When the will of the connection is due once the Server has heard nothing for one and a half times the Keep Alive: at
 * `runsOutAtMs`, or after the shorter of delay and expiry from then on (v5 [MQTT-3.1.2-22], [MQTT-3.1.3-9]). In milliseconds since
 * the Unix epoch; undefined when there is no will, or none that must be published then.
 */
export function willAfterSilence(connection: Connection, runsOutAtMs: number): number | undefined {
  if (connection.will === undefined) return undefined;
  const end: End = {
    kind: 'keep-alive',
    cause: 'keep-alive',
    seq: connection.lastFromClientSeq,
    atMs: runsOutAtMs,
    fromMs: runsOutAtMs,
    untilMs: runsOutAtMs,
    delay: delayOf(connection),
    expiry: finalExpiry(connection),
    taker: undefined,
  };
  const row = chooseRow('end', caseFactsOf(connection, end));
  if (row?.will !== 'publish') return undefined;
  return runsOutAtMs + (row.due === 'end' ? 0 : willWait(end.delay, end.expiry.seconds) * 1000);
}

/** The same as a sentence. */
export function foreseenWillFact(connection: Connection, runsOutAtMs: number): Fact | undefined {
  const dueAtMs = willAfterSilence(connection, runsOutAtMs);
  if (dueAtMs === undefined) return undefined;
  const seq = connection.connect?.seq;
  const afterMs = dueAtMs - runsOutAtMs;
  return afterMs === 0
    ? fact('willWithClose', { dueAtMs }, { seq })
    : fact('willAfterClose', { dueAtMs, waitSeconds: afterMs / 1000 }, { seq });
}
