import { l10n } from 'vscode';
import type {
  ClientState,
  ClientView,
  Fault,
  TapListening,
  TappedConnectionView,
} from '../../engine/messages.ts';
import { assertNever } from '../../mqtt/assert-never.ts';
import { tellFault } from '../../profile/fault-words.ts';
import type { BrokerAddress } from '../../profile/model.ts';
import type { ExpectationView, InsightView, Verdict, WillView } from '../../session/model.ts';
import { expectationTitles, formatTemplate, insightTitles, verdictWords } from '../../session/sentences.ts';
import { countdown } from './durations.ts';

/** What to call a client: its Client Identifier, or its profile while the Server has not assigned one. */
export function clientName(client: Pick<ClientView, 'clientId' | 'profile'>): string {
  return client.clientId === '' ? client.profile : client.clientId;
}

export function clientStateWord(state: ClientState): string {
  switch (state) {
    case 'connecting':
      return l10n.t('connecting');
    case 'connected':
      return l10n.t('connected');
    case 'frozen':
      return l10n.t('frozen');
    case 'reconnecting':
      return l10n.t('reconnecting');
    case 'offline':
      return l10n.t('offline');
    default:
      return assertNever(state);
  }
}

/** What to call the program behind a connection through a tap. */
export function tappedName({ clientId, from }: TappedConnectionView): string {
  return clientId === '' ? from : clientId;
}

export function tappedStateWord(state: TappedConnectionView['state']): string {
  switch (state) {
    case 'open':
      return l10n.t('connected');
    case 'half-open':
      return l10n.t('half-open');
    default:
      return assertNever(state);
  }
}

/** Of words that stand in tables. */
export const translate = (text: string): string => l10n.t(text);

/** Why a tap does not listen. */
export function refusalText(listening: Exclude<TapListening, 'listening'>): string {
  switch (listening) {
    case 'broker-away':
      return l10n.t('broker not reachable, connections are refused');
    case 'refusing':
      return l10n.t('refuses new connections');
    case 'port-taken':
      return l10n.t('its port is taken by another program');
    default:
      return assertNever(listening);
  }
}

export function faultsText(faults: readonly Fault[]): readonly string[] {
  return faults.map((fault) => tellFault(fault, translate));
}

/** How often the fault of a rule has come. */
export function appliedText(count: number): string {
  if (count === 0) return l10n.t('has not come yet');
  return count === 1 ? l10n.t('has come once') : l10n.t('has come {0} times', count);
}

export function verdictWord(verdict: Verdict): string {
  return l10n.t(verdictWords[verdict]);
}

/** What is owed, in a few words: `will of demo`. */
export function expectationTitle(expectation: ExpectationView): string {
  const name = expectation.clientId;
  const owed = expectation.demands === 'happens';
  switch (expectation.kind) {
    case 'will':
      return l10n.t('will of {0}', name);
    case 'session-end':
      return owed ? l10n.t('end of session of {0}', name) : l10n.t('session of {0} stays', name);
    case 'keep-alive':
      return l10n.t('Keep Alive of {0}', name);
    case 'session-present':
      return l10n.t('Session Present for {0}', name);
    default:
      return assertNever(expectation.kind);
  }
}

/** What was noticed of a Client, in a sentence. */
export function insightTitle({ kind, clientId }: InsightView): string {
  return formatTemplate(l10n.t(insightTitles[kind]), { clientId });
}

/** How heavy it weighs and how often it was seen: `trouble, seen 4 times`. */
export function insightStatus({ weight, count }: InsightView): string {
  const word = weight === 'trouble' ? l10n.t('trouble') : l10n.t('advice');
  return count === 1 ? word : l10n.t('{0}, seen {1} times', word, count);
}

/** What comes next, with its countdown: `will of demo due in 5 s`. */
export function expectationCountdown(expectation: ExpectationView, dueInMs: number): string {
  const { clientId } = expectation;
  const title = formatTemplate(l10n.t(expectationTitles[expectation.kind]), { clientId });
  return l10n.t('{0} in {1}', title, countdown(dueInMs));
}

/** As `expectationCountdown`, with a time of day. */
export function expectationDueAt(expectation: ExpectationView, dueAtMs: number): string {
  const { clientId } = expectation;
  const title = formatTemplate(l10n.t(expectationTitles[expectation.kind]), { clientId });
  return l10n.t('{0} at {1}', title, timeOfDay(dueAtMs));
}

/** How it stands: `due in 5 s`, `met, +2 ms`. */
export function expectationStatus(expectation: ExpectationView, nowMs: number): string {
  const { verdict, dueAtMs, deviationMs } = expectation;
  if (verdict === 'pending') {
    if (dueAtMs === undefined) return verdictWord(verdict);
    return dueAtMs > nowMs ? l10n.t('due in {0}', countdown(dueAtMs - nowMs)) : l10n.t('due now');
  }
  const word = verdictWord(verdict);
  return deviationMs === undefined ? word : l10n.t('{0}, {1} ms', word, signed(deviationMs));
}

/** As `expectationStatus`, with a time of day in place of a countdown: it does not change while it is read out. */
export function expectationSpoken(expectation: ExpectationView): string {
  const { verdict, dueAtMs } = expectation;
  if (verdict === 'pending' && dueAtMs !== undefined) return l10n.t('due at {0}', timeOfDay(dueAtMs));
  return expectationStatus(expectation, 0);
}

export function willStateWord(will: WillView): string {
  switch (will.state) {
    case 'armed':
      return l10n.t('armed');
    case 'waiting':
      return l10n.t('waiting');
    case 'published':
      return l10n.t('published');
    case 'discarded':
      return l10n.t('discarded');
    case 'cancelled':
      return l10n.t('cancelled');
    case 'due':
      return l10n.t('due');
    default:
      return assertNever(will.state);
  }
}

/** A text from elsewhere for a place where VS Code would draw `$(name)` as an icon. */
export function escapeIcons(text: string): string {
  return text.replaceAll('$(', '\\$(');
}

/** A broker as a profile file writes it. */
export function brokerText(broker: BrokerAddress): string {
  if (broker.kind === 'sandbox') return 'sandbox';
  const host = broker.host.includes(':') ? `[${broker.host}]` : broker.host;
  return `${broker.scheme}://${host}:${broker.port}${broker.path}`;
}

export function timeOfDay(atMs: number): string {
  return new Date(atMs).toLocaleTimeString();
}

function signed(ms: number): string {
  const rounded = Math.round(ms);
  return rounded < 0 ? `−${-rounded}` : `+${rounded}`;
}
