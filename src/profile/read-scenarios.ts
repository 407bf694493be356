/** Reads `scenarios`: the steps by the table of keys, and what only the whole scenario shows. */

import { messageOf } from './checks.ts';
import { checkCondition } from './condition-checks.ts';
import { replaceText } from './fixes.ts';
import { missingKeys } from './merged-checks.ts';
import type { ConnectionProfile } from './model.ts';
import { nearest } from './nearest.ts';
import { type Found, Problems } from './problems.ts';
import { type Reading, readObject } from './read.ts';
import { checkSteps } from './scenario-checks.ts';
import { buildStep, type PlacedStep, type Scenario } from './scenarios.ts';
import { keysOf } from './schema.ts';
import { isBroken, type Setting, type Settings } from './settings.ts';
import type { Entry, Tree } from './tree.ts';

export interface ReadScenario {
  readonly entry: Entry;
  readonly settings: Settings;
  readonly steps: readonly PlacedStep[];
  /** Whether all of it was understood. */
  readonly whole: boolean;
}

/** What can be read without knowing the profiles. */
export function readScenarios(tree: Tree | undefined, reading: Reading): readonly ReadScenario[] {
  const { problems } = reading;
  if (tree === undefined || tree.kind === 'invalid' || tree.kind === 'nothing') return [];
  if (tree.kind !== 'map') {
    problems.add(
      'wrong-type',
      tree.range,
      '`scenarios` is a map of names to scenarios. Write `name:` and below it `steps:`, indented.',
    );
    return [];
  }
  const type = keysOf('file').get('scenarios')?.type;
  const max = type?.kind === 'named' ? type.max : 0;
  const extra = tree.entries[max];
  if (extra !== undefined) {
    problems.add(
      'too-many',
      extra.keyRange,
      `At most ${max} scenarios of a file are read. Move this one and those below it to another file.`,
    );
  }
  return tree.entries.slice(0, max).map((entry) => readScenario(entry, reading));
}

function readScenario(entry: Entry, reading: Reading): ReadScenario {
  const { problems } = reading;
  const before = problems.errorCount;
  const settings = readObject(entry.value, 'scenario', `scenario \`${entry.key}\``, reading);
  for (const { at, object, fixes } of missingKeys(settings, 'scenario')) {
    problems.add('required-missing', at ?? entry.keyRange, object, { fixes });
  }
  const steps: PlacedStep[] = [];
  const { keyRange, value: list } = settings.entries.get('steps') ?? {};
  if (keyRange !== undefined && list?.kind === 'list' && list.items.length === 0) {
    problems.add(
      'scenario-steps',
      keyRange,
      'A scenario without steps shows nothing, and would pass. Write one, for example `- connect: demo`, or remove the scenario.',
    );
  }
  for (const { range, value } of list?.kind === 'list' ? list.items : []) {
    if (value.kind !== 'object') continue;
    if (value.settings.entries.size === 0 && !value.settings.broken) {
      problems.add(
        'scenario-steps',
        range,
        messageOf('scenario-steps', { keys: [...keysOf('step').keys()].join(', ') }),
      );
    }
    checkCondition(value.settings, problems);
    const step = buildStep(value.settings);
    if (step !== undefined) steps.push({ step, range });
  }
  return { entry, settings, steps, whole: problems.errorCount === before && !isBroken(settings) };
}

/**
 * The scenarios as they can be run, and what is wrong beside the profiles of the file.
 * @param profiles every profile by name; undefined for one that cannot be used
 */
export function finishScenarios(
  scenarios: readonly ReadScenario[],
  profiles: ReadonlyMap<string, ConnectionProfile | undefined>,
): { readonly scenarios: readonly Scenario[]; readonly found: readonly Found[] } {
  const problems = new Problems();
  const finished = scenarios.map(({ entry, settings, steps, whole }): Scenario => {
    const before = problems.errorCount;
    for (const setting of namesIn(settings)) checkName(setting, profiles, problems);
    if (whole) checkSteps(steps, profiles, problems);
    const description = settings.entries.get('description')?.value;
    return {
      name: entry.key,
      range: entry.keyRange,
      description: description?.kind === 'text' ? description.text : undefined,
      steps,
      usable: whole && problems.errorCount === before,
    };
  });
  return { scenarios: finished, found: problems.found };
}

/** Every setting whose value is the name of a profile. */
export function* namesIn(settings: Settings): Iterable<Setting> {
  for (const setting of settings.entries.values()) {
    const { row, value } = setting;
    const { type } = row;
    const named =
      (type.kind === 'text' && type.names !== undefined) ||
      (type.kind === 'object' && type.orText === 'profile');
    if (named && value.kind === 'text') yield setting;
    if (value.kind === 'object') yield* namesIn(value.settings);
    if (value.kind === 'list') {
      for (const item of value.items) if (item.value.kind === 'object') yield* namesIn(item.value.settings);
    }
  }
}

function checkName(
  { range, value }: Setting,
  profiles: ReadonlyMap<string, unknown>,
  problems: Problems,
): void {
  if (value.kind !== 'text' || profiles.has(value.text)) return;
  const near = profiles.size > MAX_COMPARED ? undefined : nearest(value.text, profiles.keys());
  const next = near === undefined ? 'Write the name of one.' : `Did you mean \`${near}\`?`;
  problems.add(
    'scenario-profile-unknown',
    range,
    messageOf('scenario-profile-unknown', { name: value.text, next }),
    {
      fixes: near === undefined ? [] : [replaceText(range, near)],
    },
  );
}

const MAX_COMPARED = 500;
