/** The stories that the page is shown with. Each leaves the time where it ended. */
import type { ConnectPacket } from '../../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../../src/mqtt/properties.ts';
import type { ClientAction, PageClient } from '../../../../src/webview/messages.ts';
import { demoConnect, utf8, Wire } from './wire.ts';

export function ownClient(clientId: string, actions: readonly ClientAction[], server: string): PageClient {
  return { key: `samples/will-delay.mqtt.yaml#${clientId}`, server, clientId, profile: clientId, actions };
}

const alive: readonly ClientAction[] = [
  'drop',
  'disconnect',
  'close',
  'freeze',
  'disconnectWithWill',
  'takeOver',
];
const gone: readonly ClientAction[] = ['resume', 'takeOver', 'startClean', 'connect'];

export interface Story {
  readonly wire: Wire;
  readonly demo: number;
  readonly subscriber: number;
}

function clientsOf(wire: Wire, demo: readonly ClientAction[]): void {
  wire.clients = [ownClient('subscriber', alive, wire.server), ownClient('demo', demo, wire.server)];
}

/** Two clients are connected; demo has published a little. */
export function connected(): Story {
  const wire = new Wire();
  const subscriber = wire.connect('subscriber', { clientId: 'subscriber' });
  wire.pass(20);
  wire.subscribe(subscriber, '#');
  wire.pass(1500);
  const demo = wire.connect('demo', demoConnect);
  for (const [topic, payload] of [
    ['sensors/kitchen/temperature', '21.5'],
    ['sensors/kitchen/humidity', '48'],
    ['sensors/hall/temperature', '19.0'],
  ] as const) {
    wire.pass(700);
    wire.toServer(demo, {
      type: 'publish',
      dup: false,
      qos: 0,
      retain: false,
      topic,
      properties: [],
      payload: utf8(payload),
    });
    wire.pass(6);
    wire.publishToClient(subscriber, topic, payload);
  }
  wire.pass(900);
  clientsOf(wire, alive);
  return { wire, demo, subscriber };
}

/** demo is cut off, and its will runs its delay. */
export function waiting(afterMs = 1800): Story {
  const story = connected();
  const { wire, demo } = story;
  wire.act('drop', demo);
  wire.close(demo, { by: 'client', how: 'reset' });
  clientsOf(wire, gone);
  wire.pass(afterMs);
  return story;
}

/** The will comes, 2 ms after it was due; the session lives on. */
export function published(afterMs = 1500): Story {
  const story = waiting(5002);
  story.wire.publishToClient(story.subscriber, 'offline', "I'm offline", {
    properties: demoConnect.will.properties.slice(1),
  });
  story.wire.pass(afterMs);
  return story;
}

/** demo comes back in time: the will is cancelled. */
export function cancelled(afterMs = 2500): Story {
  const story = waiting(2600);
  const { wire } = story;
  wire.act('resume', story.demo);
  const demo = wire.connect('demo', { ...demoConnect, cleanStart: false }, true);
  clientsOf(wire, alive);
  wire.pass(afterMs);
  return { ...story, demo };
}

