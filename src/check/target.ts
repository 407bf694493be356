/** The Server that is tried, and the world in which its Clients live. */

import type { ProtocolVersion } from '../mqtt/packet.ts';
import { isLoopback } from '../net/broker/listener.ts';
import { readTlsMaterial } from '../net/client/tls-material.ts';
import {
  addressLabel,
  isSecure,
  type NetworkAddress,
  openTcp,
  openTransport,
} from '../net/client/transport.ts';
import { type Clock, systemClock } from '../net/clock.ts';
import type { TlsSettings } from '../profile/model.ts';
import type { Wire } from './wire-client.ts';

export interface Credentials {
  readonly userName?: string | undefined;
  readonly password?: string | undefined;
}

export interface CheckTarget {
  /** For people. */
  readonly server: string;
  readonly clock: Clock;
  /** What every CONNECT carries, where the Server asks for it. */
  readonly credentials?: Credentials | undefined;
  /** Begins every topic and Client Identifier. */
  readonly prefix: string;
  /** A new Network Connection. Rejects with the system's error, or the reason of `signal`. */
  open(version: ProtocolVersion, signal: AbortSignal): Promise<Wire>;
}

/** What topics and Client Identifiers begin with, unless the user says otherwise. */
export const usualPrefix = 'check';

export interface TargetSettings {
  readonly address: NetworkAddress;
  readonly tls?: TlsSettings | undefined;
  /** The folder that relative paths start from. */
  readonly folder?: string | undefined;
  readonly credentials?: Credentials | undefined;
  readonly prefix?: string | undefined;
}

/** Whether the Server is on this machine, as far as its name tells. */
export function isOnThisMachine({ host }: Pick<NetworkAddress, 'host'>): boolean {
  return isLoopback(host);
}

/** Throws what is wrong with the settings of TLS. */
export async function targetOf({
  address,
  tls,
  folder = '.',
  credentials,
  prefix = usualPrefix,
}: TargetSettings): Promise<CheckTarget> {
  const material = isSecure(address) ? await readTlsMaterial(tls, folder, address.host) : undefined;
  return {
    server: `${address.scheme}://${addressLabel(address)}${address.path}`,
    clock: systemClock,
    credentials,
    prefix,
    open: async (version, signal) => {
      const socket = await openTcp(address, signal);
      const { stream } = await openTransport(socket, address, material, version, signal);
      return { stream, reset: () => socket.resetAndDestroy() };
    },
  };
}
