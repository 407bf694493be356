/**
 * Writes drafts as a profile file. What the parser says is wrong with it is left out and told, so that the file that comes out has no error.
 */
import { isPair, isScalar, isSeq, isMap as isYamlMap, type Node, parseDocument, stringify } from 'yaml';
import type { Diagnostic } from '../model.ts';
import { parseProfileFile } from '../parse.ts';
import { type Draft, type DraftMap, type ImportedSecret, isMap } from './draft.ts';

export interface Written {
  readonly text: string;
  readonly secrets: readonly ImportedSecret[];
  readonly profiles: number;
  /** What could not be carried over, as it stands at the head of the file. */
  readonly notes: readonly string[];
}

/** So often a file is parsed at most; each time at least one setting is left out. */
const roundsMax = 50;

/** `taken` are names of secrets that stand for something else already. */
export function writeProfiles(
  drafts: readonly Draft[],
  from: string,
  general: readonly string[],
  taken: ReadonlySet<string>,
): Written {
  const names = uniqueNames(drafts);
  const secrets = nameSecrets(drafts, names, taken);
  const profiles: Record<string, DraftMap> = {};
  const leftOut = new Map<string, string[]>();
  drafts.forEach((draft, index) => {
    const name = names[index] ?? draft.name;
    const settings: DraftMap = JSON.parse(JSON.stringify(draft.settings));
    const secret = secrets.get(draft);
    if (secret !== undefined) settings['password'] = `\${secret:${secret.name}}`;
    Object.defineProperty(profiles, name, { value: settings, enumerable: true, configurable: true });
    leftOut.set(name, [...draft.notes]);
  });
  const body = withoutErrors(profiles, leftOut);
  const notes = [
    ...general,
    ...[...leftOut].flatMap(([name, told]) => told.map((note) => `${name}: ${note}`)),
  ].map(oneLine);
  const kept = new Map(Object.entries(profiles));
  return {
    text: `${header(from, notes)}${body}`,
    secrets: drafts.flatMap((draft, index) => {
      const secret = secrets.get(draft);
      const used = kept.get(names[index] ?? '')?.['password'] !== undefined;
      return secret !== undefined && used ? [secret] : [];
    }),
    profiles: kept.size,
    notes,
  };
}

function header(from: string, notes: readonly string[]): string {
  const lines = [`# Imported from ${oneLine(from)}.`];
  if (notes.length > 0) {
    lines.push('#', '# What could not be carried over:', ...notes.map((note) => `# - ${note}`));
  }
  return `${lines.join('\n')}\n`;
}

/** A comment must stay one, whatever a name holds: no line break of YAML and no control character. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\ufeff\ufffe\uffff]+/gu, ' ').slice(0, 400);
}

/** The text of the file; removes from `profiles` what is wrong, and tells so. */
function withoutErrors(profiles: Record<string, DraftMap>, leftOut: Map<string, string[]>): string {
  for (let round = 0; round < roundsMax; round += 1) {
    const text = stringify({ version: 1, profiles }, { lineWidth: 0, aliasDuplicateObjects: false });
    const errors = errorsOf(text);
    if (errors.length === 0) return text;
    const paths = errors.map((error) => ({ error, path: pathAt(text, error.range.start) }));
    // From the end, so that the positions in lists stay what they are.
    for (const { error, path } of paths.reverse()) removeAt(profiles, path, error, leftOut);
  }
  for (const name of Object.keys(profiles)) {
    delete profiles[name];
    leftOut.get(name)?.push('left out: its settings could not be made whole');
  }
  return stringify({ version: 1, profiles });
}

function errorsOf(text: string): readonly Diagnostic[] {
  return parseProfileFile(text, 'import.mqtt.yaml').diagnostics.filter(
    ({ severity }) => severity === 'error',
  );
}

type Path = readonly (string | number)[];

