/** From what was owed and seen to a verdict. */
import type { ProtocolVersion, StatementRef } from '../mqtt/packet.ts';
import { statementKey } from '../mqtt/statements.ts';
import type { Severity } from '../session/model.ts';
import { tolerances } from '../session/tolerances.ts';
import type { CheckVerdict, ControlResult, DeviationLevel, Owed } from './report.ts';

export function levelOf(severity: Severity): DeviationLevel {
  return severity === 'must' || severity === 'should' ? severity : 'derivable';
}

/**
 * How a time compares with when it was due. Too early is judged strictly, unless T0 was read off a close that was seen
 * here (`closeSeen`): then both carry the network's delay. Lateness has the control's delay for free.
 */
export function lateness(
  lateMs: number,
  controlDelayMs: number,
  closeSeen: boolean,
  version: ProtocolVersion,
): { readonly outcome: 'met' | 'early' | 'late'; readonly statements: readonly StatementRef[] } {
  const early = tolerances.clockMs + (closeSeen ? tolerances.closeSeenAfterMs + controlDelayMs : 0);
  if (lateMs < -early) return { outcome: 'early', statements: [] };
  if (lateMs <= tolerances.onTimeMs + controlDelayMs) return { outcome: 'met', statements: [] };
  return { outcome: 'late', statements: [{ version: version === 5 ? 5 : 4, id: '3.1.2.5' }] };
}

/** What a CONNACK with Success must say of the Session. */
export function sessionPresentStatement(
  version: ProtocolVersion,
  cleanStart: boolean,
  present: boolean,
): StatementRef {
  if (version === 5) return { version, id: cleanStart ? 'MQTT-3.2.2-2' : 'MQTT-3.2.2-3' };
  return { version: 4, id: cleanStart ? 'MQTT-3.2.2-1' : present ? 'MQTT-3.2.2-2' : 'MQTT-3.2.2-3' };
}

const weight: Readonly<Record<DeviationLevel, number>> = { must: 3, derivable: 2, should: 1 };

/** `doubt` is what came between, so that a deviation may have another cause. */
export function verdictOf(
  owed: readonly Owed[],
  control: ControlResult,
  doubt: string | undefined,
): CheckVerdict {
  const failed = owed.filter(({ outcome }) => outcome !== 'met');
  const blind = control.seen ? undefined : (control.reason ?? 'the control was not seen');
  if (failed.length === 0) {
    const sawSomething = owed.some(({ outcome, expected }) => outcome === 'met' && /^will /.test(expected));
    return blind === undefined || sawSomething ? { kind: 'conforms' } : { kind: 'undecided', reason: blind };
  }
  if (doubt !== undefined) return { kind: 'undecided', reason: doubt };
  if (blind !== undefined) return { kind: 'undecided', reason: blind };
  const open = failed.filter(({ outcome }) => outcome === 'open');
  if (open.length === failed.length) {
    return {
      kind: 'undecided',
      reason: open.map(({ expected, observed }) => `${observed}, expected ${expected}`).join('; '),
    };
  }
  const broken = failed.filter(({ outcome }) => outcome !== 'open');
  const level = broken.reduce<DeviationLevel>(
    (heaviest, each) => (weight[each.level] > weight[heaviest] ? each.level : heaviest),
    'should',
  );
  const statements = new Map(
    broken.flatMap((each) => each.statements.map((ref) => [statementKey(ref), ref])),
  );
  return { kind: 'deviates', level, statements: [...statements.values()] };
}
