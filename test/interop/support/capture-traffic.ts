/** Traffic to be captured: real programs and libraries, of each version of MQTT, with every kind of packet and property that they can send. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import mqtt from 'mqtt';
import { Program } from './program.ts';

export interface TrafficPorts {
  readonly broker: number;
  readonly webSocket: number;
  /** Of WebSockets that compress, with and without what came before. */
  readonly compressed: readonly number[];
}

/** How many connections carry MQTT, and how many of them a WebSocket. Each has an end. */
export const connections = { all: 13, webSocket: 3 } as const;
export const bridged = ['deflated-0', 'deflated-1'] as const;

const bytes = (text: string): Buffer => Buffer.from(text);

export async function traffic(ports: TrafficPorts): Promise<void> {
  const url = `mqtt://127.0.0.1:${ports.broker}`;
  const watcher = await mqtt.connectAsync(url, {
    clientId: 'watcher',
    protocolVersion: 5,
    will: { topic: 'state/watcher', payload: bytes('gone'), qos: 1, retain: true },
  });
  await watcher.subscribeAsync('#', { qos: 2 });
  const arrived = new Set<string>();
  const all = new Promise<void>((settle) => {
    watcher.on('message', (topic) => {
      arrived.add(topic);
      if (arrived.size === 12) settle();
    });
  });
  await programs(ports.broker);
  await socketOf(`ws://127.0.0.1:${ports.webSocket}`, 'socket', 'own');
  for (const [index, port] of ports.compressed.entries()) {
    await socketOf(`ws://127.0.0.1:${port}`, bridged[index] ?? '', `own/${index}`);
  }
  await everyProperty(url);
  await reset(ports.broker);
  await all;
  await watcher.endAsync();
}

/** mosquitto_sub, and mosquitto_pub and paho-mqtt in each version. */
async function programs(brokerPort: number): Promise<void> {
  const port = ['-h', '127.0.0.1', '-p', `${brokerPort}`];
  const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
  const code = [
    'import paho.mqtt.publish as publish',
    `publish.single("c/paho", "y" * 70000, qos=1, hostname="127.0.0.1", port=${brokerPort}, client_id="paho")`,
  ];
  const commands: readonly (readonly [string, ...string[]])[] = [
    ['mosquitto_sub', ...port, '-i', 'sub', '-t', 'a/#', '-t', 'never/+', '-C', '1', '-q', '1'],
    ['mosquitto_pub', ...port, '-i', 'pub', '-t', 'a/b', '-m', 'hello', '-q', '1', '-r'],
    [
      'mosquitto_pub',
      ...port,
      '-V',
      'mqttv31',
      '-i',
      'old',
      '-t',
      'a/old',
      '-n',
      '-q',
      '2',
      '--will-topic',
      'w',
      '--will-payload',
      'x',
      '--will-qos',
      '2',
    ],
    [
      'mosquitto_pub',
      ...port,
      '-V',
      'mqttv5',
      '-t',
      'b/é',
      '-m',
      'x',
      '-q',
      '2',
      '-u',
      'ann',
      '-P',
      'secret',
    ],
    [python, '-c', code.join('\n')],
  ];
  const exits = await Promise.all(commands.map((command) => new Program(command).exited));
  if (exits.some((exit) => exit !== 0)) throw new Error(`A program ended with ${exits}.`);
}

async function socketOf(url: string, clientId: string, topic: string): Promise<void> {
  const socket = await mqtt.connectAsync(url, {
    clientId,
    protocolVersion: 5,
    properties: { sessionExpiryInterval: 60 },
    wsOptions: { perMessageDeflate: { threshold: 0 } },
  });
  await socket.subscribeAsync(`${topic}/+`, { qos: 1 });
  await socket.publishAsync(`${topic}/long`, 'z'.repeat(100_000), { qos: 1 });
  for (let count = 0; count < 20; count += 1) {
    await socket.publishAsync(`${topic}/short`, `{"temperature": ${20 + count}, "humidity": 40}`, { qos: 2 });
  }
  await socket.endAsync();
}

/** All that MQTT.js can say in 5.0. */
async function everyProperty(url: string): Promise<void> {
  const client = await mqtt.connectAsync(url, {
    clientId: 'rich',
    protocolVersion: 5,
    clean: false,
    keepalive: 33,
    username: 'ann',
    password: 'secret',
    properties: {
      sessionExpiryInterval: 7,
      receiveMaximum: 12,
      maximumPacketSize: 200_000,
      topicAliasMaximum: 5,
      requestResponseInformation: true,
      requestProblemInformation: true,
      userProperties: { one: ['a', 'b'], zwei: 'ü' },
    },
    will: {
      topic: 'state/rich',
      payload: bytes('gone'),
      qos: 2,
      retain: false,
      properties: {
        willDelayInterval: 3,
        payloadFormatIndicator: true,
        messageExpiryInterval: 60,
        contentType: 'text/plain',
        responseTopic: 'answer/here',
        correlationData: bytes('corr'),
        userProperties: { w: '1', x: '' },
      },
    },
  });
  await client.subscribeAsync(
    { 'rich/a': { qos: 1, nl: true, rap: true, rh: 1 }, 'rich/+/b': { qos: 2, rh: 2 }, 'rich/c': { qos: 0 } },
    { properties: { subscriptionIdentifier: 300, userProperties: { s: 't' } } },
  );
  await client.publishAsync('nobody/hears', '', { qos: 1 });
  await client.publishAsync('rich/1/b', 'payload', {
    qos: 2,
    properties: {
      payloadFormatIndicator: true,
      messageExpiryInterval: 90,
      topicAlias: 1,
      responseTopic: 'answer/there',
      correlationData: bytes('more'),
      contentType: 'application/json',
      userProperties: { p: ['1', '2', '3'] },
    },
  });
  await client.unsubscribeAsync(['rich/a', 'rich/none'], { properties: { userProperties: { u: 'v' } } });
  await client.endAsync(false, {
    reasonCode: 4,
    properties: { sessionExpiryInterval: 0, reasonString: 'enough', userProperties: { d: 'e' } },
  });
}

/** A Client that is accepted and resets its connection. */
async function reset(brokerPort: number): Promise<void> {
  const socket = connect(brokerPort, '127.0.0.1');
  socket.write(Buffer.from('100f00044d5154540402003c0003727374', 'hex'));
  await once(socket, 'data');
  socket.resetAndDestroy();
  await once(socket, 'close');
}
