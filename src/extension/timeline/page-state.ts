import { env, l10n } from 'vscode';
import type { TappedConnectionView, TapView } from '../../engine/messages.ts';
import { statementKey, statementLabel, statements } from '../../mqtt/statements.ts';
import { factTemplates } from '../../session/sentences.ts';
import {
  type FaultAction,
  type PageClient,
  type PageNotice,
  type PageState,
  type PageStatement,
  type PageTap,
  pageStrings,
} from '../../webview/messages.ts';
import { pageActionsOf } from '../engine/client-actions.ts';
import type { SessionState } from '../engine/session-state.ts';
import { refusalText, tappedName } from '../ui/words.ts';

type Words = Pick<PageState, 'strings' | 'statements'>;

let words: Words | undefined;

/** Everything that the page shows; its words are the same each time and made once. */
export function pageState(state: SessionState, nowMs: number, notice?: PageNotice): PageState {
  words ??= { strings: translatedStrings(), statements: pageStatements() };
  return {
    ...words,
    locale: env.language,
    entities: state.entities(),
    clients: pageClients(state),
    taps: pageTaps(state),
    stats: state.stats,
    nowMs: state.timeOf(nowMs),
    ...(state.stale ? { stopped: 'ended' as const, notice } : {}),
  };
}

export function pageClients(state: SessionState): readonly PageClient[] {
  const own = [...state.clients.values()].map((client) => ({
    key: client.key,
    server: client.server,
    clientId: client.clientId,
    profile: client.profile,
    actions: pageActionsOf(state, client),
  }));
  const tapped = state.taps.flatMap((tap) => tap.connections.map((each) => tappedClient(tap, each)));
  return [...own, ...tapped];
}

export function pageTaps(state: SessionState): readonly PageTap[] {
  return state.taps.map(({ address, to, listening }) => ({
    address,
    to,
    ...(listening === 'listening' ? {} : { refusal: refusalText(listening) }),
  }));
}

const faultActions: readonly FaultAction[] = [
  'fault.cut',
  'fault.freeze',
  'fault.close',
  'fault.delay',
  'fault.bandwidth',
  'fault.dropDisconnect',
  'fault.dropPingresp',
  'fault.addRule',
];

function tappedClient({ key, server, profile }: TapView, connection: TappedConnectionView): PageClient {
  return {
    key: `${key} ${connection.connection}`,
    server,
    clientId: tappedName(connection),
    profile,
    connection: connection.connection,
    actions: connection.faults.length > 0 ? ['fault.clear', ...faultActions] : faultActions,
  };
}

/** Our words for a statement of the standard, and its page. */
export function findPageStatement(key: string): PageStatement | undefined {
  words ??= { strings: translatedStrings(), statements: pageStatements() };
  return words.statements.find((statement) => statement.key === key);
}

function translatedStrings(): Readonly<Record<string, string>> {
  const strings: Record<string, string> = {};
  for (const [key, text] of Object.entries(pageStrings)) strings[key] = l10n.t(text);
  for (const [code, text] of Object.entries(factTemplates)) strings[`fact.${code}`] = l10n.t(text);
  return strings;
}

function pageStatements(): readonly PageStatement[] {
  return statements.map((statement) => ({
    key: statementKey(statement),
    label: statementLabel(statement),
    summary: l10n.t(statement.summary),
    url: statement.url,
  }));
}
