/**
 * A device that says on a topic of its own whether it is available; its will says it when it is lost. MQTT 3.1.1.
 *
 *     node status.mjs [address [user]]
 */
import process from 'node:process';
import mqtt from 'mqtt';

const { MQTT_URL, MQTT_USER, MQTT_PASSWORD, MQTT_KEEP_ALIVE } = process.env;
const [address = MQTT_URL || 'mqtt://localhost:1883', user = MQTT_USER || 'alice'] = process.argv.slice(2);
const topic = `device/${user}/availability`;

const client = mqtt.connect(address, {
  clientId: `status-node-${user}`,
  username: user,
  password: MQTT_PASSWORD ?? '',
  keepalive: Number(MQTT_KEEP_ALIVE || 10),
  reconnectPeriod: 1_000,
  will: { topic, payload: 'offline', qos: 1, retain: true },
});

client.on('connect', async () => {
  await client.publishAsync(topic, 'online', { qos: 1, retain: true });
  console.log(`online: ${topic}`);
});
client.on('close', () => console.log('closed'));
client.on('error', (error) => console.log(`error: ${error.message}`));

async function leave() {
  // DISCONNECT makes the Server discard the will, so the goodbye has to be said before.
  if (client.connected) await client.publishAsync(topic, 'offline', { qos: 1, retain: true });
  await client.endAsync();
  process.exit(0);
}
process.once('SIGINT', leave);
process.once('SIGTERM', leave);