/** The keys and positions that lead to an offset of the text. */
function pathAt(text: string, offset: number): Path {
  const path: (string | number)[] = [];
  let node: unknown = parseDocument(text).contents;
  for (;;) {
    if (isYamlMap(node)) {
      const pair = node.items.find((item) => isPair(item) && covers(item.key, offset, item.value));
      if (pair === undefined || !isScalar(pair.key)) return path;
      path.push(String(pair.key.value));
      if (covers(pair.key, offset)) return path;
      node = pair.value;
    } else if (isSeq(node)) {
      const index = node.items.findIndex((item) => covers(item, offset));
      if (index === -1) return path;
      path.push(index);
      node = node.items[index];
    } else return path;
  }
}

function covers(from: unknown, offset: number, to: unknown = from): boolean {
  const start = (from as Node | null)?.range?.[0];
  const end = (to as Node | null)?.range?.[2] ?? (from as Node | null)?.range?.[2];
  return start !== undefined && end !== undefined && offset >= start && offset < end + (to === from ? 1 : 0);
}

/** Removes the setting at the path: the item of a list as a whole; a profile where no setting of it is named or it lacks a broker. */
function removeAt(
  profiles: Record<string, DraftMap>,
  path: Path,
  error: Diagnostic,
  leftOut: Map<string, string[]>,
): void {
  const [, name, key, ...rest] = path;
  const profile = typeof name === 'string' && Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (profile === undefined) {
    // Not within a profile: nothing there can be left out but all.
    for (const each of Object.keys(profiles)) drop(profiles, each, error, leftOut);
    return;
  }
  if (typeof name !== 'string') return;
  if (typeof key !== 'string' || key === 'broker') {
    drop(profiles, name, error, leftOut);
    return;
  }
  const told = leftOut.get(name);
  const value = profile[key];
  const [inner] = rest;
  if (Array.isArray(value) && typeof inner === 'number') {
    profile[key] = value.filter((_, index) => index !== inner);
    told?.push(`\`${key}[${inner}]\`: ${error.message}`);
  } else if (isMap(value) && typeof inner === 'string' && key === 'tls') {
    delete (value as DraftMap)[inner];
    told?.push(`\`${key}.${inner}\`: ${error.message}`);
  } else if (isMap(value) && typeof inner === 'string' && !needed(inner)) {
    delete (value as DraftMap)[inner];
    told?.push(`\`${key}.${inner}\`: ${error.message}`);
  } else if (value !== undefined) {
    delete profile[key];
    told?.push(`\`${key}\`: ${error.message}`);
  }
}

/** Without its topic a will is none. */
function needed(key: string): boolean {
  return key === 'topic' || key === 'after';
}

function drop(
  profiles: Record<string, DraftMap>,
  name: string,
  error: Diagnostic,
  leftOut: Map<string, string[]>,
): void {
  if (!Object.hasOwn(profiles, name)) return;
  delete profiles[name];
  leftOut.get(name)?.push(`the whole profile: ${error.message}`);
}

const namesLength = 100;

/** A name for each draft that no other has. */
function uniqueNames(drafts: readonly Draft[]): readonly string[] {
  const used = new Set<string>();
  return drafts.map(({ name }) => {
    const base = oneLine(name).trim().slice(0, namesLength) || 'connection';
    let unique = base;
    for (let count = 2; used.has(unique); count += 1) unique = `${base} ${count}`;
    used.add(unique);
    return unique;
  });
}

function nameSecrets(
  drafts: readonly Draft[],
  names: readonly string[],
  taken: ReadonlySet<string>,
): ReadonlyMap<Draft, ImportedSecret> {
  const used = new Set(taken);
  const secrets = new Map<Draft, ImportedSecret>();
  drafts.forEach((draft, index) => {
    if (draft.password === undefined || draft.settings['password'] !== undefined) return;
    const base = (names[index] ?? '').replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^-+|-+$/g, '') || 'password';
    let name = base;
    for (let count = 2; used.has(name); count += 1) name = `${base}-${count}`;
    used.add(name);
    secrets.set(draft, { name, value: draft.password });
  });
  return secrets;
}
