/** The faults that a tap can make, as commands: one row each. */
import { l10n } from 'vscode';
import type { Fault, FaultDirection } from '../../engine/messages.ts';
import { tellDirection } from '../../profile/fault-words.ts';
import type { App } from '../app.ts';
import { askInTurn, askText, pickOne, type Step } from '../ui/quick-input.ts';
import { translate } from '../ui/words.ts';
import type { Target } from './target.ts';

/** The values of faults, as far as they are known. */
export interface FaultValues {
  readonly latencyMs?: number | undefined;
  readonly jitterMs?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
  readonly direction?: FaultDirection | undefined;
}

export interface FaultRow {
  /** The command's id without the prefix. */
  readonly id: string;
  readonly kind: Fault['kind'];
  title(): string;
  /** Its name in a list of faults. */
  name(): string;
  /** Whether it is about a tap as a whole. */
  readonly ofTap?: true;
  /** The values that it has, in the order of asking. Who gives the first gives all: the others have usual ones. */
  readonly values: readonly (keyof FaultValues)[];
  fault(values: FaultValues): Fault;
}

export const faultRows: readonly FaultRow[] = [
  {
    id: 'fault.cut',
    kind: 'reset_peer',
    title: () => l10n.t('Fault: Cut Connection'),
    name: () => l10n.t('Cut Connection'),
    values: [],
    fault: () => ({ kind: 'reset_peer' }),
  },
  {
    id: 'fault.close',
    kind: 'close',
    title: () => l10n.t('Fault: Close Without DISCONNECT'),
    name: () => l10n.t('Close Without DISCONNECT'),
    values: [],
    fault: () => ({ kind: 'close' }),
  },
  {
    id: 'fault.freeze',
    kind: 'freeze',
    title: () => l10n.t('Fault: Freeze'),
    name: () => l10n.t('Freeze'),
    values: ['direction'],
    fault: ({ direction = 'both' }) => ({ kind: 'freeze', direction }),
  },
  {
    id: 'fault.delay',
    kind: 'latency',
    title: () => l10n.t('Fault: Delay'),
    name: () => l10n.t('Delay'),
    values: ['latencyMs', 'jitterMs', 'direction'],
    fault: ({ latencyMs = 0, jitterMs = 0, direction = 'both' }) => ({
      kind: 'latency',
      latencyMs,
      jitterMs,
      direction,
    }),
  },
  {
    id: 'fault.bandwidth',
    kind: 'bandwidth',
    title: () => l10n.t('Fault: Limit Bandwidth'),
    name: () => l10n.t('Limit Bandwidth'),
    values: ['bytesPerSecond', 'direction'],
    fault: ({ bytesPerSecond = 1, direction = 'both' }) => ({ kind: 'bandwidth', bytesPerSecond, direction }),
  },
  {
    id: 'fault.dropDisconnect',
    kind: 'drop_disconnect',
    title: () => l10n.t('Fault: Drop DISCONNECT'),
    name: () => l10n.t('Drop DISCONNECT'),
    values: [],
    fault: () => ({ kind: 'drop_disconnect' }),
  },
  {
    id: 'fault.dropPingresp',
    kind: 'drop_pingresp',
    title: () => l10n.t('Fault: Drop PINGRESP'),
    name: () => l10n.t('Drop PINGRESP'),
    values: [],
    fault: () => ({ kind: 'drop_pingresp' }),
  },
  {
    id: 'fault.refuse',
    kind: 'down',
    title: () => l10n.t('Fault: Refuse New Connections'),
    name: () => l10n.t('Refuse New Connections'),
    ofTap: true,
    values: [],
    fault: () => ({ kind: 'down' }),
  },
];

/**
 * The fault of a row, with its values: those of the target, or those that the user tells.
 * @param back whether the user may go back to a question before
 * @throws {Cancelled | GoneBack}
 */
export async function askFault(
  app: App,
  row: FaultRow,
  title: string,
  given: Target,
  back?: 'back',
): Promise<Fault> {
  const { latencyMs, jitterMs, bytesPerSecond, direction } = given;
  const known: FaultValues = { latencyMs, jitterMs, bytesPerSecond, direction };
  const [first] = row.values;
  if (first === undefined || known[first] !== undefined) return row.fault(known);
  const questions = row.values.map((value) => async (sofar: FaultValues, step: Step) => ({
    ...sofar,
    ...(await ask[value](app, title, step)),
  }));
  return row.fault(await askInTurn(known, questions, back));
}

const ask: Readonly<
  Record<keyof FaultValues, (app: App, title: string, step: Step) => Promise<FaultValues>>
> = {
  latencyMs: async (app, title, step) => ({
    latencyMs: await askNumber(app, 'fault.latency', {
      title,
      prompt: l10n.t('By how many milliseconds?'),
      otherwise: '500',
      step,
    }),
  }),
  jitterMs: async (app, title, step) => ({
    jitterMs: await askNumber(app, 'fault.jitter', {
      title,
      prompt: l10n.t('Give or take how many milliseconds?'),
      otherwise: '0',
      step,
    }),
  }),
  bytesPerSecond: async (app, title, step) => ({
    bytesPerSecond: await askNumber(app, 'fault.bytesPerSecond', {
      title,
      prompt: l10n.t('How many bytes in a second?'),
      otherwise: '100',
      atLeast: 1,
      step,
    }),
  }),
  direction: async (app, title, step) => ({ direction: await askDirection(app, title, step) }),
};

const directions: readonly FaultDirection[] = ['both', 'toServer', 'toClient'];

async function askDirection(app: App, title: string, step: Step): Promise<FaultDirection> {
  const question = 'fault.direction';
  const chosen = await pickOne({
    title,
    placeholder: l10n.t('Which way?'),
    choices: directions.map((direction) => ({
      id: direction,
      value: direction,
      label: tellDirection(direction, translate),
    })),
    last: app.choices.get(question),
    step,
  });
  app.choices.set(question, chosen.value);
  return chosen.value;
}

interface NumberQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly otherwise: string;
  readonly atLeast?: number;
  readonly step: Step;
}

/** A day in milliseconds, and 1 GB: more than anybody means. */
const largest = 86_400_000;

/** @throws {Cancelled | GoneBack} */
export async function askNumber(
  app: App,
  question: string,
  { otherwise, atLeast = 0, ...asked }: NumberQuestion,
): Promise<number> {
  const answer = await askText({
    ...asked,
    value: app.choices.get(question) ?? otherwise,
    problem: (text) => {
      const value = Number(text);
      const isWhole = /^\d+$/.test(text.trim()) && value >= atLeast && value <= largest;
      return isWhole ? undefined : l10n.t('A whole number from {0} to {1}', atLeast, largest);
    },
  });
  app.choices.set(question, answer);
  return Number(answer);
}
