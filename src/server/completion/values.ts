/** Completion of values: words, numbers, names of profiles, topics, variables. */
import { CompletionItemKind } from 'vscode-languageserver/node';
import { assertNever } from '../../mqtt/assert-never.ts';
import type { KeyRow } from '../../profile/schema-types.ts';
import { VARIABLES } from '../../profile/variables.ts';
import { nameRow, type Place, profileOfPlace } from '../places.ts';
import type { ProfileDocument } from '../profile-document.ts';
import type { Caret } from './caret.ts';
import { numbersOf } from './keys.ts';
import type { KnownNames } from './known-names.ts';

/** One value as it is meant; how it is written depends on where. */
export interface ValueDraft {
  readonly text: string;
  readonly kind: CompletionItemKind;
  readonly detail?: string | undefined;
  /** Written as it is, never in quotes: numbers, words of YAML, `{ ... }`. */
  readonly bare?: true;
  /** Replaces only the part of the value from here on: an offset into what was typed. */
  readonly from?: number | undefined;
}

export function valueDrafts(caret: Caret, file: ProfileDocument, names: KnownNames): readonly ValueDraft[] {
  const { shape } = caret;
  const named = nameRow(shape);
  if (named !== undefined) {
    const self = named.in === 'profile' ? profileOfPlace(placeOf(caret))?.key : undefined;
    return profileNames(file, self);
  }
  if (shape.kind === 'object') return shape.object === 'reconnect' ? RECONNECT : [];
  if (shape.kind !== 'value') return [];
  const { row } = shape;
  const opened = openVariable(caret.typed);
  if (opened !== undefined) return takesVariables(row) ? variables(names, opened, true) : [];
  const drafts = ofRow(row, caret, names);
  return takesVariables(row) && caret.typed === '' ? [...drafts, ...variables(names, 0, false)] : drafts;
}

const RECONNECT: readonly ValueDraft[] = [
  { text: 'never', kind: CompletionItemKind.EnumMember },
  { text: '{ after: 2s, atMost: 30s }', kind: CompletionItemKind.Value, bare: true },
];

function ofRow(row: KeyRow, caret: Caret, names: KnownNames): readonly ValueDraft[] {
  const { type } = row;
  switch (type.kind) {
    case 'boolean':
      return ['true', 'false'].map((text) => ({
        text,
        kind: CompletionItemKind.Value,
        bare: true,
        detail: isDefault(row, text),
      }));
    case 'choice':
    case 'list':
      return (type.choices ?? []).map(({ word, help }) => ({
        text: word,
        kind: CompletionItemKind.EnumMember,
        detail: help,
      }));
    case 'integer': {
      const numbers = type.max - type.min <= 3 ? numbersOf(type) : [row.example ?? String(type.max)];
      return numbers.map((text) => ({
        text,
        kind: CompletionItemKind.Value,
        bare: true,
        detail: row.key === 'qos' ? QOS_NAMES[Number(text)] : isDefault(row, text),
      }));
    }
    case 'duration': {
      const usual =
        type.max < 100_000 && type.unit === 's'
          ? ['0', '15s', '30s', '60s', '5m']
          : ['0', '5s', '30s', '10m', '1h', '7d'];
      const words = [...new Set([...(row.example === undefined ? [] : [row.example]), ...usual])];
      return [
        ...words.map(
          (text): ValueDraft => ({
            text,
            kind: CompletionItemKind.Value,
            bare: true,
            detail: isDefault(row, text),
          }),
        ),
        ...(type.never === undefined
          ? []
          : [{ text: 'never', kind: CompletionItemKind.EnumMember, detail: 'does not expire' }]),
      ];
    }
    case 'broker':
      return brokers(names);
    case 'listen':
      return [{ text: row.example ?? '', kind: CompletionItemKind.Value }];
    case 'text':
      return texts(row, caret, names);
    case 'userProperties':
    case 'json':
    case 'base64':
    case 'object':
    case 'named':
    case 'anything':
      return [];
    default:
      return assertNever(type);
  }
}

const QOS_NAMES = ['at most once', 'at least once', 'exactly once'];

const isDefault = ({ default: standard }: KeyRow, text: string): string | undefined =>
  String(standard) === text ? 'default' : undefined;

