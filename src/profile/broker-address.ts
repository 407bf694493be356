/** The `broker:` and `listen:` addresses. */
import type { DiagnosticCode } from './checks.ts';
import type { BrokerAddress } from './model.ts';
import { nearest } from './nearest.ts';
import { replaceVariables } from './variables.ts';

type Scheme = Extract<BrokerAddress, { kind: 'network' }>['scheme'];

/** The schemes, with the port each has when none is written. */
export const SCHEME_PORTS: Readonly<Record<Scheme, number>> = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 };

/** What other tools call them. */
const OTHER_NAMES: Readonly<Record<string, Scheme>> = {
  tcp: 'mqtt',
  ssl: 'mqtts',
  tls: 'mqtts',
  http: 'ws',
  https: 'wss',
  'mqtt+ssl': 'mqtts',
};

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly code: DiagnosticCode;
      readonly message: string;
      /** What was most likely meant. */
      readonly instead?: string | undefined;
    };

const isScheme = (word: string): word is Scheme => Object.hasOwn(SCHEME_PORTS, word);

const failed = (code: DiagnosticCode, message: string, instead?: string): Read<never> => ({
  ok: false,
  code,
  message,
  instead,
});

/** Reads `sandbox`, or `scheme://host[:port][/path]`. Variables may stand in the host and the path. */
export function readBrokerAddress(text: string): Read<BrokerAddress> {
  if (text === 'sandbox') return { ok: true, value: { kind: 'sandbox' } };
  if (hasCredentials(text)) {
    return failed(
      'broker-credentials',
      `The address holds credentials, and this file is meant to be shared. Move the user name to \`username\`, and the password to \`password: \${secret:name}\`.`,
    );
  }
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(text);
  if (match === null) {
    const near = nearest(text, ['sandbox']);
    const next =
      near === undefined
        ? `Write \`mqtt://${text === '' ? 'localhost' : text}\`, or \`sandbox\`.`
        : 'Did you mean `sandbox`?';
    const instead = near ?? (text === '' || /[\s/]/.test(text) ? undefined : `mqtt://${text}`);
    return failed('broker-form', `\`${text}\` is not the address of a broker. ${next}`, instead);
  }
  const [, written = '', rest = ''] = match;
  const scheme = written.toLowerCase();
  if (!isScheme(scheme)) {
    const meant = OTHER_NAMES[scheme] ?? nearest(scheme, Object.keys(SCHEME_PORTS));
    return failed(
      'broker-scheme',
      `The scheme \`${written}\` is unknown. ` +
        (meant === undefined ? 'Write `mqtt`, `mqtts`, `ws` or `wss`.' : `Write \`${meant}://${rest}\`.`),
      meant === undefined ? undefined : `${meant}://${rest}`,
    );
  }
  const pathAt = findPath(rest);
  const authority = rest.slice(0, pathAt);
  const path = rest.slice(pathAt);
  const webSocket = scheme === 'ws' || scheme === 'wss';
  if (!webSocket && path !== '' && path !== '/') {
    return failed(
      'broker-path',
      `A \`${scheme}\` address has no path, so \`${path}\` would be left out. Remove it, or use \`ws\` if WebSockets are meant.`,
      text.slice(0, text.length - path.length),
    );
  }
  const read = readHostAndPort(authority, SCHEME_PORTS[scheme]);
  if (!read.ok) return read;
  const { host, port } = read.value;
  if (port === 0)
    return failed('broker-port', 'Port 0 cannot be connected to. Write a port from 1 to 65535.');
  return {
    ok: true,
    value: { kind: 'network', scheme, host, port, path: webSocket ? (path === '' ? '/' : path) : '' },
  };
}

/** Looked for first, so that no other message quotes them. */
function hasCredentials(text: string): boolean {
  const rest = text.replace(/^[^/]*:\/\//, '');
  return hideVariables(rest).slice(0, findPath(rest)).includes('@');
}

/** The text with an `x` for each character of a variable, so that offsets stay. */
const hideVariables = (text: string): string =>
  replaceVariables(text, (variable) => 'x'.repeat(variable.source.length));

/** Where the path begins: the first `/` or `?` that is not inside a variable. */
function findPath(rest: string): number {
  const at = hideVariables(rest).search(/[/?]/);
  return at === -1 ? rest.length : at;
}

function readHostAndPort(
  authority: string,
  defaultPort: number,
): Read<{ readonly host: string; readonly port: number }> {
  const hidden = hideVariables(authority);
  const bracket = hidden.startsWith('[') ? hidden.indexOf(']') : -1;
  const colon = bracket === -1 ? hidden.indexOf(':') : hidden.indexOf(':', bracket);
  const host = (colon === -1 ? authority : authority.slice(0, colon)).replace(/^\[(.*)\]$/s, '$1');
  const problem = hostProblem(replaceVariables(host, () => 'x'));
  if (problem !== undefined) return failed('broker-host', problem);
  if (colon === -1) return { ok: true, value: { host, port: defaultPort } };
  const portText = authority.slice(colon + 1);
  const port = readPort(portText);
  if (port === undefined) {
    const hint = portText.includes('${')
      ? 'A port must be a number and cannot be a variable.'
      : 'Write a number from 1 to 65535.';
    return failed('broker-port', `\`${portText}\` is not a port. ${hint}`);
  }
  return { ok: true, value: { host, port } };
}

function readPort(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port <= 65_535 ? port : undefined;
}

/** What is wrong with a host name or IP address, without brackets and variables; undefined when nothing is. */
export function hostProblem(host: string): string | undefined {
  if (host === '') return 'The address has no host. Write for example `mqtt://localhost:1883`.';
  if (isIpv6(host)) return undefined;
  if (/^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*\.?$/u.test(host) && host.length <= 253) return undefined;
  return `\`${host}\` is neither a host name nor an IP address. Write only the host there, for example \`localhost\`; an IPv6 address stands in brackets.`;
}

/** RFC 4291 2.2, with an optional zone. */
function isIpv6(host: string): boolean {
  const address = host.replace(/%[\w.-]+$/, '');
  const groups = address.replace(/\d{1,3}(\.\d{1,3}){3}$/, '0:0').split(':');
  const gaps = address.match(/::/g)?.length ?? 0;
  return (
    groups.every((group) => /^[0-9A-Fa-f]{0,4}$/.test(group)) &&
    !/^:(?!:)|(?<!:):$|:::/.test(address) &&
    (gaps === 0 ? groups.length === 8 : gaps === 1 && groups.length <= 9 && groups.length >= 3)
  );
}

/** Reads `127.0.0.1:1884`, `[::1]:1884`, `localhost:1884`, or a port alone, which means 127.0.0.1. */
export function readListenAddress(text: string): Read<{ readonly host: string; readonly port: number }> {
  const wrong = failed(
    'listen-form',
    `\`${text}\` is not an address to listen on. Write for example \`127.0.0.1:1884\`; ports go from 0 to 65535.`,
  );
  const match = /^(?:(\[[^\]]+\]|[^:]+):)?(\d{1,5})$/.exec(text);
  if (match === null) return wrong;
  const [, written = '127.0.0.1', portText = ''] = match;
  const host = written.replace(/^\[(.*)\]$/, '$1');
  const port = readPort(portText);
  if (port === undefined || hostProblem(host) !== undefined) return wrong;
  return { ok: true, value: { host, port } };
}

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host) || host.endsWith('.localhost')
  );
}
