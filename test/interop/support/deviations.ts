/** Where ejabberd 23.01 does otherwise than the decision table says, with the reason. */
import type { RowId } from '../../../src/session/model.ts';

export interface Deviation {
  readonly row: RowId;
  /** Of the probe. */
  readonly what: string;
  readonly why: string;
  /** What is found instead. */
  readonly verdicts: readonly string[];
}

const no31 = 'It does not speak 3.1, and answers its CONNECT with return code 1.';

export const deviations: readonly Deviation[] = [
  {
    row: 'D31',
    what: 'SUBSCRIBE without a Topic Filter',
    why: 'It takes a SUBSCRIBE with an empty payload, which is a Protocol Error (v5 [MQTT-3.8.3-2]), and goes on.',
    verdicts: [
      'CONNECT: Session Present 0: met',
      'the Server closes the connection: missed',
      'W1 after 2 s: missed',
    ],
  },
  {
    row: 'D70',
    what: '3.1: RST',
    why: no31,
    verdicts: ['CONNECT: Session Present 0: wrong', 'W1 after 0 s: missed'],
  },
  {
    row: 'D70',
    what: '3.1: silence, Keep Alive 1 s',
    why: no31,
    verdicts: ['CONNECT: Session Present 0: wrong', 'W1 after 1.5 s: missed'],
  },
];
