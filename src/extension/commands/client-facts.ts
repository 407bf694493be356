import { Uri } from 'vscode';
import type { ClientView } from '../../engine/messages.ts';
import type { ProtocolVersion } from '../../mqtt/packet.ts';
import type { ConnectionProfile } from '../../profile/model.ts';
import type { App } from '../app.ts';

/** The profile that a client was made from, as its file reads now; undefined when it is not there any more. */
export async function profileOf(app: App, client: ClientView): Promise<ConnectionProfile | undefined> {
  if (client.file === '') return undefined;
  try {
    const source = await app.files.read(Uri.parse(client.file));
    return source.file.profiles.find(({ name }) => name === client.profile);
  } catch {
    return undefined;
  }
}

/** The protocol version of a client's connection; 5 while it is not known. */
export function versionOf(app: App, client: ClientView): ProtocolVersion {
  const connection =
    client.connection === undefined ? undefined : app.state.connections.get(client.connection);
  return connection?.version ?? 5;
}
