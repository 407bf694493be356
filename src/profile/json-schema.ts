/**
 * The JSON Schema of profile files, made from the table of keys, for other editors and for CI. It knows keys, types and
 * ranges; what one value means for another only the checks know.
 */
import { SCHEME_PORTS } from './broker-address.ts';
import { describeType } from './reference.ts';
import { KEYS, keysOf } from './schema.ts';
import type { KeyRow, ObjectName, ValueType } from './schema-types.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** These stand whole where they stand; the others may be completed by what they inherit. */
const NEVER_INHERITED: ReadonlySet<ObjectName> = new Set([
  'message',
  'subscription',
  'deny',
  'allow',
  'user',
  'scenario',
  'step',
  ...[...keysOf('step').values()].flatMap(({ type }) => (type.kind === 'object' ? [type.of] : [])),
  'faultCondition',
  'connectionCondition',
  'tapRule',
  ...[...keysOf('tapRule').values()].flatMap(({ type }) => (type.kind === 'object' ? [type.of] : [])),
  'tapCondition',
  'tapConnections',
]);

export function jsonSchema(): { readonly [key: string]: Json } {
  const objects = [...new Set(KEYS.map((row) => row.in))].filter((object) => object !== 'file');
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'MQTT connection profiles',
    $comment:
      'Generated from the table in src/profile. To renew it: UPDATE_DOCS=1 npx vitest run --project unit test/unit/profile/reference.test.ts',
    ...objectSchema('file'),
    definitions: Object.fromEntries(objects.map((object) => [object, objectSchema(object)])),
  };
}

/** The schema as the file syntaxes/mqtt-profile.schema.json holds it. */
export function renderJsonSchema(): string {
  return `${write(jsonSchema(), '')}\n`;
}

function objectSchema(object: ObjectName): { readonly [key: string]: Json } {
  const rows = [...keysOf(object).values()];
  const required = rows.filter((row) => row.required === true).map((row) => row.key);
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 && NEVER_INHERITED.has(object) ? { required } : {}),
    ...exclusions(rows),
    properties: Object.fromEntries(rows.map((row) => [row.key, keySchema(row)])),
  };
}

/** Of a group, one key at most; a step has exactly one. */
function exclusions(rows: readonly KeyRow[]): { readonly [key: string]: Json } {
  const groups = new Map<string, string[]>();
  for (const { key, group } of rows)
    if (group !== undefined) groups.set(group, [...(groups.get(group) ?? []), key]);
  if (rows.some(({ in: object }) => object === 'deny' || object === 'allow')) {
    return { anyOf: ['publish', 'subscribe', 'will'].map((key) => ({ required: [key] })) };
  }
  if (groups.has('action')) return { minProperties: 1, maxProperties: 1 };
  const pairs = [...groups.values()].flatMap((keys) =>
    keys.flatMap((one, index) => keys.slice(index + 1).map((other) => ({ not: { required: [one, other] } }))),
  );
  return pairs.length === 0 ? {} : { allOf: pairs };
}

function keySchema(row: KeyRow): Json {
  const standard = row.default === undefined ? {} : { default: row.default };
  const description = `${row.help} (${describeType(row.type).replaceAll('<br>', '; ')})`;
  if (row.type.kind === 'json' || row.type.kind === 'anything') return { description };
  return { description, ...standard, anyOf: [...typeSchemas(row.type), { type: 'null' }] };
}

const TEXT: Json = { type: ['string', 'number', 'boolean'] };

/** What a value may be: any one of these. */
function typeSchemas(type: ValueType): readonly Json[] {
  switch (type.kind) {
    case 'text':
      return [TEXT];
    case 'integer':
      return [{ type: 'integer', minimum: type.min, maximum: type.max }];
    case 'boolean':
      return [{ type: 'boolean' }];
    case 'duration':
      return [
        type.unit === 's'
          ? { type: 'integer', minimum: type.min, maximum: type.max }
          : { type: 'number', minimum: type.min / 1000, maximum: type.max / 1000 },
        { type: 'string', pattern: '^\\d{1,12}(\\.\\d{1,9})?(ms|s|m|h|d)?$' },
        ...(type.never === undefined ? [] : [{ const: 'never' }]),
      ];
    case 'choice':
      // YAML reads some of the words (`5`, `3.1`) as numbers.
      return [
        {
          enum: type.choices.flatMap(({ word }) =>
            /^\d+(\.\d+)?$/.test(word) ? [Number(word), word] : [word],
          ),
        },
      ];
    case 'broker':
      return [
        { const: 'sandbox' },
        { type: 'string', pattern: `^(${Object.keys(SCHEME_PORTS).join('|')})://[^@/?]+([/?].*)?$` },
      ];
    case 'listen':
      return [
        { type: 'integer', minimum: 0, maximum: 65_535 },
        { type: 'string', pattern: '^(.+:)?\\d{1,5}$' },
      ];
    case 'userProperties':
      return [
        { type: 'object', additionalProperties: TEXT },
        {
          type: 'array',
          items: {
            anyOf: [
              { type: 'array', items: TEXT, minItems: 2, maxItems: 2 },
              { type: 'object', additionalProperties: TEXT, minProperties: 1, maxProperties: 1 },
            ],
          },
        },
      ];
    case 'base64':
      return [{ type: 'string', contentEncoding: 'base64' }];
    case 'object':
      return [
        reference(type.of),
        ...(type.orWord === undefined ? [] : [{ const: type.orWord }]),
        ...(type.orText === undefined ? [] : [TEXT]),
      ];
    case 'list':
      return [{ type: 'array', maxItems: type.max, items: itemSchema(type) }];
    case 'named':
      return [
        {
          type: 'object',
          maxProperties: type.max,
          additionalProperties: { anyOf: [reference(type.of), { type: 'null' }] },
        },
      ];
    case 'json':
    case 'anything':
      return [{}];
  }
}

function itemSchema({ of, choices }: Extract<ValueType, { kind: 'list' }>): Json {
  if (of !== 'text') return reference(of);
  return choices === undefined ? TEXT : { enum: choices.map(({ word }) => word) };
}

const reference = (object: ObjectName): Json => ({ $ref: `#/definitions/${object}` });

const LINE_WIDTH = 110;

/** JSON as the formatter of this repository lays it out: lists on one line where they fit. */
function write(value: Json, indent: string): string {
  if (Array.isArray(value)) return writeList(value, indent);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  const inner = `${indent}  `;
  const lines = entries.map(([key, each]) => `${inner}${JSON.stringify(key)}: ${write(each, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

function writeList(list: readonly Json[], indent: string): string {
  const inner = `${indent}  `;
  const scalars = list.every((each) => typeof each !== 'object');
  const line = `[${list.map((each) => JSON.stringify(each)).join(', ')}]`;
  if (scalars && indent.length + line.length < LINE_WIDTH - 20) return line;
  return `[\n${list.map((each) => inner + write(each, inner)).join(',\n')}\n${indent}]`;
}
