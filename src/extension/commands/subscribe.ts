import { l10n } from 'vscode';
import type { ClientView } from '../../engine/messages.ts';
import type { QoS, Subscription } from '../../mqtt/packet.ts';
import { reasonCodeName } from '../../mqtt/reason-codes.ts';
import { topicFilterProblem } from '../../mqtt/topics.ts';
import type { App } from '../app.ts';
import { refusedByServer } from '../errors.ts';
import { withSlowProgress } from '../ui/progress.ts';
import { askInTurn, askWithSuggestions, pickOne, type Suggestion } from '../ui/quick-input.ts';
import { clientName } from '../ui/words.ts';
import { chooseClient } from './choose-client.ts';
import { profileOf, versionOf } from './client-facts.ts';
import type { Command } from './command.ts';
import { requireTrust } from './trust.ts';

const title = () => l10n.t('Subscribe');

/** First failure among the reason codes of SUBACK (v5 3.9.3, v3.1.1 3.9.3). */
const firstFailure = 0x80;

export const subscribeCommand: Command = {
  id: 'mqttSession.subscribe',
  async run(app, target) {
    requireTrust();
    const client = await chooseClient(app, 'subscribe', title(), target);
    const subscription = givenSubscription(target) ?? (await askSubscription(app, client));
    const { reasonCode } = await withSlowProgress(
      l10n.t('Subscribing to {0}…', subscription.topicFilter),
      app.engine.request('subscribe', { client: client.key, subscription }),
    );
    if (reasonCode >= firstFailure) {
      const reason = reasonCodeName('suback', versionOf(app, client), reasonCode);
      throw refusedByServer(l10n.t('SUBSCRIBE to {0}', subscription.topicFilter), clientName(client), reason);
    }
    return { reasonCode };
  },
};

/** As it was sent when nothing else is said; `retainAsPublished` shows the retain flag as the will had it. */
const plain = { noLocal: false, retainAsPublished: true, retainHandling: 0 } as const;

function givenSubscription(target: unknown): Subscription | undefined {
  if (typeof target !== 'object' || target === null) return undefined;
  const { topicFilter, qos } = target as Readonly<Record<string, unknown>>;
  if (typeof topicFilter !== 'string') return undefined;
  return { topicFilter, qos: qos === 1 || qos === 2 ? qos : 0, ...plain };
}

async function askSubscription(app: App, client: ClientView): Promise<Subscription> {
  const suggestions = await filterSuggestions(app, client);
  const first: Subscription = { topicFilter: app.choices.get('subscribe.filter') ?? '', qos: 1, ...plain };
  const subscription = await askInTurn(first, [
    async (answered, step) => ({
      ...answered,
      topicFilter: await askWithSuggestions({
        title: title(),
        placeholder: l10n.t('Topic filter that {0} subscribes to', clientName(client)),
        suggestions,
        value: answered.topicFilter,
        problem: (typed) => topicFilterProblem(typed)?.message,
        step,
      }),
    }),
    async (answered, step) => {
      const choices = ([0, 1, 2] satisfies QoS[]).map((qos) => ({
        id: String(qos),
        value: qos,
        label: l10n.t('QoS {0}', qos),
        description: l10n.t('at most'),
      }));
      const chosen = await pickOne({
        title: title(),
        placeholder: l10n.t('Maximum QoS of the messages it receives'),
        choices,
        last: app.choices.get('subscribe.qos') ?? '1',
        step,
      });
      app.choices.set('subscribe.qos', chosen.id ?? '1');
      return { ...answered, qos: chosen.value };
    },
  ]);
  app.choices.set('subscribe.filter', subscription.topicFilter);
  return subscription;
}

/** Filters of the client's profile, the topics of known wills, and everything. */
async function filterSuggestions(app: App, client: ClientView): Promise<readonly Suggestion[]> {
  const profile = await profileOf(app, client);
  const filters = new Map<string, string>();
  for (const will of app.state.wills.values()) {
    if (will.server === client.server) filters.set(will.topic, l10n.t('will of {0}', will.clientId));
  }
  for (const { topicFilter } of profile?.subscriptions ?? [])
    filters.set(topicFilter, l10n.t('in the profile'));
  filters.set('#', l10n.t('everything'));
  return [...filters]
    .filter(([filter]) => !filter.includes('${'))
    .map(([text, description]) => ({ text, description }));
}
