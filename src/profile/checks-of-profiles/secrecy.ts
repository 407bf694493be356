/** What others on the way could read or pretend. */
import { isLoopback } from '../broker-address.ts';
import type { ConnectionProfile } from '../model.ts';
import { type Finding, find, remove } from './finding.ts';

/** @param raw the profile with its variables */
export function* checkSecrecy({ broker, password, tls }: ConnectionProfile): Iterable<Finding> {
  if (broker.kind !== 'network' || isLoopback(broker.host)) return;
  const encrypted = broker.scheme === 'mqtts' || broker.scheme === 'wss';
  const known = !broker.host.includes('${');
  if (!encrypted && known && password !== undefined && password !== '') {
    const scheme = broker.scheme === 'ws' ? 'wss' : 'mqtts';
    yield find(
      'credentials-unencrypted',
      ['broker'],
      { host: broker.host, scheme },
      {
        related: { path: ['password'], message: 'The password.' },
      },
    );
  }
  if (encrypted && tls?.rejectUnauthorized === false) {
    const path = ['tls', 'rejectUnauthorized'];
    yield find('certificate-unchecked', path, {}, { fixes: [remove(path)] });
  }
}
