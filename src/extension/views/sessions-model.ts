import { l10n } from 'vscode';
import type { ClientView, SandboxView, TappedConnectionView, TapView } from '../../engine/messages.ts';
import type { ExpectationView, InsightView, SessionView, WillView } from '../../session/model.ts';
import { isObserverName } from '../../session/observer-name.ts';
import { liveSessionOf, verbsOf } from '../engine/client-actions.ts';
import type { Identity, SessionState } from '../engine/session-state.ts';
import { countdown } from '../ui/durations.ts';
import {
  clientName,
  clientStateWord,
  expectationSpoken,
  expectationStatus,
  expectationTitle,
  faultsText,
  insightStatus,
  insightTitle,
  timeOfDay,
  willStateWord,
} from '../ui/words.ts';
import { moreNode } from './more-node.ts';
import { brokerNode, deviationsNode } from './sandbox-model.ts';
import { tapNode, tappedContext } from './tap-model.ts';

/** A node of the Sessions view as plain data; its fields are the target of the commands in its context menu. */
export interface SessionsNode {
  readonly kind:
    | 'server'
    | 'client'
    | 'observed'
    | 'session'
    | 'will'
    | 'expectation'
    | 'insight'
    | 'more'
    | 'broker'
    | 'held'
    | 'tap'
    | 'tapped'
    | 'rule';
  /** Stays the same while it stands for the same thing, so that selection and expansion stay. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** For screen readers: without countdowns, which would be read out again every second. */
  readonly spoken: string;
  readonly icon: { readonly name: string; readonly color?: string };
  /** `;`-separated words that menus in package.json look for. */
  readonly context: string;
  readonly children: readonly SessionsNode[];
  /** Opened by the user only. */
  readonly collapsed?: true;
  readonly server?: string;
  readonly file?: string;
  readonly client?: string;
  readonly session?: number;
  readonly expectation?: number;
  readonly tap?: string;
  /** Of a connection through a tap. */
  readonly connection?: number;
  readonly insight?: number;
  /** A rule of a tap. */
  readonly rule?: number;
}

/** Sessions of clients that are not ours, per Server: more are counted, not listed. */
const observedLimit = 100;

/** The whole tree. `realNowMs` is on the clock of the trace. */
export function sessionsTree(state: SessionState, realNowMs: number): readonly SessionsNode[] {
  const nowMs = state.timeOf(realNowMs);
  const own = new Map<string, ClientView[]>();
  for (const client of state.clients.values())
    own.set(client.server, [...(own.get(client.server) ?? []), client]);
  const sandboxes = new Map(state.sandboxes.map((sandbox) => [sandbox.server, sandbox]));
  const taps = new Map<string, TapView[]>();
  for (const tap of state.taps) taps.set(tap.server, [...(taps.get(tap.server) ?? []), tap]);
  const servers = new Set([...own.keys(), ...state.identities.keys(), ...sandboxes.keys(), ...taps.keys()]);
  return [...servers].map((server) =>
    serverNode(
      state,
      {
        server,
        clients: own.get(server) ?? [],
        sandbox: sandboxes.get(server),
        taps: taps.get(server) ?? [],
      },
      nowMs,
    ),
  );
}

/** What there is of one Server. */
interface ServerParts {
  readonly server: string;
  readonly clients: readonly ClientView[];
  readonly sandbox: SandboxView | undefined;
  readonly taps: readonly TapView[];
}

function serverNode(
  state: SessionState,
  { server, clients, sandbox, taps }: ServerParts,
  nowMs: number,
): SessionsNode {
  const ownNames = new Set(clients.map(({ clientId }) => clientId));
  const observed = [...(state.identities.get(server)?.values() ?? [])].filter(
    ({ clientId, session }) => session !== undefined && !ownNames.has(clientId) && !isObserverName(clientId),
  );
  const shown = observed.slice(-observedLimit).reverse();
  const tapped = new Map(
    taps.flatMap(({ connections }) => connections.map((each) => [each.connection, each] as const)),
  );
  const hidden = observed.length - shown.length;
  const description = sandbox === undefined ? '' : l10n.t('sandbox broker, {0}', sandbox.address);
  return {
    kind: 'server',
    id: `server ${server}`,
    label: server,
    description,
    spoken: [server, description].filter(Boolean).join(', '),
    icon: { name: sandbox === undefined ? 'server' : 'server-environment' },
    context: sandbox === undefined ? ';server;' : ';server;sandbox;',
    server,
    ...(sandbox === undefined ? {} : { file: sandbox.file }),
    children: [
      ...(sandbox === undefined ? [] : deviationsNode(sandbox)),
      ...clients.map((client) => clientNode(state, client, clients, nowMs)),
      ...shown.map((identity) => observedNode(identity, tapped, nowMs)),
      ...(hidden > 0 ? [moreNode(server, l10n.t('{0} more: the timeline shows them', hidden))] : []),
      ...taps.map(tapNode),
      ...(sandbox === undefined ? [] : [brokerNode(sandbox, nowMs)]),
    ],
  };
}

