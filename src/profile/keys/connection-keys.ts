/** The keys of `tls` and `reconnect`. */
import type { KeyRow } from '../schema-types.ts';
import { boolean, HOUR_MS, ourMilliseconds, plainWithVariables } from './value-types.ts';

export const tlsRows: readonly KeyRow[] = [
  {
    in: 'tls',
    key: 'ca',
    type: plainWithVariables,
    help: 'File with the certificates to trust (PEM), relative to the profile file. Absent: those of the system.',
    example: './ca.pem',
  },
  {
    in: 'tls',
    key: 'cert',
    type: plainWithVariables,
    help: 'File with the certificate of the Client (PEM).',
    example: './me.pem',
  },
  {
    in: 'tls',
    key: 'key',
    type: plainWithVariables,
    help: 'File with the private key that belongs to `cert` (PEM).',
    example: './me.key',
  },
  {
    in: 'tls',
    key: 'servername',
    type: plainWithVariables,
    help: 'Host name to ask for and to check the certificate against. Absent: the host of `broker`.',
    example: 'broker.example.com',
  },
  {
    in: 'tls',
    key: 'alpn',
    type: { kind: 'list', of: 'text', max: 100 },
    help: 'Application protocols to offer (ALPN).',
    example: '[mqtt]',
  },
  {
    in: 'tls',
    key: 'rejectUnauthorized',
    type: boolean,
    default: true,
    help: 'Whether a certificate that cannot be verified ends the connection. Leave it on.',
  },
];

export const reconnectRows: readonly KeyRow[] = [
  {
    in: 'reconnect',
    key: 'after',
    type: ourMilliseconds(1, HOUR_MS),
    required: true,
    help: 'Time before the first attempt. Each later one waits twice as long as the one before.',
    example: '2s',
  },
  {
    in: 'reconnect',
    key: 'atMost',
    type: ourMilliseconds(1, 24 * HOUR_MS),
    help: 'The longest time between two attempts. Absent: 30 s, or `after` where that is longer.',
    example: '30s',
  },
];
