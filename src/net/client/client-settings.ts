import type { ConnectionProfile } from '../../profile/model.ts';
import type { NetworkAddress } from './transport.ts';

/** What a client is made of. */
export interface ClientSettings {
  /** Variables are resolved. */
  readonly profile: ConnectionProfile;
  readonly address: NetworkAddress;
  /** Where the connection is made instead: at a tap of ours that forwards to `address`, and sees to its TLS. */
  readonly through?: NetworkAddress | undefined;
  /** The folder that relative paths start from. */
  readonly folder: string;
  /** Of the client in the trace. */
  readonly key: string;
  /** What to call it: the profile's name, and a number for a second client of one profile. */
  readonly label: string;
  /** Of the Server in the trace. */
  readonly server: string;
  /** Takes the place of the profile's Client Identifier: the effective one of another client. */
  readonly clientId?: string | undefined;
}
