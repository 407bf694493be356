/** What profiles lay claim to, that another profile of the workspace may claim as well; and what they expect to be there. */
import { isLoopback } from './broker-address.ts';
import type { ReadFile, ReadProfile } from './file-reader.ts';
import type { BrokerAddress, ConnectionProfile, MessageSettings, Range } from './model.ts';
import { locate, type Path } from './settings.ts';
import { replaceVariables, variablesIn } from './variables.ts';

/** A Client Identifier on a broker, or an address to listen on. */
export interface Claim {
  readonly kind: 'client' | 'tap';
  /** Claims with one key collide. */
  readonly key: string;
  readonly uri: string;
  readonly profile: string;
  readonly range: Range;
  /** For a Client: it connects again by itself. */
  readonly returns: boolean;
  /** For a tap. */
  readonly port: number;
}

/** A file that is read when connecting. */
export interface FileReference {
  readonly path: string;
  readonly range: Range;
}

export function claimsOf(uri: string, read: ReadProfile): readonly Claim[] {
  const { profile, name } = read;
  if (profile === undefined) return [];
  const common = { uri, profile: name, returns: profile.reconnect !== undefined, port: 0 };
  const claims: Claim[] = [];
  const client = clientKey(profile, uri);
  if (client !== undefined) {
    claims.push({ ...common, kind: 'client', key: `client ${client}`, range: placeOf(read, ['clientId']) });
  }
  const listen = profile.tap?.listen;
  if (listen !== undefined && listen.port !== 0) {
    const { host, port } = listen;
    const key = `tap ${hostKey(host)}:${port}`;
    claims.push({ ...common, kind: 'tap', key, port, range: placeOf(read, ['tap', 'listen']) });
  }
  return claims;
}

function clientKey(profile: ConnectionProfile, uri: string): string | undefined {
  const { clientId, username, broker } = profile;
  if (clientId === '') return undefined;
  if (variablesIn(clientId).some(({ kind }) => kind === 'random' || kind === 'input')) return undefined;
  const id = replaceVariables(clientId, ({ kind, source }) =>
    kind === 'username' ? (username ?? source) : source,
  );
  return `${brokerKey(broker, uri)} ${id}`;
}

const brokerKey = (broker: BrokerAddress, uri: string): string =>
  broker.kind === 'sandbox' ? `sandbox ${uri}` : `${hostKey(broker.host)}:${broker.port}`;

const hostKey = (host: string): string => (isLoopback(host) ? 'localhost' : host.toLowerCase());

/** Where it stands in the profile itself; for what is inherited, the profile's name. */
function placeOf({ settings, keyRange, region }: ReadProfile, path: Path): Range {
  const range = locate(settings, path);
  return range !== undefined && range.start >= region.start && range.end <= region.end ? range : keyRange;
}

/** The files that the profiles of a file name; those with variables in their path are not known. */
export function fileReferences({ profiles }: ReadFile): readonly FileReference[] {
  return profiles.flatMap((read) => {
    if (read.profile === undefined) return [];
    return pathsOf(read.profile).flatMap(([path, at]) =>
      path.includes('${') ? [] : [{ path, range: locate(read.settings, at) ?? read.keyRange }],
    );
  });
}

function pathsOf({
  tls,
  will,
  afterConnect,
  beforeDisconnect,
}: ConnectionProfile): readonly [string, Path][] {
  const paths: [string, Path][] = [];
  for (const key of ['ca', 'cert', 'key'] as const) {
    const path = tls?.[key];
    if (path !== undefined && path !== '') paths.push([path, ['tls', key]]);
  }
  const add = ({ payload }: MessageSettings, at: Path): void => {
    if (payload.kind === 'file') paths.push([payload.path, [...at, 'payloadFile']]);
  };
  if (will !== undefined) add(will, ['will']);
  for (const [index, message] of afterConnect.entries()) add(message, ['afterConnect', index]);
  for (const [index, message] of beforeDisconnect.entries()) add(message, ['beforeDisconnect', index]);
  return paths;
}
