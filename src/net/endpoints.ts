/** Where the ends of a connection are, and what carries it, as the trace keeps it. */
import type { TappedEndpoint } from './tap.ts';

/** What carries MQTT, by the scheme of the address. */
export const carriers = { mqtt: 'tcp', mqtts: 'tls', ws: 'ws', wss: 'wss' } as const;

/** Undefined for a socket that has no such end, as a pipe. Without a zone; an IPv4 address that IPv6 wraps is one of IPv4. */
export function endpointOf(
  address: string | undefined,
  port: number | undefined,
): TappedEndpoint | undefined {
  if (address === undefined || port === undefined) return undefined;
  return { address: address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, ''), port };
}
