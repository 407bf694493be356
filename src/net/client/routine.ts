/** What a profile has its client say by itself: subscriptions and messages after CONNACK, messages before DISCONNECT. */
import { reasonCodeName } from '../../mqtt/reason-codes.ts';
import type { MessageSettings, SubscriptionSettings } from '../../profile/model.ts';
import type { Cancel, Clock } from '../clock.ts';
import type { ClientSettings } from './client-settings.ts';
import { hexadecimal } from './connack-errors.ts';
import type { Connection } from './connection.ts';
import { netErrors } from './errors.ts';
import { wireMessage } from './message.ts';
import { type NetError, netErrorOf } from './net-error.ts';
import { addressLabel } from './transport.ts';

export interface RoutineWorld {
  readonly settings: ClientSettings;
  readonly connection: Connection;
  readonly clock: Clock;
  /** Takes what goes wrong; none of it ends the connection. */
  complain(error: NetError): void;
}

/** All at once. Resolves when all are acknowledged, or after `connectTimeout`. */
export function subscribeAll(
  world: RoutineWorld,
  subscriptions: readonly SubscriptionSettings[],
): Promise<void> {
  const { settings, connection, complain } = world;
  const { address, profile } = settings;
  const subscribe = async (subscription: SubscriptionSettings): Promise<void> => {
    const code = await connection.subscribe(subscription);
    if (code < 0x80) return;
    const reason = `${hexadecimal(code)} ${reasonCodeName('suback', profile.protocolVersion, code)}`;
    complain(netErrors.subscriptionRefused(addressLabel(address), subscription.topicFilter, reason));
  };
  return inTime(world, 'SUBACK', Promise.all(subscriptions.map(subscribe)));
}

/** One after the other, each acknowledged before the next. Resolves when all are, or after `connectTimeout`. */
export function publishAll(
  world: RoutineWorld,
  setting: 'afterConnect' | 'beforeDisconnect',
  messages: readonly MessageSettings[],
): Promise<void> {
  const { settings, connection, complain } = world;
  const { address, profile, folder } = settings;
  const publish = async (): Promise<void> => {
    for (const [index, each] of messages.entries()) {
      const message = await wireMessage(each, profile.protocolVersion, folder, `${setting}[${index}]`);
      const code = await connection.publish(message);
      if (code < 0x80) continue;
      const reason = `${hexadecimal(code)} ${reasonCodeName('puback', profile.protocolVersion, code)}`;
      complain(netErrors.publishRefused(addressLabel(address), each.topic, reason));
    }
  };
  return inTime(world, `acknowledgement for ${setting}`, publish());
}

async function inTime(
  { clock, settings, complain }: RoutineWorld,
  packets: string,
  work: Promise<unknown>,
): Promise<void> {
  const { connectTimeoutMs } = settings.profile;
  let cancel: Cancel = () => {};
  const timeout = new Promise<never>((_resolve, reject) => {
    cancel = clock.schedule(clock.now() + connectTimeoutMs, () => {
      reject(netErrors.noAnswerInTime(addressLabel(settings.address), packets, connectTimeoutMs));
    });
  });
  try {
    await Promise.race([work, timeout]);
  } catch (error) {
    complain(netErrorOf(error));
  } finally {
    cancel();
  }
}