function brokers({ brokers: known }: KnownNames): readonly ValueDraft[] {
  const usual: readonly ValueDraft[] = [
    { text: 'sandbox', kind: CompletionItemKind.EnumMember, detail: 'the broker inside the extension' },
    { text: 'mqtt://localhost:1883', kind: CompletionItemKind.Value, detail: 'TCP' },
    { text: 'mqtts://localhost:8883', kind: CompletionItemKind.Value, detail: 'TLS' },
    { text: 'ws://localhost:80/mqtt', kind: CompletionItemKind.Value, detail: 'WebSocket' },
    { text: 'wss://localhost:443/mqtt', kind: CompletionItemKind.Value, detail: 'WebSocket over TLS' },
  ];
  const others = known
    .filter((text) => usual.every((each) => each.text !== text))
    .map((text): ValueDraft => ({ text, kind: CompletionItemKind.Reference, detail: 'in this workspace' }));
  return [...usual, ...others];
}

const CONTENT_TYPES = ['text/plain', 'application/json', 'application/octet-stream', 'application/cbor'];

function texts(row: KeyRow, caret: Caret, names: KnownNames): readonly ValueDraft[] {
  if (row.type.kind === 'text' && (row.type.role === 'topic' || row.in === 'deny')) {
    const filters = row.key === 'topicFilter' || row.in === 'deny';
    return names.topics
      .filter(({ name }) => filters || !/[+#]|^\$share\//.test(name))
      .map(({ name, live }) => ({
        text: name,
        kind: CompletionItemKind.Reference,
        detail: live ? 'seen in the trace' : 'in this workspace',
      }));
  }
  switch (`${row.in}.${row.key}`) {
    case 'profile.clientId':
      return names.clientIds.map(({ name, live }) => ({
        text: name,
        kind: CompletionItemKind.Reference,
        detail: live ? 'seen in the trace' : 'in this workspace',
      }));
    case 'profile.password':
      return secrets(names, profileOfPlace(placeOf(caret))?.key, 0);
    case 'will.contentType':
    case 'message.contentType':
    case 'publishStep.contentType':
      return CONTENT_TYPES.map((text) => ({ text, kind: CompletionItemKind.Value }));
    case 'tls.alpn':
      return [{ text: 'mqtt', kind: CompletionItemKind.Value }];
    default:
      return [];
  }
}

const placeOf = ({ steps, shape }: Caret): Place => ({
  steps,
  shape,
  on: 'value',
  value: { kind: 'nothing', range: { start: 0, end: 0 } },
});

/** Every profile but `self` and those that extend it already, which would close a circle. */
function profileNames(file: ProfileDocument, self: string | undefined): readonly ValueDraft[] {
  const parents = new Map<string, string>();
  let within: string | undefined;
  for (const { name, role } of file.nameUses) {
    if (role === 'definition') within = name;
    else if (role === 'extends' && within !== undefined) parents.set(within, name);
  }
  const leadsToSelf = (name: string): boolean => {
    const seen = new Set<string>();
    for (
      let next: string | undefined = name;
      next !== undefined && !seen.has(next);
      next = parents.get(next)
    ) {
      if (next === self) return true;
      seen.add(next);
    }
    return false;
  };
  return file.file.names
    .filter(({ name }) => name.trim() !== '' && (self === undefined || !leadsToSelf(name)))
    .map(({ name, description }) => ({ text: name, kind: CompletionItemKind.Class, detail: description }));
}

function takesVariables({ type }: KeyRow): boolean {
  if (type.kind === 'text') return type.variables === true;
  return type.kind === 'broker' || type.kind === 'userProperties' || type.kind === 'json';
}

/** Where a variable starts that is open at the end of what was typed. */
function openVariable(typed: string): number | undefined {
  const match = /\$(?:\{[^{}\n]*)?$/.exec(typed);
  return match === null || typed.charAt(match.index - 1) === '$' ? undefined : match.index;
}

function variables(names: KnownNames, from: number, opened: boolean): readonly ValueDraft[] {
  const drafts = VARIABLES.map(({ kind, argument, help }): ValueDraft => {
    const sample = { NAME: 'NAME', LENGTH: '8', question: 'question' }[argument ?? ''] ?? '';
    return {
      text: argument === undefined ? `\${${kind}}` : `\${${kind}:${sample}}`,
      kind: CompletionItemKind.Variable,
      detail: help,
      from,
    };
  });
  if (!opened) return drafts;
  return [
    ...secrets(names, undefined, from),
    ...names.environment.map(
      (name): ValueDraft => ({
        text: `\${env:${name}}`,
        kind: CompletionItemKind.Variable,
        detail: 'in this workspace',
        from,
      }),
    ),
    ...drafts,
  ];
}

function secrets(names: KnownNames, own: string | undefined, from: number): readonly ValueDraft[] {
  const known = own !== undefined && /^[\w.-]+$/.test(own) ? [own, ...names.secrets] : names.secrets;
  return [...new Set(known)].map((name) => ({
    text: `\${secret:${name}}`,
    kind: CompletionItemKind.Variable,
    detail: 'from secret storage; asked for once',
    from,
  }));
}
