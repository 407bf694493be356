/** Commands over profiles and scenarios. A lens stands only where the client has its command, and where it can do something. */
import type { CodeLens } from 'vscode-languageserver/node';
import type { Entry } from '../../profile/tree.ts';
import type { ClientCommand } from '../messages.ts';
import { entryOf, profileEntries } from '../places.ts';
import type { ProfileDocument } from '../profile-document.ts';

interface LensRow {
  readonly command: string;
  readonly over: 'profile' | 'scenario';
  /** Needs settings that were understood whole. */
  readonly needs?: 'usable';
}

/** Every lens there can be, in its order on the line. */
const LENSES: readonly LensRow[] = [
  { command: 'mqttSession.connect', over: 'profile', needs: 'usable' },
  { command: 'mqttSession.startTap', over: 'profile', needs: 'usable' },
  { command: 'mqttSession.checkBroker', over: 'profile', needs: 'usable' },
  { command: 'mqttSession.whatIf', over: 'profile', needs: 'usable' },
  { command: 'mqttSession.runScenario', over: 'scenario' },
];

export function codeLenses(file: ProfileDocument, commands: ReadonlyMap<string, ClientCommand>): CodeLens[] {
  const rows = LENSES.filter(({ command }) => commands.has(command));
  if (rows.length === 0) return [];
  const lens = (entry: Entry, row: LensRow, target: Readonly<Record<string, string>>): CodeLens => ({
    range: file.range(entry.keyRange),
    command: {
      title: commands.get(row.command)?.title ?? row.command,
      command: row.command,
      arguments: [{ file: file.uri, ...target }],
    },
  });
  const scenarios = entryOf(file.tree, 'scenarios')?.value;
  return [
    ...profileEntries(file.tree).flatMap((entry) => {
      const profile = file.profile(entry.key);
      return rows
        .filter(({ over, needs }) => {
          if (over !== 'profile') return false;
          return needs === undefined || profile !== undefined;
        })
        .map((row) => lens(entry, row, { profile: entry.key }));
    }),
    ...(scenarios?.kind === 'map' ? scenarios.entries : []).flatMap((entry) =>
      rows.filter(({ over }) => over === 'scenario').map((row) => lens(entry, row, { scenario: entry.key })),
    ),
  ];
}
