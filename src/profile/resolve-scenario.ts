/**
 * Replaces the variables of a scenario that is about to run: those of the profiles that it uses, and those of its steps. Every question is
 * asked once for the whole scenario.
 */
import type { ConnectionProfile, ProfileError } from './model.ts';
import { HINTS, type Lookup, resolveProfile } from './resolve.ts';
import type { MessageLikeness, Scenario, ScenarioStep } from './scenarios.ts';
import { mapMessage } from './texts.ts';
import { replaceVariables, type Variable, variablesIn } from './variables.ts';

export type ResolvedScenario =
  | {
      readonly ok: true;
      readonly steps: readonly ScenarioStep[];
      /** Those that the steps name. */
      readonly profiles: readonly ConnectionProfile[];
    }
  | { readonly ok: false; readonly errors: readonly ProfileError[] };

/**
 * The steps and the profiles with every variable replaced. In a step, `clientId` and `username` are those of the profile that the step names.
 * @param profiles the usable ones of the file
 * @throws what the lookup throws, for example when the user cancels a question
 */
export async function resolveScenario(
  scenario: Scenario,
  profiles: readonly ConnectionProfile[],
  lookup: Lookup,
): Promise<ResolvedScenario> {
  const once = remembering(lookup);
  const steps = scenario.steps.map(({ step }) => step);
  const named = new Set(steps.flatMap((step) => (step.do === 'wait' ? [] : [step.client])));
  const resolved = new Map<string, ConnectionProfile>();
  const errors: ProfileError[] = [];
  for (const profile of profiles) {
    if (!named.has(profile.name)) continue;
    const result = await resolveProfile(profile, once);
    if (result.ok) resolved.set(profile.name, result.profile);
    else errors.push(...result.errors);
  }
  if (errors.length > 0) return { ok: false, errors };
  const done: ScenarioStep[] = [];
  for (const step of steps) {
    const values: string[] = [];
    for (const variable of variablesOfStep(step)) {
      const profile = step.do === 'wait' ? undefined : resolved.get(step.client);
      const value = await answerOf(variable, profile, once);
      if (value === undefined || value === '') errors.push(noValue(variable, scenario.name));
      values.push(value ?? '');
    }
    const next = (json: boolean): string => {
      const value = values.shift() ?? '';
      return json ? JSON.stringify(value).slice(1, -1) : value;
    };
    done.push(mapStep(step, (text, json) => replaceVariables(text, () => next(json))));
  }
  return errors.length > 0
    ? { ok: false, errors }
    : { ok: true, steps: done, profiles: [...resolved.values()] };
}

function remembering(lookup: Lookup): Lookup {
  const known = new Map<string, string | undefined>();
  return async (kind, name) => {
    const key = `${kind} ${name}`;
    if (kind !== 'random' && known.has(key)) return known.get(key);
    const value = await lookup(kind, name);
    known.set(key, value);
    return value;
  };
}

function answerOf(
  { kind, name }: Variable,
  profile: ConnectionProfile | undefined,
  lookup: Lookup,
): ReturnType<Lookup> {
  if (kind === 'clientId' || kind === 'username') return profile?.[kind];
  return lookup(kind, name);
}

function noValue({ kind, name, source }: Variable, scenario: string): ProfileError {
  const hint =
    kind === 'clientId' || kind === 'username' ? `Set \`${kind}\` in the profile.` : HINTS[kind](name);
  return {
    code: 'variable-unresolved',
    message: `\`${source}\` of scenario ${scenario} has no value.`,
    hint,
  };
}

function variablesOfStep(step: ScenarioStep): readonly Variable[] {
  const found: Variable[] = [];
  mapStep(step, (text) => {
    found.push(...variablesIn(text));
    return text;
  });
  return found;
}

/** `json`: what takes the place of a variable lands inside of a JSON string. */
type MapText = (text: string, json: boolean) => string;

/** The step with every text that may hold variables replaced, always in the same order. */
function mapStep(step: ScenarioStep, map: MapText): ScenarioStep {
  switch (step.do) {
    case 'publish':
      return { ...step, message: mapMessage(step.message, [], (text, _path, json) => map(text, json)) };
    case 'subscribe': {
      const { subscription } = step;
      return {
        ...step,
        subscription: { ...subscription, topicFilter: map(subscription.topicFilter, false) },
      };
    }
    case 'unsubscribe':
      return { ...step, topicFilter: map(step.topicFilter, false) };
    case 'expectNoMessage':
      return { ...step, topic: map(step.topic, false) };
    case 'expectWill':
      return { ...step, like: mapLikeness(step.like, map) };
    case 'expectMessage':
      return { ...step, like: mapLikeness(step.like, map) };
    default:
      return step;
  }
}

function mapLikeness<T extends MessageLikeness>(like: T, map: MapText): T {
  const mapped: { -readonly [key in keyof MessageLikeness]: MessageLikeness[key] } = { ...like };
  for (const key of ['topic', 'payload', 'contentType', 'responseTopic'] as const) {
    const text = like[key];
    if (text !== undefined) mapped[key] = map(text, false);
  }
  if (like.userProperties !== undefined) {
    mapped.userProperties = like.userProperties.map(([name, value]) => [map(name, false), map(value, false)]);
  }
  return { ...like, ...mapped };
}
