import { describe, expectTypeOf, it } from 'vitest';
import type { FaultAction } from '../../../src/net/tap.ts';
import type { FaultNote as NetFaultNote } from '../../../src/profile/faults.ts';
import type {
  SessionAction,
  FaultNote as SessionFaultNote,
  SessionRulesInput,
} from '../../../src/session/model.ts';
import type { FaultNote, RecordedAction, RecordListener } from '../../../src/trace/listener.ts';

type Told = Omit<SessionRulesInput, 'advance' | 'takeChanges'>;

describe('the listener of the recorder', () => {
  it('is what the session rules take in', () => {
    expectTypeOf<RecordListener>().toEqualTypeOf<Told>();
    expectTypeOf<SessionRulesInput>().toExtend<RecordListener>();
    expectTypeOf<RecordedAction>().toEqualTypeOf<SessionAction>();
  });

  it('knows the faults that taps make', () => {
    expectTypeOf<FaultNote>().toEqualTypeOf<SessionFaultNote>();
    expectTypeOf<NetFaultNote>().toEqualTypeOf<FaultNote>();
    expectTypeOf<FaultAction>().toExtend<RecordedAction>();
  });
});
