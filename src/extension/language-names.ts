import { Disposable } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import {
  type SeenNames,
  seenNameMaxLength,
  seenNamesLimit,
  seenNamesNotification,
} from '../server/messages.ts';
import type { SessionState } from './engine/session-state.ts';
import type { Secrets } from './profiles/secrets.ts';

/** However much passes, the server is told no more often. */
const calmMs = 2_000;

/** Tells the language server the names that completion may offer, now and whenever they have changed. */
export function tellSeenNames(
  client: LanguageClient,
  { state, secrets }: { readonly state: SessionState; readonly secrets: Secrets },
): Disposable {
  let told = '';
  let due: NodeJS.Timeout | undefined;
  const tell = (): void => {
    due = undefined;
    const names = namesOf(state, secrets);
    const text = JSON.stringify(names);
    if (text === told) return;
    told = text;
    void client.sendNotification(seenNamesNotification, names);
  };
  tell();
  const heard = [
    state.onDidChange(() => {
      due ??= setTimeout(tell, calmMs);
    }),
    secrets.onDidChange(tell),
  ];
  return new Disposable(() => {
    clearTimeout(due);
    for (const each of heard) each.dispose();
  });
}

function namesOf(state: SessionState, secrets: Secrets): SeenNames {
  return {
    topics: newest(state.wills.values(), ({ topic }) => topic),
    clientIds: newest(state.sessions.values(), ({ clientId }) => clientId),
    secrets: [...new Set(secrets.list().map(({ name }) => name))].slice(0, seenNamesLimit),
  };
}

/** Each name once, as many as are sent. There may be very many entities, so the search ends with the last name that fits. */
function newest<T>(entities: Iterable<T>, nameOf: (entity: T) => string): readonly string[] {
  const names = new Set<string>();
  for (const entity of entities) {
    const name = nameOf(entity);
    if (name !== '' && name.length <= seenNameMaxLength) names.add(name);
    if (names.size === seenNamesLimit) break;
  }
  return [...names];
}
