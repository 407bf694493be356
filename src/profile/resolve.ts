/**
 * Replaces the variables of a profile when it is about to connect. Never called by the parser, and never in an
 * untrusted workspace: the caller decides that.
 */

import { severityOf, summaryOf } from './checks.ts';
import type { Finding } from './checks-of-profiles/finding.ts';
import type { ConnectionProfile, ProfileError } from './model.ts';
import { checkProfile } from './profile-checks.ts';
import { mapTexts } from './texts.ts';
import { replaceVariables, type Variable, type VariableKind, variablesIn } from './variables.ts';

/** The kinds of variables that the profile itself cannot answer. */
export type LookupKind = Exclude<VariableKind, 'clientId' | 'username'>;

/**
 * Answers a variable; undefined when it has no value, or when the user gave none. Called once for each name and one
 * after the other, so that it may ask; for `random` once for each place, with the length as the name.
 */
export type Lookup = (kind: LookupKind, name: string) => string | undefined | Promise<string | undefined>;

export type Resolved =
  | { readonly ok: true; readonly profile: ConnectionProfile }
  | { readonly ok: false; readonly errors: readonly ProfileError[] };

/** The variables that a profile needs answered, each once, in the order of asking. */
export function variablesOf(profile: ConnectionProfile): readonly Variable[] {
  const found = new Map<string, Variable>();
  mapTexts(profile, (text) => {
    for (const variable of variablesIn(text)) found.set(variable.source, variable);
    return text;
  });
  return [...found.values()];
}

/**
 * The profile with every variable replaced, `clientId` and `username` first, and checked again as a whole: an
 * environment variable may bring a wildcard into a topic. What it says is wrong never quotes the answers.
 * @throws what the lookup throws, for example when the user cancels a question
 */
export async function resolveProfile(profile: ConnectionProfile, lookup: Lookup): Promise<Resolved> {
  const answers = new Answers(profile, lookup);
  const clientId = await answers.identity('clientId');
  const username = await answers.identity('username');
  const rest: Variable[] = [];
  const named = { ...profile, clientId: clientId ?? '', username };
  mapTexts(named, (text, path) => {
    if (path[0] !== 'clientId' && path[0] !== 'username') rest.push(...variablesIn(text));
    return text;
  });
  const values: (string | undefined)[] = [];
  for (const variable of rest) values.push(await answers.value(variable));
  if (answers.errors.length > 0) return { ok: false, errors: answers.errors };
  let next = 0;
  const resolved = mapTexts(named, (text, path, json) => {
    if (path[0] === 'clientId' || path[0] === 'username') return text;
    return replaceVariables(text, () => {
      const value = values[next] ?? '';
      next += 1;
      return json ? JSON.stringify(value).slice(1, -1) : value;
    });
  });
  const errors = checkProfile(resolved)
    .filter(({ code }) => severityOf(code) === 'error')
    .map((finding) => wrongAnswer(profile, finding));
  return errors.length > 0 ? { ok: false, errors } : { ok: true, profile: resolved };
}

/** What is wrong only now is wrong by an answer, and that may be a secret: the message does not quote it. */
function wrongAnswer(profile: ConnectionProfile, { code, path }: Finding): ProfileError {
  const at = path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);
  const sources = new Set<string>();
  mapTexts(profile, (text, where) => {
    if (where.length === path.length && where.every((step, index) => step === path[index])) {
      for (const { source } of variablesIn(text)) sources.add(`\`${source}\``);
    }
    return text;
  });
  return {
    code,
    message: `\`${at}\` of profile ${profile.name} is not valid with its variables replaced. ${summaryOf(code)}`,
    hint: sources.size === 0 ? undefined : `Check what stands in ${[...sources].join(', ')}.`,
  };
}

/** Asks for values and remembers them. */
class Answers {
  readonly errors: ProfileError[] = [];
  readonly #profile: ConnectionProfile;
  readonly #lookup: Lookup;
  readonly #known = new Map<string, string | undefined>();
  readonly #identities = new Map<'clientId' | 'username', string | undefined>();
  readonly #open = new Set<string>();

  constructor(profile: ConnectionProfile, lookup: Lookup) {
    this.#profile = profile;
    this.#lookup = lookup;
  }

  /** `clientId` or `username` with its variables replaced. One may use the other, but not each the other. */
  async identity(key: 'clientId' | 'username'): Promise<string | undefined> {
    if (this.#identities.has(key)) return this.#identities.get(key);
    const text = this.#profile[key];
    if (text === undefined) return undefined;
    this.#open.add(key);
    const values: string[] = [];
    for (const variable of variablesIn(text)) values.push((await this.value(variable)) ?? '');
    this.#open.delete(key);
    const resolved = replaceVariables(text, () => values.shift() ?? '');
    this.#identities.set(key, resolved);
    return resolved;
  }

  async value(variable: Variable): Promise<string | undefined> {
    const { kind, name, source } = variable;
    if (kind === 'clientId' || kind === 'username') return this.#identityValue(kind, source);
    if (kind !== 'random' && this.#known.has(source)) return this.#known.get(source);
    const value = await this.#ask(kind, name, source);
    this.#known.set(source, value);
    return value;
  }

  async #identityValue(kind: 'clientId' | 'username', source: string): Promise<string | undefined> {
    if (this.#open.has(kind)) {
      this.#fail({
        code: 'variable-cycle',
        message: `\`${source}\` of profile ${this.#profile.name} stands for itself.`,
        hint: 'Use it in only one of `clientId` and `username`.',
      });
      return undefined;
    }
    const value = await this.identity(kind);
    if (value !== undefined && value !== '') return value;
    this.#fail({
      code: 'variable-unresolved',
      message: `\`${source}\` of profile ${this.#profile.name} has no value, because \`${kind}\` is ${value === undefined ? 'not set' : 'empty'}.`,
      hint: `Set \`${kind}\` in the profile.`,
    });
    return undefined;
  }

  async #ask(kind: LookupKind, name: string, source: string): Promise<string | undefined> {
    const value = await this.#lookup(kind, name);
    if (value !== undefined) return value;
    this.#fail({
      code: 'variable-unresolved',
      message: `\`${source}\` of profile ${this.#profile.name} has no value.`,
      hint: HINTS[kind](name),
    });
    return undefined;
  }

  #fail(error: ProfileError): void {
    if (!this.errors.some(({ message }) => message === error.message)) this.errors.push(error);
  }
}

/** What to do where a variable has no value. */
export const HINTS: Readonly<Record<LookupKind, (name: string) => string>> = {
  env: (name) =>
    `Set the environment variable ${name} before the editor starts, or write the value into the profile.`,
  secret: () => 'Connect again, and type it when asked; it is kept in secret storage.',
  workspaceFolder: () => 'Open the folder that holds the profile file, or write the path itself.',
  random: () => 'Write a fixed value instead.',
  input: () => 'Connect again, and answer the question.',
};
