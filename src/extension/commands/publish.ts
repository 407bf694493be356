import { l10n } from 'vscode';
import type { ClientView, MessageToPublish } from '../../engine/messages.ts';
import type { QoS } from '../../mqtt/packet.ts';
import { reasonCodeName } from '../../mqtt/reason-codes.ts';
import { topicNameProblem } from '../../mqtt/topics.ts';
import type { App } from '../app.ts';
import { refusedByServer } from '../errors.ts';
import { withSlowProgress } from '../ui/progress.ts';
import {
  askInTurn,
  askText,
  askWithSuggestions,
  pickOne,
  type Step,
  type Suggestion,
} from '../ui/quick-input.ts';
import { clientName } from '../ui/words.ts';
import { chooseClient } from './choose-client.ts';
import { profileOf, versionOf } from './client-facts.ts';
import type { Command } from './command.ts';
import { requireTrust } from './trust.ts';

const title = () => l10n.t('Publish');

/** First failure among the reason codes of PUBACK and PUBREC (v5 2.4). */
const firstFailure = 0x80;

export const publishCommand: Command = {
  id: 'mqttSession.publish',
  async run(app, target) {
    requireTrust();
    const client = await chooseClient(app, 'publish', title(), target);
    const message = givenMessage(target) ?? (await askMessage(app, client));
    const name = clientName(client);
    const { reasonCode } = await withSlowProgress(
      l10n.t('Publishing to {0}…', message.topic),
      app.engine.request('publish', { client: client.key, message }),
    );
    if (reasonCode >= firstFailure) {
      const reason = reasonCodeName('puback', versionOf(app, client), reasonCode);
      throw refusedByServer(l10n.t('PUBLISH to {0}', message.topic), name, reason);
    }
    return { reasonCode };
  },
};

/** The message that another extension or a key binding hands over, when it is whole. */
function givenMessage(target: unknown): MessageToPublish | undefined {
  if (typeof target !== 'object' || target === null) return undefined;
  const { topic, payload, qos, retain } = target as Readonly<Record<string, unknown>>;
  if (typeof topic !== 'string' || typeof payload !== 'string') return undefined;
  return { topic, payload, qos: qos === 1 || qos === 2 ? qos : 0, retain: retain === true };
}

async function askMessage(app: App, client: ClientView): Promise<MessageToPublish> {
  const suggestions = await topicSuggestions(app, client);
  const first: MessageToPublish = {
    topic: app.choices.get('publish.topic') ?? '',
    payload: app.choices.get('publish.payload') ?? '',
    qos: 0,
    retain: false,
  };
  const message = await askInTurn(first, [
    (answered, step) => askTopic(client, suggestions, answered, step),
    (answered, step) => askPayload(answered, step),
    (answered, step) => askDelivery(app, answered, step),
  ]);
  app.choices.set('publish.topic', message.topic);
  app.choices.set('publish.payload', message.payload);
  return message;
}

async function askTopic(
  client: ClientView,
  suggestions: readonly Suggestion[],
  answered: MessageToPublish,
  step: Step,
): Promise<MessageToPublish> {
  const topic = await askWithSuggestions({
    title: title(),
    placeholder: l10n.t('Topic that {0} publishes to', clientName(client)),
    suggestions: withLast(suggestions, answered.topic),
    value: answered.topic,
    problem: (typed) => topicNameProblem(typed)?.message,
    step,
  });
  return { ...answered, topic };
}

async function askPayload(answered: MessageToPublish, step: Step): Promise<MessageToPublish> {
  const payload = await askText({
    title: title(),
    prompt: l10n.t('Payload, as text. Empty is allowed.'),
    value: answered.payload,
    step,
  });
  return { ...answered, payload };
}

async function askDelivery(app: App, answered: MessageToPublish, step: Step): Promise<MessageToPublish> {
  const levels: readonly (readonly [QoS, string])[] = [
    [0, l10n.t('at most once')],
    [1, l10n.t('at least once')],
    [2, l10n.t('exactly once')],
  ];
  const chosen = await pickOne({
    title: title(),
    placeholder: l10n.t('How is it delivered?'),
    choices: [false, true].flatMap((retain) =>
      levels.map(([qos, meaning]) => ({
        id: `${qos} ${retain}`,
        value: { qos, retain },
        label: retain ? l10n.t('QoS {0}, retained', qos) : l10n.t('QoS {0}', qos),
        description: meaning,
      })),
    ),
    last: app.choices.get('publish.delivery'),
    step,
  });
  if (chosen.id !== undefined) app.choices.set('publish.delivery', chosen.id);
  return { ...answered, ...chosen.value };
}

/** The topics that the client's profile names. */
async function topicSuggestions(app: App, client: ClientView): Promise<readonly Suggestion[]> {
  const profile = await profileOf(app, client);
  if (profile === undefined) return [];
  const topics = new Map<string, string>();
  for (const { topic } of profile.afterConnect) topics.set(topic, l10n.t('published after connecting'));
  for (const { topic } of profile.beforeDisconnect) topics.set(topic, l10n.t('published before DISCONNECT'));
  if (profile.will !== undefined) topics.set(profile.will.topic, l10n.t('will topic'));
  return [...topics]
    .filter(([topic]) => !topic.includes('${'))
    .map(([text, description]) => ({ text, description }));
}

function withLast(suggestions: readonly Suggestion[], last: string): readonly Suggestion[] {
  if (last === '' || suggestions.some(({ text }) => text === last)) return suggestions;
  return [{ text: last, description: l10n.t('last used') }, ...suggestions];
}