/** A will that nobody publishes, one that is published too early, a DISCONNECT, a refused CONNECT, 3.1.1, garbage. */
export function mixed(): Wire {
  const { wire, subscriber } = published(6000);
  const old = wire.connect('meter-1', {
    clientId: 'meter-1',
    version: 4,
    cleanStart: false,
    will: { topic: 'meters/1/state', payload: utf8('gone'), qos: 1, retain: true, properties: [] },
  });
  wire.pass(600);
  const polite = wire.connect('gateway', {
    clientId: 'gateway',
    properties: [{ id: PROPERTY.sessionExpiryInterval, kind: 'number', value: 0xffffffff }],
    will: { topic: 'gateway/state', payload: utf8('gone'), qos: 0, retain: false, properties: [] },
  });
  wire.pass(800);
  const hasty = wire.connect('hasty', {
    ...demoConnect,
    clientId: 'hasty',
    will: { ...demoConnect.will, topic: 'hasty' },
  });
  wire.pass(700);
  const refused = wire.open('intruder');
  wire.toServer(refused, {
    ...demoConnect,
    type: 'connect',
    protocolName: 'MQTT',
    version: 5,
    cleanStart: true,
    keepAliveSeconds: 60,
    clientId: 'intruder',
  });
  wire.pass(8);
  wire.toClient(refused, { type: 'connack', sessionPresent: false, reasonCode: 0x86, properties: [] });
  wire.close(refused, { by: 'server', how: 'fin' });
  wire.pass(400);
  wire.close(hasty, { by: 'network', how: 'error', detail: 'ETIMEDOUT' });
  wire.pass(2000);
  wire.publishToClient(subscriber, 'hasty', "I'm offline");
  wire.pass(500);
  wire.toServer(polite, { type: 'disconnect', reasonCode: 0, properties: [] });
  wire.close(polite, { by: 'client', how: 'fin' });
  wire.pass(300);
  wire.close(old, { by: 'client', how: 'reset' });
  wire.pass(900);
  const garbled = wire.connect('garbled', { clientId: 'garbled' });
  wire.pass(200);
  wire.rawToClient(garbled, utf8('HTTP/1.1 400 Bad Request\r\n\r\n'));
  wire.pass(4000);
  return wire;
}

/**
 * Three programs with habits: `user` tells its state on another topic than its will, `sensor` is two programs with one identifier, `lamp` has
 * a delay without a Session. And an observer, who watches for their wills.
 */
export function noticed(): Wire {
  const wire = new Wire();
  const publish = (connection: number, topic: string, payload: string): void =>
    wire.toServer(connection, {
      type: 'publish',
      dup: false,
      qos: 0,
      retain: true,
      topic,
      properties: [],
      payload: utf8(payload),
    });
  const will = (topic: string, delay?: number): NonNullable<ConnectPacket['will']> => ({
    topic,
    payload: utf8('offline'),
    qos: 0,
    retain: true,
    properties: delay === undefined ? [] : [{ id: PROPERTY.willDelayInterval, kind: 'number', value: delay }],
  });
  const observer = wire.connect('observer', { clientId: 'sessionObserver4f0a81cd' });
  wire.subscribe(observer, 'user/status/ann');
  const user = wire.connect('user', { clientId: 'user', will: will('user/status/ann') });
  publish(user, 'user/ann/status', 'online');
  wire.pass(1200);
  wire.connect('lamp', { clientId: 'lamp', will: will('lamp/state', 5) });
  let sensor = wire.connect('sensor', { clientId: 'sensor' });
  for (let turn = 0; turn < 5; turn += 1) {
    wire.pass(2400);
    const next = wire.connect('sensor', { clientId: 'sensor' });
    wire.toClient(sensor, { type: 'disconnect', reasonCode: 0x8e, properties: [] });
    wire.close(sensor, { by: 'server', how: 'fin' });
    sensor = next;
  }
  wire.pass(900);
  wire.close(user, { by: 'client', how: 'reset' });
  wire.pass(8);
  wire.publishToClient(observer, 'user/status/ann', 'offline');
  wire.pass(1500);
  return wire;
}

/** One Client that comes and goes in quick succession, with faults in between: more events than there is room for their words. */
export function restless(): Wire {
  const story = connected();
  const { wire } = story;
  let { demo } = story;
  [400, 900, 2500, 300, 200, 150, 120, 600, 3000, 6100, 500, 350, 260, 700, 11_000, 400].forEach(
    (ms, turn) => {
      const isPolite = turn % 5 === 2;
      if (turn % 4 === 1)
        wire.act('fault', demo, { kind: 'latency', direction: 'toClient', detail: '200 ms ± 50 ms' });
      wire.pass(ms / 2);
      if (isPolite) wire.toServer(demo, { type: 'disconnect', reasonCode: 0, properties: [] });
      else wire.act('drop', demo);
      wire.close(demo, { by: 'client', how: isPolite ? 'fin' : 'reset' });
      wire.pass(ms);
      demo = wire.connect('demo', { ...demoConnect, cleanStart: turn % 3 === 0 }, turn % 3 !== 0);
    },
  );
  clientsOf(wire, alive);
  wire.pass(2000);
  return wire;
}
