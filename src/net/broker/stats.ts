/** What has passed since the broker began. Counted where it happens; read for `$SYS` and for views. */
export interface BrokerStats {
  packetsReceived: number;
  packetsSent: number;
  bytesReceived: number;
  bytesSent: number;
  publishReceived: number;
  publishSent: number;
  /** Messages that found no room in a Session's queue. */
  publishDropped: number;
}

export function newStats(): BrokerStats {
  return {
    packetsReceived: 0,
    packetsSent: 0,
    bytesReceived: 0,
    bytesSent: 0,
    publishReceived: 0,
    publishSent: 0,
    publishDropped: 0,
  };
}
