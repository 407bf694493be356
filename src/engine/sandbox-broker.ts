import { Broker } from '../net/broker/broker.ts';
import { type Listener, listenTcp } from '../net/broker/listener.ts';
import type { BrokerLog } from '../net/broker/log.ts';
import type { Clock } from '../net/clock.ts';
import type { SandboxSettings } from '../profile/model.ts';
import { resolveServerSettings } from '../profile/sandbox-limits.ts';
import type { LogLevel } from './messages.ts';

const host = '127.0.0.1';

export interface SandboxBrokerWorld {
  readonly clock: Clock;
  log(level: LogLevel, message: string): void;
}

/** A sandbox broker that listens on this machine. */
export interface SandboxBroker {
  readonly broker: Broker;
  readonly listener: Listener;
  close(): Promise<void>;
}

/** `server` is its key in the trace; `port` 0 takes a free one. Throws a ListenError. */
export async function openSandboxBroker(
  server: string,
  settings: SandboxSettings,
  port: number,
  { clock, log }: SandboxBrokerWorld,
): Promise<SandboxBroker> {
  const brokerLog: BrokerLog = (level, message) => log(level, `${server}: ${message}`);
  const broker = new Broker(settings, clock, brokerLog);
  const listener = await listenTcp(broker, host, port, {
    ...resolveServerSettings(settings),
    clock,
    log: brokerLog,
  });
  log('info', `${server} listens at ${listener.address}.`);
  return {
    broker,
    listener,
    close: async () => {
      broker.close();
      await listener.close();
      log('info', `${server} has stopped.`);
    },
  };
}
