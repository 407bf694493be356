/** The keys of the file as a whole, and of its `sandbox`. */
import type { KeyRow } from '../schema-types.ts';
import { FOUR_BYTES, LIST_MAX, PROFILES_MAX, plain, TWO_BYTES, wireSeconds } from './value-types.ts';

export const fileRows: readonly KeyRow[] = [
  {
    in: 'file',
    key: 'version',
    type: { kind: 'integer', min: 1, max: 1 },
    default: 1,
    help: 'Version of the profile file format. There is only 1 so far.',
  },
  {
    in: 'file',
    key: 'defaults',
    type: { kind: 'object', of: 'profile' },
    help: 'Settings merged under every profile of this file.',
  },
  {
    in: 'file',
    key: 'profiles',
    type: { kind: 'named', of: 'profile', max: PROFILES_MAX },
    help: 'The connection profiles, by name.',
  },
  {
    in: 'file',
    key: 'sandbox',
    type: { kind: 'object', of: 'sandbox' },
    help: 'How the built-in broker behaves for the profiles of this file that say `broker: sandbox`.',
  },
  {
    in: 'file',
    key: 'scenarios',
    type: { kind: 'anything' },
    help: 'Scripted steps with expected verdicts, by name.',
  },
];

export const sandboxRows: readonly KeyRow[] = [
  {
    in: 'sandbox',
    key: 'deny',
    type: { kind: 'list', of: 'deny', max: LIST_MAX },
    help: 'What no Client may do.',
  },
  {
    in: 'sandbox',
    key: 'users',
    type: { kind: 'list', of: 'user', max: LIST_MAX },
    help: 'Who may connect. Absent: everybody. These passwords guard nothing but the sandbox, so they may be plain.',
  },
  {
    in: 'sandbox',
    key: 'sessionExpiryMaximum',
    type: wireSeconds(FOUR_BYTES - 1),
    v5: '3.2.2.3.2',
    help: 'The longest Session Expiry Interval granted; CONNACK tells a Client that asked for more.',
    example: '1h',
  },
  {
    in: 'sandbox',
    key: 'serverKeepAlive',
    type: wireSeconds(TWO_BYTES),
    v5: '3.2.2.3.14',
    help: 'Server Keep Alive: what Clients must use instead of their own Keep Alive.',
    example: '60s',
  },
];

export const denyRows: readonly KeyRow[] = [
  {
    in: 'deny',
    key: 'publish',
    type: plain,
    required: true,
    help: 'Topic Filter that no Client may publish to.',
    example: 'test',
  },
  {
    in: 'deny',
    key: 'then',
    type: {
      kind: 'choice',
      choices: [
        { word: 'disconnect', value: 'disconnect', help: 'The Network Connection is closed.' },
        {
          word: 'notAuthorized',
          value: 'notAuthorized',
          help: 'The acknowledgement says Not authorized (0x87), where there is one.',
        },
      ],
    },
    default: 'notAuthorized',
    help: 'What happens to a Client that does.',
  },
];

export const userRows: readonly KeyRow[] = [
  { in: 'user', key: 'username', type: plain, required: true, help: 'User Name.', example: 'demo' },
  { in: 'user', key: 'password', type: plain, required: true, help: 'Password.', example: 'demo' },
];
