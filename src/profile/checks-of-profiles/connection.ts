/** Where and how to connect: the broker, TLS, the tap. */
import { hostProblem, isLoopback } from '../broker-address.ts';
import { formatDuration } from '../durations.ts';
import type { ConnectionProfile } from '../model.ts';
import { type Finding, remove, set } from './finding.ts';

export function* checkBroker({ broker, reconnect }: ConnectionProfile): Iterable<Finding> {
  if (broker.kind === 'network') {
    const problem = hostProblem(broker.host);
    if (problem !== undefined) yield { code: 'broker-host', path: ['broker'], message: problem };
  }
  if (reconnect !== undefined && reconnect.atMostMs < reconnect.afterMs) {
    yield {
      code: 'reconnect-order',
      path: ['reconnect', 'atMost'],
      message: '`atMost` is shorter than `after`. Make it as long or longer.',
      related: { path: ['reconnect', 'after'], message: 'The first time.' },
      fixes: [set(['reconnect', 'atMost'], formatDuration(reconnect.afterMs, 'ms'))],
    };
  }
}

export function* checkTls({ broker, tls }: ConnectionProfile): Iterable<Finding> {
  if (tls === undefined) return;
  const scheme = broker.kind === 'network' ? broker.scheme : broker.kind;
  if (scheme !== 'mqtts' && scheme !== 'wss') {
    const next =
      scheme === 'sandbox'
        ? 'Remove it, or connect to an `mqtts` address.'
        : `Write \`${scheme === 'ws' ? 'wss' : 'mqtts'}://\` in \`broker\`, or remove it.`;
    yield {
      code: 'tls-unused',
      path: ['tls'],
      message: `\`tls\` has no effect, because the connection to \`${scheme}\` is not encrypted. ${next}`,
      fixes: [remove(['tls'])],
    };
  }
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    const [has, lacks] = tls.cert === undefined ? ['key', 'cert'] : ['cert', 'key'];
    yield {
      code: 'tls-pair',
      path: ['tls', has],
      message: `\`${has}\` does nothing without \`${lacks}\`. Set both, or none.`,
    };
  }
}

export function* checkTap({ broker, tap }: ConnectionProfile): Iterable<Finding> {
  if (tap === undefined) return;
  const { host, port } = tap.listen;
  const path = ['tap', 'listen'];
  if (!isLoopback(host)) {
    yield {
      code: 'tap-not-loopback',
      path,
      message: `The tap would listen on ${host}, which other machines can reach. Write \`127.0.0.1:${port}\` unless they are meant to.`,
      fixes: [set(path, `127.0.0.1:${port}`)],
    };
  }
  if (
    broker.kind === 'network' &&
    broker.port === port &&
    (broker.host === host || (isLoopback(broker.host) && isLoopback(host)))
  ) {
    yield {
      code: 'tap-loop',
      path,
      message: 'The tap would forward to itself: it listens where `broker` is. Choose another port.',
      related: { path: ['broker'], message: 'Where it would forward to.' },
    };
  }
}
