/** The yardstick, a process of its own: `pipe PORT` forwards to a port of this machine with two Node pipes a connection. */
import { connect, createServer } from 'node:net';

const to = Number(process.argv[2]);
const server = createServer({ noDelay: true, allowHalfOpen: true }, (inbound) => {
  const outbound = connect({ host: '127.0.0.1', port: to, noDelay: true, allowHalfOpen: true });
  for (const [from, into] of [
    [inbound, outbound],
    [outbound, inbound],
  ] as const) {
    from.pipe(into);
    from.on('error', () => into.destroy());
  }
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') {
    process.stdout.write(`listening on mqtt://127.0.0.1:${address.port}\n`);
  }
});
