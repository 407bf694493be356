import { describe, expectTypeOf, it } from 'vitest';
import type { SessionAction, SessionRulesInput } from '../../../src/session/model.ts';
import type { RecordedAction, RecordListener } from '../../../src/trace/listener.ts';

type Told = Omit<SessionRulesInput, 'advance' | 'takeChanges'>;

describe('the listener of the recorder', () => {
  it('is what the session rules take in', () => {
    expectTypeOf<RecordListener>().toEqualTypeOf<Told>();
    expectTypeOf<SessionRulesInput>().toExtend<RecordListener>();
    expectTypeOf<RecordedAction>().toEqualTypeOf<SessionAction>();
  });
});
