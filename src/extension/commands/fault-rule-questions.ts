/** What makes a rule of a tap, asked of the user: the fault first, then the conditions, each of which may be left out. */
import { l10n, QuickPickItemKind, ThemeIcon } from 'vscode';
import type { Fault, FaultRule, TapView } from '../../engine/messages.ts';
import { assertNever } from '../../mqtt/assert-never.ts';
import { packetTypes } from '../../mqtt/packet-types.ts';
import { formatDuration, parseDuration } from '../../profile/durations.ts';
import {
  tellConditions,
  tellConnections,
  tellFault,
  tellPacket,
  tellPacketType,
  tellTime,
} from '../../profile/fault-words.ts';
import { isObserverName } from '../../session/observer-name.ts';
import type { App } from '../app.ts';
import { askText, askWithSuggestions, type Choice, GoneBack, pickOne } from '../ui/quick-input.ts';
import { escapeIcons, translate } from '../ui/words.ts';
import { askFault, askNumber, faultRows } from './fault-kinds.ts';
import type { Target } from './target.ts';

export interface RuleWish {
  readonly rule: FaultRule;
  /** Whether it is about connections, too, that are open. */
  readonly living: boolean;
}

/** What a condition asks; answers with the rule as it is then. */
type Question = (app: App, wish: RuleWish, title: string, tap: TapView) => Promise<RuleWish>;

type Row = 'set' | 'fault' | 'client' | 'connections' | 'packet' | 'time';

/** Every question behind the list can be gone back from, to the list. */
const back = { number: 1, of: 1, back: true } as const;

/**
 * Asks for a rule: a list shows it in words at any time, and each of its conditions is a row.
 * @param clientId the Client that the rule is about, to begin with
 * @throws {Cancelled}
 */
export async function askRule(
  app: App,
  title: string,
  tap: TapView,
  clientId: string | undefined,
): Promise<RuleWish> {
  let wish: RuleWish = { rule: { fault: await askWhichFault(app, title), clientId }, living: false };
  let active: Row = 'set';
  for (;;) {
    const chosen: Choice<Row | undefined> = await pickOne({
      title,
      placeholder: l10n.t('Set the rule as it is, or say when its fault comes'),
      choices: rowsOf(wish),
      last: active,
    });
    const row = chosen.value;
    if (row === 'set') return wish;
    if (row === undefined) continue;
    try {
      wish = await questions[row](app, wish, title, tap);
      active = 'set';
    } catch (thrown) {
      if (!(thrown instanceof GoneBack)) throw thrown;
      active = row;
    }
  }
}

function rowsOf({ rule, living }: RuleWish): readonly Choice<Row | undefined>[] {
  const row = (id: Row, icon: string, label: string, description: string): Choice<Row> => ({
    id,
    value: id,
    iconPath: new ThemeIcon(icon),
    label,
    description: escapeIcons(description),
  });
  const { nth, every } = rule;
  const counted = nth !== undefined || every !== undefined;
  return [
    {
      ...row('set', 'check', l10n.t('Set This Rule'), tellFault(rule.fault, translate)),
      detail: escapeIcons(tellConditions(rule, translate)),
    },
    { value: undefined, label: l10n.t('When, and where'), kind: QuickPickItemKind.Separator },
    row('client', 'account', l10n.t('Client Identifier'), rule.clientId ?? l10n.t('any')),
    row(
      'connections',
      'plug',
      l10n.t('Connections'),
      counted
        ? tellConnections({ nth, every }, translate)
        : living
          ? l10n.t('all, those that are open included')
          : l10n.t('all from now on'),
    ),
    ...(isRefusal(rule)
      ? []
      : [
          row('packet', 'mail', l10n.t('Packet'), tellPacket(rule, translate) || l10n.t('waits for none')),
          row('time', 'clock', l10n.t('Time'), tellTime(rule, translate) || l10n.t('at once')),
        ]),
    { value: undefined, label: l10n.t('What'), kind: QuickPickItemKind.Separator },
    row('fault', 'zap', l10n.t('Fault'), tellFault(rule.fault, translate)),
  ];
}

