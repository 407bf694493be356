/** How long things last: the will's delay and lifetime, the Session, Keep Alive. */
import { isLoopback } from '../broker-address.ts';
import type { ConnectionProfile } from '../model.ts';
import { variablesIn } from '../variables.ts';
import { type Finding, find, set } from './finding.ts';

/** A rule of thumb: what routers and load balancers forget in seconds of silence. */
const NAT_SECONDS = 300;
const USUAL_KEEP_ALIVE_SECONDS = 60;

export function* checkDelay({
  will,
  sessionExpiryInterval = 0,
  cleanStart,
  reconnect,
}: ConnectionProfile): Iterable<Finding> {
  const delay = will?.willDelayInterval ?? 0;
  if (delay === 0 || sessionExpiryInterval === 0) return;
  const path = ['will', 'willDelayInterval'];
  if (delay > sessionExpiryInterval) {
    yield find(
      'will-delay-cut-short',
      path,
      { delay, expiry: sessionExpiryInterval },
      {
        related: { path: ['sessionExpiryInterval'], message: 'The Session ends here.' },
        fixes: [set(['sessionExpiryInterval'], `${delay}s`), set(path, `${sessionExpiryInterval}s`)],
      },
    );
  }
  if (cleanStart && reconnect !== undefined) {
    yield find(
      'will-delay-clean-start',
      path,
      {},
      {
        related: { path: ['reconnect'], message: 'It connects again by itself.' },
        fixes: [set(['cleanStart'], 'false')],
      },
    );
  }
}

/** @param raw the profile with its variables */
export function* checkSessionName(raw: ConnectionProfile): Iterable<Finding> {
  const { clientId, protocolVersion, sessionExpiryInterval = 0, cleanStart, name } = raw;
  const kept = protocolVersion === 5 ? sessionExpiryInterval > 0 : !cleanStart;
  if (!kept) return;
  const random = variablesIn(clientId).some(({ kind }) => kind === 'random');
  // Before 5.0 an empty one with a kept Session is an error of its own.
  const chosen = clientId === '' && protocolVersion === 5;
  if (!random && !chosen) return;
  yield find(
    'session-without-name',
    clientId === '' ? ['sessionExpiryInterval'] : ['clientId'],
    { how: random ? 'random each time' : 'left to the Server' },
    { fixes: /^[\w-]+$/.test(name) ? [set(['clientId'], name)] : [] },
  );
}

export function* checkKeepAlive(raw: ConnectionProfile): Iterable<Finding> {
  const { keepAliveSeconds, will, broker } = raw;
  const path = ['keepAlive'];
  if (keepAliveSeconds === 0 && will !== undefined) {
    yield find(
      'keep-alive-off-with-will',
      path,
      {},
      {
        related: { path: ['will'], message: 'The will that would not be published.' },
        fixes: [set(path, `${USUAL_KEEP_ALIVE_SECONDS}s`)],
      },
    );
  }
  const far = broker.kind === 'network' && !isLoopback(broker.host) && !broker.host.includes('${');
  if (far && keepAliveSeconds > NAT_SECONDS) {
    yield find(
      'keep-alive-beyond-nat',
      path,
      { seconds: keepAliveSeconds, usual: NAT_SECONDS },
      {
        fixes: [set(path, `${USUAL_KEEP_ALIVE_SECONDS}s`)],
      },
    );
  }
  const lives = will?.messageExpiryInterval;
  const notice = keepAliveSeconds * 1.5;
  if (lives !== undefined && lives < notice) {
    yield find(
      'will-expiry-short',
      ['will', 'messageExpiryInterval'],
      { lives, notice },
      {
        related: { path, message: 'A loss is noticed after 1.5 times this.' },
        fixes: [set(['will', 'messageExpiryInterval'], `${Math.ceil(notice)}s`)],
      },
    );
  }
}
