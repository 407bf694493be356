/** What a key, a value, a variable or a profile's name means, and what comes of it here. */
import type { Hover, Position } from 'vscode-languageserver/node';
import { VERSION_NAMES } from '../../profile/merged-checks.ts';
import type { ConnectionProfile } from '../../profile/model.ts';
import { describeType } from '../../profile/reference.ts';
import type { KeyRow } from '../../profile/schema-types.ts';
import { spell, VARIABLES, type Variable } from '../../profile/variables.ts';
import { effectsOf, spellSeconds, spellSession } from '../effects.ts';
import { type Place, placeAt, profileOfPlace, rowOfStep } from '../places.ts';
import type { ProfileDocument } from '../profile-document.ts';
import type { NameUse } from '../profile-names.ts';
import { variableAt } from '../variable-places.ts';
import { nameAt } from './navigation.ts';
import { whatIfTable } from './what-if-table.ts';

export function hover(file: ProfileDocument, position: Position): Hover | undefined {
  const offset = file.offset(position);
  const use = nameAt(file, offset);
  if (use !== undefined) {
    const value = describeProfile(file, use);
    return value === undefined
      ? undefined
      : { contents: { kind: 'markdown', value }, range: file.range(use.range) };
  }
  const place = placeAt(file.tree, offset);
  if (place === undefined) return undefined;
  if (place.on === 'value') {
    const found = variableAt(file.text, place.value, offset);
    if (found !== undefined) {
      return {
        contents: { kind: 'markdown', value: describeVariable(found.variable) },
        range: file.range(found.range),
      };
    }
    if (place.value.kind !== 'scalar') return undefined;
  }
  const step = place.steps.findLast(({ entry }) => entry !== undefined);
  const last = step?.entry;
  const own = step === undefined ? undefined : rowOfStep(step);
  const row = place.on === 'value' && place.shape.kind === 'value' ? place.shape.row : own;
  // Below a key that the table does not know, or in the names that the user has chosen, nothing is known.
  if (row === undefined || (place.on === 'key' && last?.key !== row.key)) return undefined;
  const range = place.on === 'key' && last !== undefined ? last.keyRange : place.value.range;
  const parts = [
    describeRow(row),
    ...(place.on === 'value' ? describeChoice(row, place) : []),
    ...effectHere(file, row, place),
  ];
  return { contents: { kind: 'markdown', value: parts.join('\n\n') }, range: file.range(range) };
}

/** The row of the table of keys, as the reference page tells it. Shared with completion. */
export function describeRow(row: KeyRow): string {
  const facts = [
    `**Value:** ${describeType(row.type).replaceAll('<br>', '; ')}`,
    ...(row.required === true ? ['**Required**'] : []),
    ...(row.default === undefined ? [] : [`**Default:** \`${row.default === '' ? '""' : row.default}\``]),
    ...(row.versions === undefined
      ? []
      : [
          `**Only in MQTT** ${row.versions
            .map((version) => VERSION_NAMES[version])
            .toSorted()
            .join(', ')}`,
        ]),
    ...sections(row),
  ];
  return `**\`${row.key}\`**: ${row.help}\n\n${facts.join('  \n')}`;
}

function sections({ v5, v311 }: KeyRow): readonly string[] {
  const where = [v5 === undefined ? [] : `v5 ${v5}`, v311 === undefined ? [] : `v3.1.1 ${v311}`].flat();
  return where.length === 0 ? [] : [`**Standard:** ${where.join(', ')}`];
}

function describeChoice({ type }: KeyRow, { value }: Place): readonly string[] {
  if ((type.kind !== 'choice' && type.kind !== 'list') || value.kind !== 'scalar') return [];
  const choice = type.choices?.find(({ word }) => word === value.text);
  return choice === undefined ? [] : [`\`${choice.word}\`: ${choice.help}`];
}

function describeVariable({ kind, source }: Variable): string {
  const row = VARIABLES.find((each) => each.kind === kind);
  return `**\`${source}\`**: ${row?.help ?? ''}\n\nWritten \`${row === undefined ? source : spell(row)}\`. It is replaced when connecting, not before.`;
}

/** The keys whose effect depends on other settings. */
const WITH_EFFECT: ReadonlySet<string> = new Set([
  'profile.keepAlive',
  'profile.sessionExpiryInterval',
  'profile.cleanStart',
  'profile.cleanSession',
  'profile.will',
  'will.willDelayInterval',
]);

function effectHere(file: ProfileDocument, row: KeyRow, place: Place): readonly string[] {
  if (!WITH_EFFECT.has(`${row.in}.${row.key}`)) return [];
  const name = profileOfPlace(place)?.key;
  const profile = name === undefined ? undefined : file.profile(name);
  return profile === undefined ? [] : [`**Here:** ${describeEffect(file, profile, row)}`];
}

function describeEffect(file: ProfileDocument, profile: ConnectionProfile, row: KeyRow): string {
  const { noticedAfterSeconds, session, will, cappedBySandbox } = effectsOf(profile, file.file.sandbox);
  const capped = cappedBySandbox ? ' The limits of `sandbox` are counted in.' : '';
  const noticed =
    noticedAfterSeconds === undefined
      ? 'a silent loss is never noticed, because Keep Alive is off'
      : `a silent loss is noticed after ${spellSeconds(noticedAfterSeconds)}`;
  if (row.key === 'keepAlive') {
    const told = will?.believedAliveSeconds;
    return `${noticed}${told === undefined ? '' : `; subscribers believe the Client alive for up to ${spellSeconds(told)}`}.${capped}`;
  }
  if (will === undefined || (row.in === 'profile' && row.key !== 'will'))
    return `${spellSession(session)}.${capped}`;
  const published =
    will.effectiveDelaySeconds === 0
      ? 'published at once when the connection is lost'
      : `published ${spellSeconds(will.effectiveDelaySeconds)} after the loss`;
  const why = will.bySessionEnd
    ? `, not ${spellSeconds(will.delaySeconds)} after it, because the Session ends first`
    : '';
  return `${published}${why}; ${spellSession(session)}; ${noticed}.${capped}`;
}

function describeProfile(file: ProfileDocument, use: NameUse): string | undefined {
  const known = file.file.names.find(({ name }) => name === use.name);
  if (known === undefined) return undefined;
  const description = known.description === undefined ? '' : `\n\n${escapeMarkdown(known.description)}`;
  const profile = file.profile(use.name);
  if (profile === undefined) {
    return `**${escapeMarkdown(use.name)}**${description}\n\nNot usable as it stands: it has an error, or is only there to be extended.`;
  }
  return `**${escapeMarkdown(use.name)}**${description}\n\n${whatIfTable(profile, file.file.sandbox)}`;
}

/** Text of the file is text in a hover, never markup. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~&]/g, '\\$&').replaceAll('\n', ' ');
}
