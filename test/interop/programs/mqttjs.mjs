/** The parts of README.md, played by MQTT.js. */
import { createInterface } from 'node:readline';
import mqtt from 'mqtt';

const [part, host, port, prefix, level] = process.argv.slice(2);
const protocolVersion = level === '5' ? 5 : 4;
const steps = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const tell = (event, more = {}) => process.stdout.write(`${JSON.stringify({ event, ...more })}\n`);

const will = {
  topic: `${prefix}/will`,
  payload: Buffer.from('gone'),
  qos: 1,
  retain: true,
  properties: {
    willDelayInterval: 1,
    payloadFormatIndicator: true,
    messageExpiryInterval: 60,
    contentType: 'text/plain',
    responseTopic: `${prefix}/reply`,
    correlationData: Buffer.from([1, 2, 3]),
    userProperties: { colour: ['red', 'blue'], size: 'small' },
  },
};

function connect(name, options = {}) {
  const client = mqtt.connect({
    host,
    port: Number(port),
    protocol: 'mqtt',
    clientId: `${prefix}-${name}`,
    protocolVersion,
    clean: true,
    reconnectPeriod: 0,
    ...options,
  });
  client.on('message', (topic, payload, { qos }) =>
    tell('message', { client: name, topic, payload: payload.toString(), qos }),
  );
  return new Promise((resolve, reject) => {
    client.once('error', reject);
    client.once('connect', ({ sessionPresent }) => {
      tell('connected', { client: name, sessionPresent });
      resolve(client);
    });
  });
}

const kept = {
  clean: false,
  ...(protocolVersion === 5 ? { properties: { sessionExpiryInterval: 60 } } : {}),
};

switch (part) {
  case 'will': {
    const { properties, ...plain } = will;
    await connect('one', {
      ...(protocolVersion === 5
        ? { will, properties: { sessionExpiryInterval: 30 } }
        : { will: { ...plain } }),
    });
    await steps.next();
    break;
  }
  case 'qos2': {
    const client = await connect('one');
    await client.subscribeAsync(`${prefix}/in`, { qos: 2 });
    tell('subscribed');
    await steps.next();
    const sent = Array.from({ length: 10 }, (_, index) =>
      client.publishAsync(`${prefix}/out`, `out ${index}`, { qos: 2 }),
    );
    await Promise.all(sent);
    tell('published');
    await steps.next();
    await client.endAsync();
    break;
  }
  case 'resume': {
    const first = await connect('one', kept);
    await first.subscribeAsync(`${prefix}/in`, { qos: 2 });
    tell('subscribed');
    await steps.next();
    await first.endAsync();
    tell('away');
    await steps.next();
    const second = await connect('one', kept);
    await steps.next();
    await second.endAsync();
    break;
  }
  case 'shared': {
    const clients = [await connect('one'), await connect('two')];
    for (const client of clients) await client.subscribeAsync(`$share/group/${prefix}/in`, { qos: 1 });
    tell('subscribed');
    await steps.next();
    for (const client of clients) await client.endAsync();
    break;
  }
}
process.exit(0);
