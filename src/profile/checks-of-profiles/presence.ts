/** Presence: what a Client says when it comes, when it leaves, and what its will says in its place. */
import type { ConnectionProfile, MessageSettings } from '../model.ts';
import type { Path } from '../settings.ts';
import { replaceVariables } from '../variables.ts';
import { type Finding, find, set } from './finding.ts';

interface State {
  readonly topic: string;
  readonly retain: boolean;
  readonly path: Path;
}

/** @param raw the profile with its variables */
export function* checkPresence(raw: ConnectionProfile): Iterable<Finding> {
  const comes = statesOf(raw, 'afterConnect');
  const leaves = statesOf(raw, 'beforeDisconnect');
  const { will } = raw;
  if (will !== undefined) yield* checkWillState(will, raw, comes, leaves);
  for (const goodbye of leaves) {
    if (goodbye.retain) continue;
    const birth = comes.find(({ topic, retain }) => retain && topic === goodbye.topic);
    if (birth === undefined || leaves.some(({ topic, retain }) => retain && topic === goodbye.topic))
      continue;
    yield find(
      'goodbye-not-retained',
      goodbye.path,
      { topic: goodbye.topic },
      {
        related: { path: birth.path, message: 'The retained message of coming.' },
        fixes: [set([...goodbye.path.slice(0, -1), 'retain'], 'true')],
      },
    );
  }
}

function* checkWillState(
  will: MessageSettings,
  raw: ConnectionProfile,
  comes: readonly State[],
  leaves: readonly State[],
): Iterable<Finding> {
  const topic = identified(will.topic, raw);
  const birth = comes.find((state) => state.retain && state.topic === topic);
  if (birth !== undefined && !will.retain) {
    yield find(
      'will-not-retained',
      ['will', 'retain'],
      { topic },
      {
        related: { path: birth.path, message: 'The retained message of coming.' },
        fixes: [set(['will', 'retain'], 'true')],
      },
    );
  }
  const states = [...comes, ...leaves].filter(({ retain }) => retain);
  if (states.some((state) => state.topic === topic)) return;
  const both = comes.find((one) => one.retain && leaves.some((two) => two.retain && two.topic === one.topic));
  const meant = both ?? states.find((state) => differInOneLevel(state.topic, topic));
  if (meant === undefined) return;
  yield find(
    'will-topic-not-state-topic',
    ['will', 'topic'],
    { will: topic, state: meant.topic },
    {
      related: { path: meant.path, message: 'The retained state.' },
      fixes: [set(['will', 'topic'], meant.topic)],
    },
  );
}

function statesOf(raw: ConnectionProfile, key: 'afterConnect' | 'beforeDisconnect'): readonly State[] {
  return raw[key].map(({ topic, retain }, index) => ({
    topic: identified(topic, raw),
    retain,
    path: [key, index, 'topic'],
  }));
}

/** With the Client Identifier and the user name in their places; other variables stay. */
function identified(topic: string, { clientId, username }: ConnectionProfile): string {
  return replaceVariables(topic, ({ kind, source }) => {
    if (kind === 'clientId') return clientId;
    return kind === 'username' ? (username ?? source) : source;
  });
}

function differInOneLevel(one: string, other: string): boolean {
  const a = one.split('/');
  const b = other.split('/');
  if (a.length !== b.length || a.length < 2) return false;
  return a.filter((level, index) => level !== b[index]).length === 1;
}
