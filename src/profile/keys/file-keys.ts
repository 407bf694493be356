/** The keys of the file as a whole. */
import type { KeyRow } from '../schema-types.ts';
import { LIST_MAX, PROFILES_MAX } from './value-types.ts';

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
    type: { kind: 'named', of: 'scenario', max: LIST_MAX },
    help: 'Scripted steps with expected verdicts, by name.',
  },
];