const stateIcons: Readonly<Record<ClientView['state'], SessionsNode['icon']>> = {
  connecting: { name: 'sync~spin' },
  connected: { name: 'circle-filled', color: 'charts.green' },
  frozen: { name: 'debug-pause', color: 'charts.blue' },
  reconnecting: { name: 'sync~spin' },
  offline: { name: 'circle-outline' },
};

function clientNode(
  state: SessionState,
  client: ClientView,
  all: readonly ClientView[],
  nowMs: number,
): SessionsNode {
  const identity = state.identityOf(client);
  const twins = all.filter((each) => each.profile === client.profile && each.file === client.file);
  const number = twins.indexOf(client) + 1;
  const name = clientName(client);
  const stateWord = clientStateWord(client.state);
  const session = liveSessionOf(state, client);
  const ends = session?.endsAtMs;
  const shows = identity !== undefined && client === carrierOf(identity, all);
  const known = shows ? identityChildren(identity, `client ${client.key}`, nowMs) : [];
  const children = state.stale ? known.map(lastKnown) : known;
  return {
    kind: 'client',
    id: `client ${client.key}`,
    label: number > 1 ? `${name} (${number})` : name,
    description: [
      stateWord,
      ...(client.state === 'offline' && ends !== undefined && ends > nowMs
        ? [l10n.t('session ends in {0}', countdown(ends - nowMs))]
        : []),
      ...(client.profile === name ? [] : [client.profile]),
      ...(client.error === undefined ? [] : [client.error.message]),
    ].join(' · '),
    spoken: [name, stateWord, client.error?.message].filter(Boolean).join(', '),
    icon: stateIcons[client.state],
    context: `;client;${verbsOf(state, client).join(';')};${explainable(identity) ? 'explain;' : ''}`,
    client: client.key,
    server: client.server,
    children,
  };
}

/** A node of an engine that has ended: what it says was true then. */
function lastKnown(node: SessionsNode): SessionsNode {
  const description = l10n.t('last known: {0}', node.description);
  return { ...node, description, spoken: `${node.label}, ${description}` };
}

/**
 * Of several clients with one Client Identifier, the one that the session is shown under: whose connection carries it, or
 * else whose connection is the newest.
 */
function carrierOf(identity: Identity, clients: readonly ClientView[]): ClientView | undefined {
  const sharing = clients.filter(({ clientId }) => clientId === identity.clientId);
  const carrier = sharing.find(({ connection }) => connection === identity.session?.connection);
  return carrier ?? sharing.toSorted((a, b) => (b.connection ?? 0) - (a.connection ?? 0))[0];
}

/** A client that is not ours: somebody else's, whose connection a tap sees. */
function observedNode(
  identity: Identity,
  tapped: ReadonlyMap<number, TappedConnectionView>,
  nowMs: number,
): SessionsNode {
  const id = `observed ${identity.server} ${identity.clientId}`;
  const state = identity.session?.state ?? 'ended';
  const through = tapped.get(identity.session?.connection ?? 0);
  const words = [sessionStateWord(state), ...faultsText(through?.faults ?? [])];
  return {
    kind: 'observed',
    id,
    label: identity.clientId,
    description: words.join(' · '),
    spoken: [identity.clientId, ...words].join(', '),
    icon: state === 'connected' ? stateIcons.connected : stateIcons.offline,
    context: `;observed${through === undefined ? ';' : tappedContext(through)}${explainable(identity) ? 'explain;' : ''}`,
    server: identity.server,
    ...(through === undefined ? {} : { connection: through.connection }),
    ...(identity.session === undefined ? {} : { session: identity.session.id }),
    children: identityChildren(identity, id, nowMs),
  };
}

/** Its session, its will, and what else the Server owes it or failed in. */
function identityChildren(identity: Identity, parent: string, nowMs: number): readonly SessionsNode[] {
  const { session, will, expectations, insights } = identity;
  const rest = [...expectations.values()].filter(
    ({ kind, verdict }) =>
      kind !== 'will' && kind !== 'session-end' && ['pending', 'early', 'late', 'missed'].includes(verdict),
  );
  return [
    ...(session === undefined ? [] : [sessionNode(session, expectations.get('session-end'), parent, nowMs)]),
    ...(will === undefined ? [] : [willNode(will, expectations.get('will'), parent, nowMs)]),
    ...rest.map((expectation) => expectationNode(expectation, parent, nowMs)),
    ...[...insights.values()].map((insight) => insightNode(insight, parent)),
  ];
}

