/** Whether a tap listens, and what its trace says when that changes. */
import type { FaultNote, RecordedAction } from '../../mqtt/network-connection.ts';

/** Whether it listens; if not, why: nobody is at the Server's address, a rule refuses all, or somebody else has its port. */
export type TapListening = 'listening' | 'broker-away' | 'refusing' | 'port-taken';

/** What has become of the Server as a whole, in the order in which it is to be recorded. */
export function tapActions(
  before: TapListening,
  now: TapListening,
): readonly { readonly action: RecordedAction; readonly fault?: FaultNote }[] {
  const down: FaultNote = { kind: 'down' };
  return [
    ...(before === 'broker-away' ? [{ action: 'broker-back' as const }] : []),
    ...(before === 'refusing' ? [{ action: 'fault-cleared' as const, fault: down }] : []),
    ...(now === 'broker-away' ? [{ action: 'broker-away' as const }] : []),
    ...(now === 'refusing' ? [{ action: 'fault' as const, fault: down }] : []),
  ];
}
