import { l10n } from 'vscode';
import type { Fault, FaultDirection, FaultSelection } from '../../engine/messages.ts';
import { tellFault } from '../../profile/fault-words.ts';
import type { App } from '../app.ts';
import { noFault, noTappedConnection } from '../errors.ts';
import { type Choice, pickOne } from '../ui/quick-input.ts';
import { translate } from '../ui/words.ts';
import { selectionTarget } from './choose-client.ts';
import type { Command } from './command.ts';
import { askFault, type FaultRow, faultRows } from './fault-kinds.ts';
import { choosePlace, type FaultPlace } from './fault-place.ts';
import { chooseTap } from './tap.ts';
import { type Target, targetOf } from './target.ts';

export const faultCommands: readonly Command[] = faultRows.map((row) => ({
  id: `mqttSession.${row.id}`,
  run: (app: App, given: unknown) => makeFault(app, row, given),
}));

export const clearFaultsCommand: Command = {
  id: 'mqttSession.fault.clear',
  async run(app, given) {
    const target = targetOf(given === selectionTarget ? app.sessionsView.selection : given);
    const title = l10n.t('Fault: Clear');
    const place = await choosePlace(app, title, target, (tap) => ({
      whole: tap.rules.length > 0 || tap.connections.some(({ faults }) => faults.length > 0),
      connections: tap.connections.filter(({ faults }) => faults.length > 0),
    }));
    if (place === undefined) throw noFault();
    const { tap, connection } = place;
    const which = connection === undefined ? undefined : await chooseFaults(place, title, target);
    return app.engine.request('clearFaults', { tap: tap.key, connection, ...(which && { which }) });
  },
};

async function makeFault(app: App, row: FaultRow, given: unknown): Promise<unknown> {
  const target = targetOf(given === selectionTarget ? app.sessionsView.selection : given);
  const title = row.title();
  const place = row.ofTap
    ? { tap: await chooseTap(app, title, target) }
    : await choosePlace(app, title, target, (tap) => ({ whole: true, connections: tap.connections }));
  if (place === undefined) throw noTappedConnection();
  const fault = await askFault(app, row, title, target);
  return app.engine.request('fault', { tap: place.tap.key, connection: place.connection, fault });
}

/** The target's, all where there is but one, or what the user picks. @throws {Cancelled} */
async function chooseFaults(
  { tap, connection }: FaultPlace,
  title: string,
  { fault: kind, direction }: Target,
): Promise<FaultSelection> {
  if (kind !== undefined || direction !== undefined) return { kind, direction };
  const faults = tap.connections.find((each) => each.connection === connection)?.faults ?? [];
  const choices = faults.flatMap(selections);
  if (choices.length < 2) return {};
  const all = l10n.t('All of them');
  const chosen = await pickOne<FaultSelection>({
    title,
    placeholder: l10n.t('Which fault is to be taken away?'),
    choices: faults.length < 2 ? choices : [{ value: {}, label: all }, ...choices],
  });
  return chosen.value;
}

/** A fault as a whole, and, where it works both ways, on each of them. */
function selections(fault: Fault): readonly Choice<FaultSelection>[] {
  const { kind } = fault;
  const row = (direction: FaultDirection, part: Fault): Choice<FaultSelection> => ({
    value: { kind, direction },
    label: tellFault(part, translate),
  });
  if (!('direction' in fault)) return [{ value: { kind }, label: tellFault(fault, translate) }];
  const { direction } = fault;
  if (direction !== 'both') return [row(direction, fault)];
  return (['both', 'toServer', 'toClient'] as const).map((way) => row(way, { ...fault, direction: way }));
}