const questions: Readonly<Record<Exclude<Row, 'set'>, Question>> = {
  fault: async (app, { rule: before, living }, title) => {
    const rule = { ...before, fault: await askWhichFault(app, title, 'back') };
    const { packet, afterMs, ...ofConnections } = rule;
    return isRefusal(rule) ? { rule: ofConnections, living: false } : { rule, living };
  },
  client: askClient,
  connections: askConnections,
  packet: askPacket,
  time: askTime,
};

/** Who is refused has sent nothing yet, and one that is open stays. */
const isRefusal = ({ fault }: FaultRule): boolean => fault.kind === 'down';

/** @throws {Cancelled | GoneBack} */
function askWhichFault(app: App, title: string, mayGoBack?: 'back'): Promise<Fault> {
  const nothing: Target = {};
  return askThen(
    () =>
      remembered(app, 'fault.rule.fault', {
        title,
        placeholder: l10n.t('Which fault?'),
        choices: faultRows.map((row) => ({ id: row.id, value: row, label: row.name() })),
        step: mayGoBack && back,
      }),
    (row) => askFault(app, row, title, nothing, 'back'),
  );
}

/** So many known Client Identifiers are offered. */
const offered = 100;

async function askClient(app: App, wish: RuleWish, title: string, tap: TapView): Promise<RuleWish> {
  const question = 'fault.rule.client';
  const last = app.choices.get(question);
  const connected = tap.connections.map(({ clientId }) => clientId);
  const known = [...(app.state.identities.get(tap.server)?.keys() ?? [])];
  const names = new Map<string, string>([['*', l10n.t('any Client')]]);
  const add = (clientId: string | undefined, description: string) => {
    if (clientId === undefined || clientId === '' || names.has(clientId) || isObserverName(clientId)) return;
    if (names.size < offered) names.set(clientId, description);
  };
  for (const each of connected) add(each, l10n.t('connected'));
  add(last, l10n.t('used last'));
  for (const each of known.reverse()) add(each, l10n.t('seen before'));
  const answer = await askWithSuggestions({
    title,
    placeholder: l10n.t('Client Identifier; * stands for any characters'),
    suggestions: [...names].map(([text, description]) => ({ text, description })),
    value: wish.rule.clientId ?? last,
    problem: () => undefined,
    step: back,
  });
  app.choices.set(question, answer);
  return { ...wish, rule: { ...wish.rule, clientId: answer === '*' ? undefined : answer } };
}

type Which = 'living' | 'new' | 'nth' | 'every';

function askConnections(app: App, wish: RuleWish, title: string): Promise<RuleWish> {
  const { nth, every, ...rest } = wish.rule;
  const choice = (value: Which, label: string): Choice<Which> => ({ id: value, value, label });
  const living = isRefusal(rest) ? [] : [choice('living', l10n.t('All, those that are open included'))];
  const numbered = async (key: 'nth' | 'every', prompt: string, usual: number): Promise<RuleWish> => {
    const question = `fault.rule.${key}`;
    const number = await askNumber(app, question, {
      title,
      prompt,
      otherwise: `${usual}`,
      atLeast: 1,
      step: back,
    });
    return { rule: { ...rest, [key]: number }, living: false };
  };
  return askThen(
    () =>
      remembered(app, 'fault.rule.connections', {
        title,
        placeholder: l10n.t('Which of the connections?'),
        choices: [
          choice('new', l10n.t('All from now on')),
          ...living,
          choice('nth', l10n.t('Only one of those to come…')),
          choice('every', l10n.t('Only one in so many of those to come…')),
        ],
        step: back,
      }),
    async (which) => {
      switch (which) {
        case 'new':
        case 'living':
          return { rule: rest, living: which === 'living' };
        case 'nth':
          return numbered('nth', l10n.t('Which one? 1 is the next one.'), nth ?? 1);
        case 'every':
          return numbered(
            'every',
            l10n.t('One in how many? 10: the 10th, the 20th, and so on.'),
            every ?? 10,
          );
        default:
          return assertNever(which);
      }
    },
  );
}

