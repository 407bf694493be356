/** The keys of a will, of a message to publish and of a subscription. */
import type { KeyRow } from '../schema-types.ts';
import {
  boolean,
  FOUR_BYTES,
  ONLY_5,
  payload,
  plainWithVariables,
  qos,
  topic,
  userProperties,
  utf8,
  wireSeconds,
} from './value-types.ts';

/** The keys that a Will Message and a PUBLISH share, with the sections of the standard for each. */
export function messageRows(where: 'will' | 'message'): readonly KeyRow[] {
  const will = where === 'will';
  const section = (ofWill: string, ofPublish: string) => (will ? ofWill : ofPublish);
  return [
    {
      in: where,
      key: 'topic',
      type: topic,
      required: true,
      v5: section('3.1.3.3', '3.3.2.1'),
      v311: section('3.1.3.2', '3.3.2.1'),
      help: 'Topic Name to publish to: at least one character, no wildcards.',
      example: 'user/status/demo',
    },
    {
      in: where,
      key: 'payload',
      type: payload,
      group: 'payload',
      default: '',
      v5: section('3.1.3.4', '3.3.3'),
      v311: section('3.1.3.3', '3.3.3'),
      help: 'The payload as text, sent as UTF-8. A will carries at most 65,535 bytes.',
      example: "I'm offline",
    },
    {
      in: where,
      key: 'payloadJson',
      type: { kind: 'json' },
      group: 'payload',
      help: 'The payload as a value, sent as compact JSON.',
      example: '{ state: offline }',
    },
    {
      in: where,
      key: 'payloadBase64',
      type: { kind: 'base64' },
      group: 'payload',
      help: 'The payload as bytes, in Base64.',
      example: 'AAEC/w==',
    },
    {
      in: where,
      key: 'payloadFile',
      type: plainWithVariables,
      group: 'payload',
      help: 'File that holds the payload, relative to the profile file; read when connecting.',
      example: './will.bin',
    },
    {
      in: where,
      key: 'qos',
      type: qos,
      default: 0,
      v5: section('3.1.2.6', '3.3.1.2'),
      v311: section('3.1.2.6', '3.3.1.2'),
      help: 'Quality of Service to publish with.',
    },
    {
      in: where,
      key: 'retain',
      type: boolean,
      default: false,
      v5: section('3.1.2.7', '3.3.1.3'),
      v311: section('3.1.2.7', '3.3.1.3'),
      help: 'Whether the Server keeps it for later subscribers.',
    },
    {
      in: where,
      key: 'messageExpiryInterval',
      type: wireSeconds(FOUR_BYTES),
      versions: ONLY_5,
      v5: section('3.1.3.2.4', '3.3.2.3.3'),
      help: will
        ? 'Lifetime of the message, counted from its publication by the Server.'
        : 'Lifetime of the message, counted from its arrival at the Server.',
      example: '1h',
    },
    {
      in: where,
      key: 'payloadFormatIndicator',
      type: {
        kind: 'choice',
        choices: [
          { word: 'utf8', value: 'utf8', help: 'The payload is UTF-8 text.' },
          { word: 'bytes', value: 'bytes', help: 'The payload is bytes of any kind.' },
        ],
      },
      versions: ONLY_5,
      v5: section('3.1.3.2.3', '3.3.2.3.2'),
      help: 'What the payload is.',
    },
    {
      in: where,
      key: 'contentType',
      type: utf8,
      versions: ONLY_5,
      v5: section('3.1.3.2.5', '3.3.2.3.9'),
      help: 'Content Type, as the application defines it; often a MIME type.',
      example: 'text/plain',
    },
    {
      in: where,
      key: 'responseTopic',
      type: topic,
      versions: ONLY_5,
      v5: section('3.1.3.2.6', '3.3.2.3.5'),
      help: 'Topic Name for an answer.',
      example: 'demo/reply',
    },
    {
      in: where,
      key: 'correlationData',
      type: { kind: 'object', of: 'correlationData', orText: true },
      versions: ONLY_5,
      v5: section('3.1.3.2.7', '3.3.2.3.6'),
      help: 'What the answer will carry back: a text, or `{ base64: ... }`.',
      example: 'abc',
    },
    {
      in: where,
      key: 'userProperties',
      type: userProperties,
      versions: ONLY_5,
      v5: section('3.1.3.2.8', '3.3.2.3.7'),
      help: 'User Properties of the message: a map, or a list of pairs where a name repeats or order matters.',
      example: '{ why: lost }',
    },
  ];
}

export const willOnlyRows: readonly KeyRow[] = [
  {
    in: 'will',
    key: 'willDelayInterval',
    type: wireSeconds(FOUR_BYTES),
    versions: ONLY_5,
    v5: '3.1.3.2.2',
    help:
      'How long the Server waits before it publishes the will; it publishes earlier when the Session ends earlier. ' +
      'A resumed Session cancels it. Absent is 0.',
    example: '5s',
  },
];

export const correlationDataRows: readonly KeyRow[] = [
  {
    in: 'correlationData',
    key: 'base64',
    type: { kind: 'base64' },
    required: true,
    help: 'The bytes, in Base64.',
    example: 'AAEC/w==',
  },
];

export const subscriptionRows: readonly KeyRow[] = [
  {
    in: 'subscription',
    key: 'topicFilter',
    type: topic,
    required: true,
    v5: '3.8.3',
    v311: '3.8.3',
    help: 'Topic Filter: `+` stands for one level, `#` at the end for all that follow.',
    example: 'user/status/+',
  },
  {
    in: 'subscription',
    key: 'qos',
    type: qos,
    default: 0,
    v5: '3.8.3.1',
    v311: '3.8.3',
    help: 'The highest Quality of Service to receive with.',
  },
  {
    in: 'subscription',
    key: 'noLocal',
    type: boolean,
    default: false,
    versions: ONLY_5,
    v5: '3.8.3.1',
    help: 'Whether the Server leaves out what this Client published itself. Not with a shared subscription.',
  },
  {
    in: 'subscription',
    key: 'retainAsPublished',
    type: boolean,
    default: false,
    versions: ONLY_5,
    v5: '3.8.3.1',
    help: 'Whether forwarded messages keep the RETAIN flag they were published with.',
  },
  {
    in: 'subscription',
    key: 'retainHandling',
    type: {
      kind: 'choice',
      choices: [
        { word: 'sendAtSubscribe', value: 0, help: 'Send retained messages at each subscribe.' },
        { word: 'sendIfNew', value: 1, help: 'Send them only if the subscription is new.' },
        { word: 'doNotSend', value: 2, help: 'Do not send them.' },
      ],
    },
    default: 'sendAtSubscribe',
    versions: ONLY_5,
    v5: '3.8.3.1',
    help: 'Whether the Server sends the retained messages that match.',
  },
];
