/** What others on the way could read or pretend. */
import { isLoopback, SCHEME_PORTS } from '../broker-address.ts';
import type { ConnectionProfile } from '../model.ts';
import { type Finding, find, remove, set } from './finding.ts';

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
        // With a port of its own, nobody knows where the encrypted one is.
        fixes:
          broker.port === SCHEME_PORTS[broker.scheme]
            ? [
                set(
                  ['broker'],
                  `${scheme}://${broker.host.includes(':') ? `[${broker.host}]` : broker.host}${broker.path === '/' ? '' : broker.path}`,
                ),
              ]
            : [],
      },
    );
  }
  if (encrypted && tls?.rejectUnauthorized === false) {
    const path = ['tls', 'rejectUnauthorized'];
    yield find('certificate-unchecked', path, {}, { fixes: [remove(path)] });
  }
}
