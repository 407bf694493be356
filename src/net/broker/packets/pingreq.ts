import type { Connection } from '../connection.ts';

/** PINGREQ (v5 3.12). */
export function handlePingreq(connection: Connection): void {
  // v5 [MQTT-3.12.4-1], v3.1.1 [MQTT-3.12.4-1].
  connection.reply({ type: 'pingresp' });
}
