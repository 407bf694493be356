import { l10n } from 'vscode';
import type { ClientView } from '../../engine/messages.ts';
import type { App } from '../app.ts';
import { type ClientVerb, verbsOf } from '../engine/client-actions.ts';
import { clientCannot, needsVersion5, noCandidate, noSuchClient } from '../errors.ts';
import { type Choice, pickOne, type Step } from '../ui/quick-input.ts';
import { clientName, clientStateWord } from '../ui/words.ts';
import { targetOf } from './target.ts';

/** A target that stands for what is selected in the Sessions view: what key bindings hand over. */
export const selectionTarget = 'selection';

/**
 * The client that a command is about: the target's, or the only one in the right state, or the one that the user picks.
 * @param title of the question, and of the command
 * @throws {UserFailure | Cancelled | GoneBack}
 */
export async function chooseClient(
  app: App,
  verb: ClientVerb,
  title: string,
  given: unknown,
  step?: Step,
): Promise<ClientView> {
  const { client: wanted } = targetOf(given === selectionTarget ? app.sessionsView.selection : given);
  if (wanted !== undefined) return checked(app, verb, title, named(app, wanted));
  const clients = [...app.state.clients.values()];
  const candidates = clients.filter((client) => verbsOf(app.state, client).includes(verb));
  const [only] = candidates;
  if (only === undefined) throw whyNone(app, verb, title, clients);
  if (candidates.length === 1) return only;
  const question = `client.${verb}`;
  const chosen = await pickOne({
    title,
    placeholder: l10n.t('Which client?'),
    choices: candidates.map((client) => clientChoice(client, clients)),
    last: app.choices.get(question),
    step,
  });
  app.choices.set(question, chosen.value.key);
  return chosen.value;
}

/** A client by its key, or else by its profile's name or Client Identifier where only one bears it. */
function named(app: App, wanted: string): ClientView {
  const byKey = app.state.clients.get(wanted);
  if (byKey !== undefined) return byKey;
  const alike = [...app.state.clients.values()].filter(
    ({ profile, clientId }) => profile === wanted || clientId === wanted,
  );
  const [only] = alike;
  if (only === undefined || alike.length > 1) throw noSuchClient(wanted);
  return only;
}

function checked(app: App, verb: ClientVerb, title: string, client: ClientView): ClientView {
  if (verbsOf(app.state, client).includes(verb)) return client;
  const name = clientName(client);
  if (verb === 'disconnectWithWill' && client.state === 'connected') throw needsVersion5(name);
  throw clientCannot(title, name, clientStateWord(client.state), verb);
}

function whyNone(app: App, verb: ClientVerb, title: string, clients: readonly ClientView[]) {
  const connected = clients.find(({ state }) => state === 'connected');
  if (verb === 'disconnectWithWill' && connected !== undefined && !app.state.stale) {
    return needsVersion5(clientName(connected));
  }
  return noCandidate(title, verb);
}

function clientChoice(client: ClientView, all: readonly ClientView[]): Choice<ClientView> {
  const twins = all.filter((other) => other.profile === client.profile && other.file === client.file);
  const number = twins.indexOf(client) + 1;
  return {
    id: client.key,
    value: client,
    label: clientName(client),
    description: [
      clientStateWord(client.state),
      client.server,
      ...(number > 1 ? [l10n.t('client {0} of profile {1}', number, client.profile)] : []),
      ...(client.profile === clientName(client) ? [] : [client.profile]),
    ].join(' · '),
  };
}
