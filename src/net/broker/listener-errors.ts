/** Why nothing listens. `message` says what happened and what to do next. */
export class ListenError extends Error {
  /** `EADDRINUSE` and its like of the system, `not-loopback`, or `tls-*`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ListenError';
    this.code = code;
  }
}

/** `host:port`, with the brackets that an IPv6 address needs. */
export function hostAndPort(host: string, port: number): string {
  return `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}

export const listenErrors = {
  notLoopback: (host: string) =>
    new ListenError(
      'not-loopback',
      `"${host}" can be reached from other machines. Listen on 127.0.0.1, or allow it explicitly.`,
    ),

  failed: (host: string, port: number, cause: NodeJS.ErrnoException) => {
    const code = cause.code ?? 'unknown';
    const where = hostAndPort(host, port);
    const message = {
      EADDRINUSE: `EADDRINUSE at ${where}: port ${port} is taken by another program. Stop it, or choose another port; 0 takes a free one.`,
      EACCES: `EACCES at ${where}: port ${port} needs more rights. Choose one above 1023; 0 takes a free one.`,
      EADDRNOTAVAIL: `EADDRNOTAVAIL at ${where}: this machine has no address "${host}". Use 127.0.0.1.`,
      ENOTFOUND: `ENOTFOUND at ${where}: the name "${host}" is not known. Use 127.0.0.1.`,
    }[code];
    return new ListenError(code, message ?? `Cannot listen on ${where}: ${cause.message}`, { cause });
  },

  unreadable: (what: 'certificate' | 'key', path: string, cause: NodeJS.ErrnoException) =>
    new ListenError(
      'tls-file',
      `The ${what} "${path}" cannot be read (${cause.code ?? cause.message}). Give the path of a PEM file.`,
      { cause },
    ),

  badIdentity: (reason: string, cause: unknown) =>
    new ListenError(
      'tls-identity',
      `TLS does not take the certificate and its key: ${reason}. Both must be PEM, and belong together.`,
      { cause },
    ),
} as const;
