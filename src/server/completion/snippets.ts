/** Whole patterns to start from: a profile, a will, presence (birth, will and goodbye on one topic), TLS. */
import { CompletionItemKind } from 'vscode-languageserver/node';
import type { ProtocolVersion } from '../../mqtt/packet.ts';
import type { ObjectName } from '../../profile/schema-types.ts';
import type { Caret } from './caret.ts';
import type { Draft } from './keys.ts';
import { choiceOf, placeholder } from './snippet-text.ts';

interface SnippetRow {
  readonly label: string;
  readonly in: ObjectName | 'names';
  /** It is not offered beside one of these. */
  readonly unless: readonly string[];
  readonly detail: string;
  readonly lines: readonly string[];
  readonly only5?: true;
}

const PRESENCE_TOPIC = placeholder(1, ['user/status/$', '{clientId}'].join(''));
const OFFLINE = placeholder(3, 'offline');

/** A message, or a will, that everybody finds who asks later. */
const stateMessage = (payload: string): readonly string[] => [
  `topic: ${PRESENCE_TOPIC}`,
  `payload: ${payload}`,
  'qos: 1',
  'retain: true',
];
const below = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);
const entry = (lines: readonly string[]): readonly string[] =>
  lines.map((line, index) => `  ${index === 0 ? '- ' : '  '}${line}`);

const SNIPPETS: readonly SnippetRow[] = [
  {
    label: 'will message',
    in: 'profile',
    unless: ['will'],
    detail: 'a Will Message',
    lines: [
      'will:',
      `  topic: ${placeholder(1, 'user/status/demo')}`,
      `  payload: ${placeholder(2, 'offline')}`,
      `  qos: ${choiceOf(3, ['1', '0', '2'])}`,
      `  retain: ${choiceOf(4, ['true', 'false'])}`,
    ],
  },
  {
    label: 'will message with delay',
    in: 'profile',
    unless: ['will', 'sessionExpiryInterval'],
    detail: 'a Will Message that waits, and the Session that lets it',
    only5: true,
    lines: [
      `sessionExpiryInterval: ${placeholder(5, '10s')}`,
      'will:',
      `  topic: ${placeholder(1, 'user/status/demo')}`,
      `  payload: ${placeholder(2, 'offline')}`,
      `  qos: ${choiceOf(3, ['1', '0', '2'])}`,
      `  willDelayInterval: ${placeholder(4, '5s')}`,
    ],
  },
  {
    label: 'presence',
    in: 'profile',
    unless: ['will', 'afterConnect', 'beforeDisconnect'],
    detail: 'birth, will and goodbye, all retained on one topic',
    lines: [
      'will:',
      ...below(stateMessage(OFFLINE)),
      'afterConnect:',
      ...entry(stateMessage(placeholder(2, 'online'))),
      'beforeDisconnect:',
      ...entry(stateMessage(OFFLINE)),
    ],
  },
  {
    label: 'tls with client certificate',
    in: 'profile',
    unless: ['tls'],
    detail: 'TLS: the authority to trust, and the certificate of the Client',
    lines: [
      'tls:',
      `  ca: ${placeholder(1, './ca.pem')}`,
      `  cert: ${placeholder(2, './client.pem')}`,
      `  key: ${placeholder(3, './client.key')}`,
    ],
  },
  {
    label: 'profile',
    in: 'names',
    unless: [],
    detail: 'a connection profile',
    lines: [
      `${placeholder(1, 'name')}:`,
      `  broker: ${choiceOf(2, ['sandbox', 'mqtt://localhost:1883', 'mqtts://localhost:8883'])}`,
      `  clientId: ${placeholder(3, 'demo')}`,
      '  $0',
    ],
  },
];

/** The patterns that fit into an object; to be placed at the column of its keys. */
export function snippetsFor(
  where: ObjectName | 'names',
  { siblings }: Caret,
  version: ProtocolVersion,
): readonly Draft[] {
  const there = new Set(siblings.map(({ key }) => key));
  return SNIPPETS.filter(
    (row) =>
      row.in === where && !row.unless.some((key) => there.has(key)) && (row.only5 !== true || version === 5),
  ).map(({ label, detail, lines }, index) => ({
    label,
    detail,
    kind: CompletionItemKind.Snippet,
    sortText: `2${String(index).padStart(3, '0')}`,
    snippet: lines.join('\n'),
  }));
}
