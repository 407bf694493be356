import { l10n } from 'vscode';
import type { ExpectationView } from '../../session/model.ts';
import type { App } from '../app.ts';
import { nothingToExplain } from '../errors.ts';
import { pickOne } from '../ui/quick-input.ts';
import { expectationStatus, expectationTitle } from '../ui/words.ts';
import { selectionTarget } from './choose-client.ts';
import type { Command } from './command.ts';
import { type Target, targetOf } from './target.ts';

/** More than this nobody reads through in a list. */
const listLimit = 200;

export const explainCommand: Command = {
  id: 'mqttSession.explain',
  async run(app, given) {
    const target = targetOf(given === selectionTarget ? app.sessionsView.selection : given);
    const candidates = candidatesFor(app, target).sort(byInterest).slice(0, listLimit);
    const [only] = candidates;
    if (only === undefined) throw nothingToExplain();
    const chosen = candidates.length === 1 ? only : await ask(candidates);
    app.timeline.reveal(chosen.id);
    return chosen.id;
  },
};

function candidatesFor(app: App, target: Target): ExpectationView[] {
  if (target.expectation !== undefined) {
    const expectation = app.state.expectations.get(target.expectation);
    if (expectation !== undefined) return [expectation];
  }
  const about =
    target.session === undefined
      ? app.state.clients.get(target.client ?? '')
      : app.state.sessions.get(target.session);
  const all = [...app.state.expectations.values()];
  if (about === undefined) return all;
  return all.filter(({ server, clientId }) => server === about.server && clientId === about.clientId);
}

/** What is open first, then the newest. */
function byInterest(a: ExpectationView, b: ExpectationView): number {
  const open = Number(b.verdict === 'pending') - Number(a.verdict === 'pending');
  return open === 0 ? b.id - a.id : open;
}

async function ask(candidates: readonly ExpectationView[]): Promise<ExpectationView> {
  const now = Date.now();
  const chosen = await pickOne({
    title: l10n.t('Explain Session'),
    placeholder: l10n.t('What is to be explained?'),
    choices: candidates.map((expectation) => ({
      value: expectation,
      label: expectationTitle(expectation),
      description: [expectationStatus(expectation, now), expectation.server].join(' · '),
    })),
  });
  return chosen.value;
}
