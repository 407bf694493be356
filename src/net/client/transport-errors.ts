/** What the operating system, OpenSSL and the WebSocket handshake say when no connection comes about, for people. */
import { NetError } from './net-error.ts';

interface Row {
  readonly message: (server: string, host: string) => string;
  readonly hint: string;
}

const trustHint =
  'Name the certificate of its authority in `tls.ca`, or, on a network you trust, set `tls.rejectUnauthorized: false`.';

const selfSigned: Row = {
  message: (server) => `${server} shows a self-signed certificate, which nobody vouches for.`,
  hint: trustHint,
};
const unknownIssuer: Row = {
  message: (server) => `The certificate of ${server} comes from an authority that is not known here.`,
  hint: trustHint,
};
const notTls: Row = {
  message: (server) => `${server} does not speak TLS, but the profile connects with it.`,
  hint: 'Use `mqtt://` (or `ws://`) in `broker`, or the port for TLS (often 8883).',
};
const noCommonProtocol: Row = {
  message: (server) =>
    `${server} and this client have no TLS version or cipher in common, or it refuses this client.`,
  hint: 'Look into the log of the broker; it may demand a client certificate (`tls.cert` and `tls.key`).',
};
const certificateDemanded: Row = {
  message: (server) => `${server} demands a client certificate.`,
  hint: 'Name one in `tls.cert` and `tls.key`.',
};
const certificateRefused: Row = {
  message: (server) => `${server} refuses the client certificate.`,
  hint: 'Check `tls.cert`: who issued it, until when it is valid, and whether the broker trusts that authority.',
};
const hostUnreachable: Row = {
  message: (server) => `${server} cannot be reached from here.`,
  hint: 'Check the network, a VPN, and the address in `broker`.',
};

/** By the error's `code`. */
const rows: Readonly<Record<string, Row>> = {
  ECONNREFUSED: {
    message: (server) => `ECONNREFUSED at ${server}: no broker is listening there.`,
    hint: 'Start one, or set `broker: sandbox`.',
  },
  ENOTFOUND: {
    message: (_server, host) => `ENOTFOUND: there is no host named ${host}.`,
    hint: 'Check the name in `broker`.',
  },
  EAI_AGAIN: {
    message: (_server, host) => `EAI_AGAIN: the name ${host} could not be looked up now.`,
    hint: 'Check the network and its name server, and try again.',
  },
  ETIMEDOUT: {
    message: (server) => `ETIMEDOUT at ${server}: nothing answers there.`,
    hint: 'Check the address and the firewall.',
  },
  EHOSTUNREACH: hostUnreachable,
  ENETUNREACH: hostUnreachable,
  EADDRNOTAVAIL: hostUnreachable,
  EHOSTDOWN: hostUnreachable,
  ECONNRESET: {
    message: (server) => `ECONNRESET at ${server}: it cut the connection before it was established.`,
    hint: 'Check host and port in `broker`, and the log of the broker.',
  },
  EACCES: {
    message: (server) => `EACCES at ${server}: this machine does not allow the connection.`,
    hint: 'Check its firewall.',
  },

  DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned,
  SELF_SIGNED_CERT_IN_CHAIN: unknownIssuer,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  CERT_UNTRUSTED: unknownIssuer,
  INVALID_CA: unknownIssuer,
  CERT_HAS_EXPIRED: {
    message: (server) => `The certificate of ${server} has expired.`,
    hint: 'Renew it on the broker, and check the clock of this machine.',
  },
  CERT_NOT_YET_VALID: {
    message: (server) => `The certificate of ${server} is not valid yet.`,
    hint: 'Check the clock of this machine and of the broker.',
  },
  CERT_REVOKED: {
    message: (server) => `The certificate of ${server} was revoked.`,
    hint: 'Renew it on the broker.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    message: (server, host) => `The certificate of ${server} is not one for the name ${host}.`,
    hint: 'Use the name that the certificate carries in `broker`, or set `tls.servername` to it.',
  },

  EPROTO: notTls,
  ERR_SSL_WRONG_VERSION_NUMBER: notTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: notTls,
  ERR_SSL_UNEXPECTED_MESSAGE: notTls,
  ERR_SSL_HTTP_REQUEST: notTls,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: noCommonProtocol,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: noCommonProtocol,
  ERR_SSL_UNSUPPORTED_PROTOCOL: noCommonProtocol,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: certificateDemanded,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: certificateRefused,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: certificateRefused,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: certificateRefused,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: certificateRefused,
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: certificateRefused,
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: {
    message: (server) => `${server} knows none of the application protocols that the profile offers.`,
    hint: 'Change or remove `tls.alpn`.',
  },
};