type Packet = NonNullable<FaultRule['packet']>;

/** What rules mostly wait for. */
const usual: readonly Packet['type'][] = [
  'publish',
  'connect',
  'connack',
  'subscribe',
  'suback',
  'pingreq',
  'pingresp',
  'disconnect',
];

/** Each type of packet by each who may send it, the usual ones first. */
function packetChoices(): readonly Packet[] {
  const all = packetTypes.flatMap(({ type, direction }): Packet[] => {
    if (direction !== undefined) return [{ type }];
    return [
      { type, from: 'client' },
      { type, from: 'server' },
    ];
  });
  const place = ({ type }: Packet): number => (usual.includes(type) ? usual.indexOf(type) : usual.length);
  return all.toSorted((one, other) => place(one) - place(other));
}

function askPacket(app: App, wish: RuleWish, title: string): Promise<RuleWish> {
  const { packet: before, ...rest } = wish.rule;
  const none: Choice<Packet | undefined> = { id: 'none', value: undefined, label: l10n.t('No packet') };
  return askThen(
    () =>
      remembered(app, 'fault.rule.packet', {
        title,
        placeholder: l10n.t('After which packet? It passes, and what follows it has the fault.'),
        choices: [
          none,
          ...packetChoices().map((packet) => ({
            id: `${packet.type} ${packet.from ?? ''}`,
            value: packet,
            label: tellPacketType(packet, translate),
          })),
        ],
        step: back,
      }),
    async (packet) => {
      if (packet === undefined) return { ...wish, rule: rest };
      const name = tellPacketType(packet, translate);
      const nth = await askNumber(app, 'fault.rule.count', {
        title,
        prompt: l10n.t('After which {0} of a connection? 1 is the first.', name),
        otherwise: `${before?.nth ?? 1}`,
        atLeast: 1,
        step: back,
      });
      return { ...wish, rule: { ...rest, packet: { ...packet, nth } } };
    },
  );
}

async function askTime(app: App, wish: RuleWish, title: string): Promise<RuleWish> {
  const question = 'fault.rule.after';
  const { afterMs, ...rest } = wish.rule;
  const answer = await askText({
    title,
    prompt:
      rest.packet === undefined
        ? l10n.t('How long after the connection has begun? Empty: at once.')
        : l10n.t('How long after that packet? Empty: at once.'),
    placeholder: '500ms, 5s, 2m',
    value: afterMs === undefined ? (app.choices.get(question) ?? '') : formatDuration(afterMs, 'ms'),
    problem: (text) =>
      text.trim() === '' || parseDuration(text.trim(), 'ms').ok
        ? undefined
        : l10n.t('A duration, for example 500ms or 5s'),
    step: back,
  });
  app.choices.set(question, answer);
  const read = parseDuration(answer.trim(), 'ms');
  return { ...wish, rule: read.ok && read.value > 0 ? { ...rest, afterMs: read.value } : rest };
}

/** Asks for one of several, and begins next time on what was chosen. */
async function remembered<T>(
  app: App,
  name: string,
  question: Omit<Parameters<typeof pickOne<T>>[0], 'last'>,
): Promise<T> {
  const chosen = await pickOne<T>({ ...question, last: app.choices.get(name) });
  app.choices.set(name, chosen.id ?? '');
  return chosen.value;
}

/** Asks something, and then what follows from it; Back in that asks it again. */
async function askThen<Answer, Result>(
  ask: () => Promise<Answer>,
  then: (answer: Answer) => Promise<Result>,
): Promise<Result> {
  for (;;) {
    const answer = await ask();
    try {
      return await then(answer);
    } catch (thrown) {
      if (!(thrown instanceof GoneBack)) throw thrown;
    }
  }
}
