/** What a sandbox broker holds, as nodes of the Sessions view. */
import { l10n } from 'vscode';
import type { SandboxHolding, SandboxSessionView, SandboxView } from '../../engine/messages.ts';
import { countdown } from '../ui/durations.ts';
import { timeOfDay } from '../ui/words.ts';
import type { SessionsNode } from './sessions-model.ts';

/** The broker's own state, below its server: nobody needs it to be open all the time. */
export function brokerNode({ server, holds }: SandboxView, nowMs: number): SessionsNode {
  const id = `broker ${server}`;
  const label = l10n.t('Held by the broker');
  const description = [clientsText(holds), sessionsText(holds), retainedText(holds)].join(' · ');
  return {
    kind: 'broker',
    id,
    label,
    description,
    spoken: `${label}, ${description}`,
    icon: { name: 'database' },
    context: ';broker;',
    collapsed: true,
    children: [
      ...group(
        `${id} sessions`,
        l10n.t('Sessions'),
        holds.sessions,
        holds.firstSessions.map((session) => sessionNode(id, session, nowMs)),
        { name: 'history' },
      ),
      ...group(
        `${id} retained`,
        l10n.t('Retained messages'),
        holds.retained,
        holds.firstRetained.map((topic) => topicNode(id, topic)),
        { name: 'pin' },
      ),
    ],
  };
}

/** What the broker does against the standard, so that nobody wonders at what was asked for. */
export function deviationsNode({ server, deviations }: SandboxView): SessionsNode[] {
  if (deviations.length === 0) return [];
  const label = l10n.t('Against the standard');
  const description = deviations.join(', ');
  return [
    { ...leaf(`deviations ${server}`, label, 'warning'), description, spoken: `${label}, ${description}` },
  ];
}

/** Whether something in it counts down. */
export function brokerCountsDown({ holds }: SandboxView, nowMs: number): boolean {
  return holds.firstSessions.some(
    ({ endsAtMs, willDueAtMs }) => (endsAtMs ?? 0) > nowMs || (willDueAtMs ?? 0) > nowMs,
  );
}

function group(
  id: string,
  label: string,
  count: number,
  shown: readonly SessionsNode[],
  icon: SessionsNode['icon'],
): readonly SessionsNode[] {
  if (count === 0) return [];
  const hidden = count - shown.length;
  return [
    {
      kind: 'held',
      id,
      label,
      description: String(count),
      spoken: `${label}, ${count}`,
      icon,
      context: ';held;',
      children: [
        ...shown,
        ...(hidden > 0 ? [leaf(`${id} more`, l10n.t('{0} more', hidden), 'ellipsis')] : []),
      ],
    },
  ];
}

function sessionNode(parent: string, session: SandboxSessionView, nowMs: number): SessionsNode {
  const { clientId, connected, endsAtMs, will, willDueAtMs, subscriptions, messages } = session;
  const rest = [
    ...(subscriptions === 0 ? [] : [subscriptionsText(subscriptions)]),
    ...(messages === 0 ? [] : [messagesText(messages)]),
  ];
  const willWord = will ? [l10n.t('will armed')] : [];
  const shown = [
    stateText(connected, endsAtMs, (ms) => l10n.t('ends in {0}', countdown(ms - nowMs))),
    ...(willDueAtMs === undefined ? willWord : [l10n.t('will due in {0}', countdown(willDueAtMs - nowMs))]),
    ...rest,
  ];
  const spoken = [
    clientId,
    stateText(connected, endsAtMs, (ms) => l10n.t('ends at {0}', timeOfDay(ms))),
    ...(willDueAtMs === undefined ? willWord : [l10n.t('will due at {0}', timeOfDay(willDueAtMs))]),
    ...rest,
  ];
  return {
    ...leaf(
      `${parent} session ${session.clientId}`,
      clientId,
      connected ? 'circle-filled' : 'circle-outline',
    ),
    description: shown.join(' · '),
    spoken: spoken.join(', '),
  };
}

function stateText(connected: boolean, endsAtMs: number | undefined, ends: (ms: number) => string): string {
  if (connected) return l10n.t('connected');
  return endsAtMs === undefined ? l10n.t('does not expire') : ends(endsAtMs);
}

function topicNode(parent: string, topic: string): SessionsNode {
  return leaf(`${parent} topic ${topic}`, topic, 'symbol-string');
}

function leaf(id: string, label: string, icon: string): SessionsNode {
  return {
    kind: 'held',
    id,
    label,
    description: '',
    spoken: label,
    icon: { name: icon },
    context: ';held;',
    children: [],
  };
}

const clientsText = ({ clients }: SandboxHolding): string =>
  clients === 1 ? l10n.t('1 client') : l10n.t('{0} clients', clients);
const sessionsText = ({ sessions }: SandboxHolding): string =>
  sessions === 1 ? l10n.t('1 session') : l10n.t('{0} sessions', sessions);
const retainedText = ({ retained }: SandboxHolding): string =>
  retained === 1 ? l10n.t('1 retained message') : l10n.t('{0} retained messages', retained);
const subscriptionsText = (count: number): string =>
  count === 1 ? l10n.t('1 subscription') : l10n.t('{0} subscriptions', count);
const messagesText = (count: number): string =>
  count === 1 ? l10n.t('1 message waits') : l10n.t('{0} messages wait', count);
