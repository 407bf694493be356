import { openAt } from '../profiles/problems.ts';
import type { Command } from './command.ts';
import { targetOf } from './target.ts';

/** Opens a profile file where the profile stands in it. Works from the nodes of both views. */
export const openProfileCommand: Command = {
  id: 'mqttSession.openProfile',
  async run(app, given) {
    const target = targetOf(given);
    const client = target.client === undefined ? undefined : app.state.clients.get(target.client);
    const { file, profile } = client === undefined ? target : targetOf(client);
    if (file === undefined) return;
    const source = await app.files.read(file);
    await openAt(file, source.file.names.find(({ name }) => name === profile)?.range);
  },
};
