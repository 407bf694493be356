/** What names this machine itself: one broker behind all of them. */
const thisMachine = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);

/**
 * The key of a Server in the trace: connections with the same key share its sessions. For example `localhost:1883`, whichever way the profile
 * writes the host, and whichever transport it takes: a broker's listeners mostly differ by port only.
 */
export function serverKey(host: string, port: number): string {
  const name = host.toLowerCase();
  return `${thisMachine.has(name) ? 'localhost' : name}:${port}`;
}
