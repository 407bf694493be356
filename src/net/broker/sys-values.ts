import type { BrokerContext } from './context.ts';
import type { SysValues } from './sys-topics.ts';

const version = 'mqtt-session sandbox';

/** What `$SYS/broker/...` tells: the topics that Servers have in common. */
export function sysValuesOf(
  context: Pick<BrokerContext, 'clock' | 'stats' | 'memory' | 'sessions' | 'subscriptions' | 'retained'>,
  count: () => { readonly connections: number; readonly clients: number },
): SysValues {
  const { clock, stats, subscriptions } = context;
  const startedAtMs = clock.now();
  return {
    version: () => version,
    uptime: () => `${Math.floor((clock.now() - startedAtMs) / 1_000)} seconds`,
    'clients/connected': () => count().clients,
    'clients/total': () => context.sessions.count,
    'clients/disconnected': () => context.sessions.count - count().clients,
    'connections/count': () => count().connections,
    'subscriptions/count': () => subscriptions.count,
    'retained messages/count': () => context.retained.count,
    'messages/received': () => stats.packetsReceived,
    'messages/sent': () => stats.packetsSent,
    'publish/messages/received': () => stats.publishReceived,
    'publish/messages/sent': () => stats.publishSent,
    'publish/messages/dropped': () => stats.publishDropped,
    'store/messages/bytes': () => context.memory.bytes,
    'bytes/received': () => stats.bytesReceived,
    'bytes/sent': () => stats.bytesSent,
  };
}
