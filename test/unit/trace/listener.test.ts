import { describe, expectTypeOf, it } from 'vitest';
import type { RecordedAction } from '../../../src/mqtt/network-connection.ts';
import type { FaultAction } from '../../../src/net/tap.ts';
import type { Fault, FaultKind } from '../../../src/profile/faults.ts';
import type { SessionRulesInput } from '../../../src/session/model.ts';
import type { RecordListener } from '../../../src/trace/listener.ts';

type Told = Omit<SessionRulesInput, 'advance' | 'takeChanges'>;

describe('the listener of the recorder', () => {
  it('is what the session rules take in', () => {
    expectTypeOf<RecordListener>().toEqualTypeOf<Told>();
    expectTypeOf<SessionRulesInput>().toExtend<RecordListener>();
  });

  it('knows the faults that taps make', () => {
    expectTypeOf<FaultKind>().toEqualTypeOf<Fault['kind']>();
    expectTypeOf<FaultAction>().toExtend<RecordedAction>();
  });
});
