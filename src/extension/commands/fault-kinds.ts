/** The faults that a tap can make, as commands: one row each. */
import { l10n } from 'vscode';
import type { Fault, FaultDirection } from '../../engine/messages.ts';
import type { App } from '../app.ts';
import { askInTurn, askText, pickOne, type Step } from '../ui/quick-input.ts';
import { faultDirectionWord } from '../ui/words.ts';
import type { Target } from './target.ts';

export interface FaultRow {
  /** The command's id without the prefix. */
  readonly id: string;
  readonly kind: Fault['kind'];
  title(): string;
  /** Whether it is about a tap as a whole. */
  readonly ofTap?: true;
  /** Asks for its values, unless the target has them. @throws {Cancelled} */
  ask(app: App, target: Target): Fault | Promise<Fault>;
}

export const faultRows: readonly FaultRow[] = [
  {
    id: 'fault.cut',
    kind: 'reset_peer',
    title: () => l10n.t('Fault: Cut Connection'),
    ask: () => ({ kind: 'reset_peer' }),
  },
  {
    id: 'fault.close',
    kind: 'close',
    title: () => l10n.t('Fault: Close Without DISCONNECT'),
    ask: () => ({ kind: 'close' }),
  },
  {
    id: 'fault.freeze',
    kind: 'freeze',
    title: () => l10n.t('Fault: Freeze'),
    ask: async (app, target) => ({
      kind: 'freeze',
      direction: target.direction ?? (await askDirection(app, l10n.t('Fault: Freeze'))),
    }),
  },
  {
    id: 'fault.delay',
    kind: 'latency',
    title: () => l10n.t('Fault: Delay'),
    ask: (app, target) => askDelay(app, target),
  },
  {
    id: 'fault.bandwidth',
    kind: 'bandwidth',
    title: () => l10n.t('Fault: Limit Bandwidth'),
    ask: (app, target) => askBandwidth(app, target),
  },
  {
    id: 'fault.dropDisconnect',
    kind: 'drop_disconnect',
    title: () => l10n.t('Fault: Drop DISCONNECT'),
    ask: () => ({ kind: 'drop_disconnect' }),
  },
  {
    id: 'fault.dropPingresp',
    kind: 'drop_pingresp',
    title: () => l10n.t('Fault: Drop PINGRESP'),
    ask: () => ({ kind: 'drop_pingresp' }),
  },
  {
    id: 'fault.refuse',
    kind: 'down',
    title: () => l10n.t('Fault: Refuse New Connections'),
    ofTap: true,
    ask: () => ({ kind: 'down' }),
  },
];

const directions: readonly FaultDirection[] = ['both', 'toServer', 'toClient'];

async function askDirection(app: App, title: string, step?: Step): Promise<FaultDirection> {
  const question = 'fault.direction';
  const chosen = await pickOne({
    title,
    placeholder: l10n.t('Which way?'),
    choices: directions.map((direction) => ({
      id: direction,
      value: direction,
      label: faultDirectionWord(direction),
    })),
    last: app.choices.get(question),
    step,
  });
  app.choices.set(question, chosen.value);
  return chosen.value;
}

interface DelayAnswers {
  readonly latencyMs?: number | undefined;
  readonly jitterMs?: number | undefined;
  readonly direction?: FaultDirection | undefined;
}

async function askDelay(app: App, { latencyMs, jitterMs, direction }: Target): Promise<Fault> {
  if (latencyMs !== undefined) {
    return { kind: 'latency', latencyMs, jitterMs: jitterMs ?? 0, direction: direction ?? 'both' };
  }
  const title = l10n.t('Fault: Delay');
  const first: DelayAnswers = {};
  const answers = await askInTurn(first, [
    async (sofar, step) => ({
      ...sofar,
      latencyMs: await askNumber(app, 'fault.latency', {
        title,
        prompt: l10n.t('By how many milliseconds?'),
        otherwise: '500',
        step,
      }),
    }),
    async (sofar, step) => ({
      ...sofar,
      jitterMs: await askNumber(app, 'fault.jitter', {
        title,
        prompt: l10n.t('Give or take how many milliseconds?'),
        otherwise: '0',
        step,
      }),
    }),
    async (sofar, step) => ({ ...sofar, direction: await askDirection(app, title, step) }),
  ]);
  return {
    kind: 'latency',
    latencyMs: answers.latencyMs ?? 0,
    jitterMs: answers.jitterMs ?? 0,
    direction: answers.direction ?? 'both',
  };
}

interface BandwidthAnswers {
  readonly bytesPerSecond?: number | undefined;
  readonly direction?: FaultDirection | undefined;
}

async function askBandwidth(app: App, { bytesPerSecond, direction }: Target): Promise<Fault> {
  if (bytesPerSecond !== undefined) {
    return { kind: 'bandwidth', bytesPerSecond, direction: direction ?? 'both' };
  }
  const title = l10n.t('Fault: Limit Bandwidth');
  const first: BandwidthAnswers = {};
  const answers = await askInTurn(first, [
    async (sofar, step) => ({
      ...sofar,
      bytesPerSecond: await askNumber(app, 'fault.bytesPerSecond', {
        title,
        prompt: l10n.t('How many bytes in a second?'),
        otherwise: '100',
        atLeast: 1,
        step,
      }),
    }),
    async (sofar, step) => ({ ...sofar, direction: await askDirection(app, title, step) }),
  ]);
  return {
    kind: 'bandwidth',
    bytesPerSecond: answers.bytesPerSecond ?? 1,
    direction: answers.direction ?? 'both',
  };
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

async function askNumber(
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
