/** Completion of keys: those that exist here and in this MQTT version, required ones first, none that stands there already. */
import { type CompletionItem, CompletionItemKind } from 'vscode-languageserver/node';
import type { ProtocolVersion } from '../../mqtt/packet.ts';
import { keysOf } from '../../profile/schema.ts';
import type { KeyRow, ObjectName, ValueType } from '../../profile/schema-types.ts';
import { describeRow } from '../features/hover.ts';
import type { Caret } from './caret.ts';
import { choiceOf, placeholder } from './snippet-text.ts';
import { snippetsFor } from './snippets.ts';

/** An item whose text is a snippet in lines relative to the column of the key. */
export interface Draft extends Omit<CompletionItem, 'insertText' | 'textEdit'> {
  readonly snippet: string;
}

export function keyDrafts(caret: Caret, version: ProtocolVersion, json: boolean): readonly Draft[] {
  const object = objectOf(caret);
  if (object === undefined) {
    return caret.shape.kind === 'names' && caret.shape.object === 'profile' && !json
      ? snippetsFor('names', caret, version)
      : [];
  }
  const siblings = new Set(caret.siblings.map(({ key }) => key));
  const rows = [...keysOf(object).values()];
  const groups = new Set(rows.filter(({ key }) => siblings.has(key)).map(({ group }) => group));
  const open = rows.filter(
    ({ key, group, versions, sameAs }) =>
      !siblings.has(key) &&
      (group === undefined || !groups.has(group)) &&
      (versions === undefined || versions.includes(version)) &&
      // Two names for one thing: the one that holds in every version is offered.
      sameAs === undefined,
  );
  const keys = open.map(
    (row, index): Draft => ({
      label: row.key,
      kind: CompletionItemKind.Property,
      ...(row.required === true ? { detail: 'required' } : {}),
      documentation: { kind: 'markdown', value: describeRow(row) },
      sortText: `${row.required === true ? 0 : 1}${String(index).padStart(3, '0')}`,
      snippet: caret.hasColon
        ? spellKey(row.key, caret, json)
        : `${spellKey(row.key, caret, json)}: ${startOf(row, caret, json)}`.replace(/: \n/, ':\n'),
    }),
  );
  return json || caret.inFlow || caret.hasColon ? keys : [...keys, ...snippetsFor(object, caret, version)];
}

/** What the keys at the caret belong to. */
function objectOf({ shape }: Caret): ObjectName | undefined {
  if (shape.kind === 'object') return shape.object;
  return shape.kind === 'list' && shape.of.kind === 'object' ? shape.of.object : undefined;
}

function spellKey(key: string, { quote }: Caret, json: boolean): string {
  if (json) return `"${key}"`;
  return quote === undefined ? key : `${quote}${key}${quote}`;
}

/** A value to start from, as a snippet. It begins with a line break where it goes below its key. */
function startOf({ type, default: standard, example }: KeyRow, { inFlow }: Caret, json: boolean): string {
  const flow = inFlow || json;
  switch (type.kind) {
    case 'object':
      if (type.orText !== undefined) return '$1';
      return flow ? '{ $1 }' : '\n  $1';
    case 'named':
      return flow ? '{ $1 }' : `\n  ${placeholder(1, 'name')}:\n    $2`;
    case 'list':
      if (type.of === 'text' || flow) return '[$1]';
      return '\n  - $1';
    case 'boolean':
      // What is not the default is what one comes to write.
      return choiceOf(1, standard === true ? ['false', 'true'] : ['true', 'false']);
    case 'choice': {
      const words = type.choices.map(({ word }) => word);
      return json && typeof standard !== 'number' ? `"${choiceOf(1, words)}"` : choiceOf(1, words);
    }
    case 'integer':
      if (type.max - type.min > 3) return placeholder(1, example ?? String(type.min));
      return choiceOf(1, numbersOf(type));
    case 'userProperties':
      return flow ? '{ $1 }' : `\n  ${placeholder(1, 'name')}: ${placeholder(2, 'value')}`;
    case 'json':
      return '{ $1 }';
    default: {
      const start = example ?? (standard === undefined ? '' : String(standard));
      if (json && !/^\d+$/.test(start)) return `"${start === '' ? '$1' : placeholder(1, start)}"`;
      if (start === '') return '$1';
      return inFlow && /[{}[\],]/.test(start) ? `"${placeholder(1, start)}"` : placeholder(1, start);
    }
  }
}

export function numbersOf({ min, max }: Extract<ValueType, { kind: 'integer' }>): string[] {
  return Array.from({ length: max - min + 1 }, (_, index) => String(min + index));
}
