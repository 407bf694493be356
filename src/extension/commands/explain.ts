import { l10n } from 'vscode';
import type { ExpectationView, InsightView } from '../../session/model.ts';
import type { App } from '../app.ts';
import { nothingToExplain } from '../errors.ts';
import { type Choice, pickOne } from '../ui/quick-input.ts';
import { expectationStatus, expectationTitle, insightStatus, insightTitle } from '../ui/words.ts';
import { selectionTarget } from './choose-client.ts';
import type { Command } from './command.ts';
import { type Target, targetOf } from './target.ts';

/** More than this nobody reads through in a list. */
const listLimit = 200;

/** What can be explained. */
type Subject =
  | { readonly kind: 'expectation'; readonly of: ExpectationView }
  | { readonly kind: 'insight'; readonly of: InsightView };

export const explainCommand: Command = {
  id: 'mqttSession.explain',
  async run(app, given) {
    const target = targetOf(given === selectionTarget ? app.sessionsView.selection : given);
    const candidates = candidatesFor(app, target);
    const [only] = candidates;
    if (only === undefined) throw nothingToExplain();
    const chosen = candidates.length === 1 ? only : await ask(candidates);
    if (chosen.kind === 'insight') app.timeline.revealInsight(chosen.of.id);
    else app.timeline.reveal(chosen.of.id);
    return chosen.of.id;
  },
};

function candidatesFor(app: App, target: Target): readonly Subject[] {
  const { state } = app;
  const insight = target.insight === undefined ? undefined : state.insights.get(target.insight);
  if (insight !== undefined) return [{ kind: 'insight', of: insight }];
  if (target.expectation !== undefined) {
    const expectation = state.expectations.get(target.expectation);
    if (expectation !== undefined) return [{ kind: 'expectation', of: expectation }];
  }
  const about =
    target.session === undefined
      ? state.clients.get(target.client ?? '')
      : state.sessions.get(target.session);
  const expectations = [...state.expectations.values()]
    .filter(
      ({ server, clientId }) =>
        about === undefined || (server === about.server && clientId === about.clientId),
    )
    .sort(byInterest);
  const insights = [...state.insights.values()]
    .filter(
      ({ server, clientIds }) =>
        about === undefined || (server === about.server && clientIds.includes(about.clientId)),
    )
    .sort((a, b) => b.lastAtMs - a.lastAtMs);
  // What is open is of now; then what was noticed; then the past.
  const open = expectations.filter(({ verdict }) => verdict === 'pending');
  const past = expectations.filter(({ verdict }) => verdict !== 'pending');
  return [
    ...open.map((of): Subject => ({ kind: 'expectation', of })),
    ...insights.map((of): Subject => ({ kind: 'insight', of })),
    ...past.map((of): Subject => ({ kind: 'expectation', of })),
  ].slice(0, listLimit);
}

/** What is open first, then the newest. */
function byInterest(a: ExpectationView, b: ExpectationView): number {
  const open = Number(b.verdict === 'pending') - Number(a.verdict === 'pending');
  return open === 0 ? b.id - a.id : open;
}

async function ask(candidates: readonly Subject[]): Promise<Subject> {
  const now = Date.now();
  const chosen = await pickOne({
    title: l10n.t('Explain Session'),
    placeholder: l10n.t('What is to be explained?'),
    choices: candidates.map((subject) => choiceOf(subject, now)),
  });
  return chosen.value;
}

function choiceOf(subject: Subject, nowMs: number): Choice<Subject> {
  const { server } = subject.of;
  return subject.kind === 'insight'
    ? {
        value: subject,
        label: insightTitle(subject.of),
        description: [insightStatus(subject.of), server].join(' · '),
      }
    : {
        value: subject,
        label: expectationTitle(subject.of),
        description: [expectationStatus(subject.of, nowMs), server].join(' · '),
      };
}
