import type { ClientView } from '../../engine/messages.ts';
import type { SessionView } from '../../session/model.ts';
import type { ClientAction } from '../../webview/messages.ts';
import type { SessionState } from './session-state.ts';

/** What can be done with one of our own clients: the page's actions, and those that only the palette and the tree offer. */
export type ClientVerb = ClientAction | 'publish' | 'subscribe';

/** The session of a client, as it stands now; undefined when the Server keeps none. */
export function liveSessionOf(state: SessionState, client: ClientView): SessionView | undefined {
  const session = state.identityOf(client)?.session;
  return session?.state === 'ended' ? undefined : session;
}

/** The actions that make sense for a client in its state, in the order of likely use. */
export function verbsOf(state: SessionState, client: ClientView): readonly ClientVerb[] {
  // The engine that held it is gone, and with it what Resume would need: only a new connection is possible.
  if (state.stale) return ['connect'];
  switch (client.state) {
    case 'connecting':
    case 'reconnecting':
      return ['disconnect'];
    case 'connected': {
      const version =
        client.connection === undefined ? undefined : state.connections.get(client.connection)?.version;
      return [
        'drop',
        'publish',
        'subscribe',
        'close',
        'freeze',
        'disconnect',
        ...(version === 5 ? (['disconnectWithWill'] as const) : []),
        'takeOver',
      ];
    }
    case 'frozen':
      return ['drop', 'close', 'takeOver'];
    case 'offline':
      return liveSessionOf(state, client) === undefined
        ? ['connect', 'startClean']
        : ['resume', 'takeOver', 'startClean', 'connect'];
  }
}

const pageVerbs = new Set<ClientVerb>([
  'resume',
  'startClean',
  'takeOver',
  'drop',
  'close',
  'freeze',
  'disconnect',
  'disconnectWithWill',
  'connect',
] satisfies ClientAction[]);

export function pageActionsOf(state: SessionState, client: ClientView): readonly ClientAction[] {
  return verbsOf(state, client).filter((verb): verb is ClientAction => pageVerbs.has(verb));
}