function sessionNode(
  session: SessionView,
  expectation: ExpectationView | undefined,
  parent: string,
  nowMs: number,
): SessionsNode {
  const label = l10n.t('Session');
  const own = expectation?.session === session.id ? expectation : undefined;
  const { endsAtMs } = session;
  const counting = session.state === 'offline' && endsAtMs !== undefined;
  const verdict = own === undefined || own.verdict === 'pending' ? [] : [expectationStatus(own, nowMs)];
  const word = sessionStateWord(session.state);
  const endsIn = counting
    ? endsAtMs > nowMs
      ? l10n.t('ends in {0}', countdown(endsAtMs - nowMs))
      : l10n.t('ends now')
    : word;
  const endsAt = counting ? l10n.t('ends at {0}', timeOfDay(endsAtMs)) : word;
  return {
    kind: 'session',
    id: `${parent} session`,
    label,
    description: [endsIn, ...verdict].join(' · '),
    spoken: [label, endsAt, ...verdict].join(', '),
    icon: { name: 'history' },
    context: own === undefined ? ';session;' : ';session;explain;',
    session: session.id,
    ...(own === undefined ? {} : { expectation: own.id }),
    children: [],
  };
}

function willNode(
  will: WillView,
  newest: ExpectationView | undefined,
  parent: string,
  nowMs: number,
): SessionsNode {
  const own = newest?.will === will.id ? newest : undefined;
  const label = l10n.t('Will {0}', will.topic);
  const word = willStateWord(will);
  const pending = own?.verdict === 'pending';
  const parts = pending ? [] : [word];
  const { foreseen } = will;
  const status = own === undefined ? foreseenStatus(foreseen, nowMs) : [expectationStatus(own, nowMs)];
  const spoken = own === undefined ? foreseenSpoken(foreseen) : [expectationSpoken(own)];
  const explained = own?.id ?? foreseen?.expectation;
  return {
    kind: 'will',
    id: `${parent} will`,
    label,
    description: [...parts, ...status].join(' · '),
    spoken: [label, ...parts, ...spoken].join(', '),
    icon: { name: 'mail' },
    context: explained === undefined ? ';will;' : ';will;explain;',
    session: will.session,
    ...(explained === undefined ? {} : { expectation: explained }),
    children: [],
  };
}

/** When the will of a silent Client is due if nothing more comes from it. */
function foreseenStatus(foreseen: WillView['foreseen'], nowMs: number): readonly string[] {
  if (foreseen === undefined) return [];
  const leftMs = foreseen.dueAtMs - nowMs;
  return [leftMs > 0 ? l10n.t('due in {0} if nothing comes', countdown(leftMs)) : l10n.t('due now')];
}

/** As `foreseenStatus`, with a time of day: it does not change while it is read out. */
function foreseenSpoken(foreseen: WillView['foreseen']): readonly string[] {
  return foreseen === undefined ? [] : [l10n.t('due at {0} if nothing comes', timeOfDay(foreseen.dueAtMs))];
}

const verdictIcons: Readonly<Record<ExpectationView['verdict'], SessionsNode['icon']>> = {
  pending: { name: 'clock' },
  met: { name: 'pass', color: 'testing.iconPassed' },
  early: { name: 'warning', color: 'list.warningForeground' },
  late: { name: 'warning', color: 'list.warningForeground' },
  missed: { name: 'error', color: 'testing.iconFailed' },
  cancelled: { name: 'circle-slash' },
  unobserved: { name: 'eye-closed' },
  undecided: { name: 'question' },
};

function expectationNode(expectation: ExpectationView, parent: string, nowMs: number): SessionsNode {
  const label = expectationTitle(expectation);
  return {
    kind: 'expectation',
    id: `${parent} ${expectation.kind}`,
    label,
    description: expectationStatus(expectation, nowMs),
    spoken: `${label}, ${expectationSpoken(expectation)}`,
    icon: verdictIcons[expectation.verdict],
    context: ';expectation;explain;',
    expectation: expectation.id,
    children: [],
  };
}

function insightNode(insight: InsightView, parent: string): SessionsNode {
  const label = insightTitle(insight);
  const description = insightStatus(insight);
  return {
    kind: 'insight',
    id: `${parent} insight ${insight.id}`,
    label,
    description,
    spoken: `${label}, ${description}`,
    icon:
      insight.weight === 'trouble'
        ? { name: 'warning', color: 'list.warningForeground' }
        : { name: 'lightbulb' },
    context: ';insight;explain;',
    insight: insight.id,
    children: [],
  };
}

function explainable(identity: Identity | undefined): boolean {
  return identity !== undefined && identity.expectations.size + identity.insights.size > 0;
}

function sessionStateWord(state: SessionView['state']): string {
  switch (state) {
    case 'connected':
      return l10n.t('connected');
    case 'offline':
      return l10n.t('kept by the Server');
    case 'ended':
      return l10n.t('ended');
  }
}
