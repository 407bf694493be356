import { l10n } from 'vscode';
import type { App } from '../app.ts';
import { noScenarios, noScenarioTrace, noSuchScenario } from '../errors.ts';
import { activeProfileFile, displayPath } from '../profiles/profile-files.ts';
import type { RecordPlace } from '../tests/step-message.ts';
import { pickOne } from '../ui/quick-input.ts';
import type { Command } from './command.ts';
import { type Target, targetOf } from './target.ts';
import { requireTrust } from './trust.ts';

/** Runs one scenario in the Test Explorer: that of a lens, or the one that the user picks. */
export const runScenarioCommand: Command = {
  id: 'mqttSession.runScenario',
  async run(app, given) {
    requireTrust();
    const { file, scenario } = await chooseScenario(app, targetOf(given));
    const played = await app.scenarioTests.run(file, scenario);
    if (played === undefined) throw noSuchScenario(scenario, displayPath(file));
    return played.outcome;
  },
};

/** Shows the trace of a scenario's last run: from a message of the Test Explorer, from its link, or from an item. */
export const showScenarioCommand: Command = {
  id: 'mqttSession.showScenario',
  run(app, given) {
    const place = placeOf(app, given);
    if (place === undefined) throw noScenarioTrace();
    app.timeline.revealRecord(place);
  },
};

async function chooseScenario(
  app: App,
  target: Target,
): Promise<{ readonly file: NonNullable<Target['file']>; readonly scenario: string }> {
  const { file, scenario } = target;
  if (file !== undefined && scenario !== undefined) return { file, scenario };
  const active = activeProfileFile()?.toString();
  const all = await app.scenarioTests.all();
  if (all.length === 0) throw noScenarios();
  const first = all.filter((each) => each.file.toString() === active);
  const rest = all.filter((each) => each.file.toString() !== active);
  const { value } = await pickOne({
    title: l10n.t('Run Scenario'),
    placeholder: l10n.t('Which scenario?'),
    choices: [...first, ...rest].map((each) => ({
      value: each,
      label: each.name,
      description: displayPath(each.file),
    })),
  });
  return { file: value.file, scenario: value.name };
}

/** A message comes as `{ test, message }`, an item as itself, a link as the place. */
function placeOf(app: App, given: unknown): RecordPlace | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  if ('seq' in given) return isPlace(given) ? given : undefined;
  const item = 'test' in given ? given.test : given;
  if (typeof item !== 'object' || item === null || !('id' in item) || typeof item.id !== 'string') {
    return undefined;
  }
  return app.scenarioTests.placeOf({ id: item.id });
}

function isPlace(given: object): given is RecordPlace {
  const { seq, atMs, server, clientId } = given as Readonly<Record<string, unknown>>;
  return (
    typeof seq === 'number' &&
    typeof atMs === 'number' &&
    typeof server === 'string' &&
    typeof clientId === 'string'
  );
}