/** The names of errors that Node gives no code of their own; it is all in the message. */
const byMessage: readonly (readonly [RegExp, Row])[] = [
  [/before secure TLS connection was established/, notTls],
  [/wrong version number|packet length too long|http request/i, notTls],
];

/** Fallback: what Node says, as it says it. */
const otherRow = (detail: string): Row => ({
  message: (server) => `The connection to ${server} failed: ${detail}.`,
  hint: 'Check `broker` and `tls` in the profile.',
});

/**
 * Makes the error of a connection that did not come about. `server` is `host:port`, `secure` tells that TLS was being set up, in which case
 * the other side's hanging up mostly means that it does not speak TLS.
 */
export function transportError(error: unknown, server: string, host: string, secure: boolean): NetError {
  if (error instanceof NetError) return error;
  const { code, message } = describe(error);
  const hungUpOnTls = secure && (code === 'ECONNRESET' || code === 'EPIPE');
  const row = hungUpOnTls
    ? notTls
    : (byMessage.find(([pattern]) => pattern.test(message))?.[1] ?? rows[code] ?? otherRow(message));
  return new NetError(
    row === notTls ? 'server-does-not-speak-tls' : code,
    row.message(server, host),
    row.hint,
  );
}

/** The WebSocket handshake was answered by something else than 101 (RFC 6455 4.1). */
export function websocketRefused(server: string, path: string, status: number): NetError {
  return new NetError(
    'websocket-refused',
    `${server} answers HTTP ${status} at ${path}, so no WebSocket could be opened.`,
    'Check the path in `broker` (often /mqtt) and the port.',
  );
}

/** The handshake was answered by something that is no HTTP, or not at all. */
export function websocketUnanswered(server: string): NetError {
  return new NetError(
    'server-does-not-speak-websocket',
    `${server} opens no WebSocket: it does not answer in HTTP.`,
    'Use `mqtt://` (or `mqtts://`) in `broker`, or the port for WebSocket.',
  );
}

/** The Server opened a WebSocket without the subprotocol `mqtt` (v5 [MQTT-6.0.0-3]). */
export function websocketWithoutMqtt(server: string, path: string): NetError {
  return new NetError(
    'websocket-without-mqtt',
    `${server} opens no WebSocket for MQTT at ${path}: it does not choose the subprotocol "mqtt".`,
    'Check the path in `broker` (often /mqtt) and the port.',
  );
}

/** TLS settings that OpenSSL cannot use: no PEM, a key that does not fit, a passphrase that is missing. */
export function tlsSettingsUnusable(error: unknown): NetError {
  return new NetError(
    'tls-settings-unusable',
    `The certificate or key of the profile cannot be used: ${describe(error).message}.`,
    'Check `tls.ca`, `tls.cert` and `tls.key`: PEM files, and a key without passphrase that belongs to the certificate.',
    true,
  );
}

/** The code and the sentence of whatever was thrown. */
export function describe(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: 'error', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // Node tries several addresses of one name and then reports them together.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const message = error.message === '' && first instanceof Error ? first.message : error.message;
  return { code: code ?? error.name, message: message.replace(/\.$/, '') };
}
