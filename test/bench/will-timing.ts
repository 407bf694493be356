/**
 * Wills of the sandbox broker over TCP, beside the moment at which each is due: T0 and the Will Delay
 * Interval. T0 is when the broker notices the end of the connection, so the due time is the broker's own.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { decodePacket } from '../../src/mqtt/decode.ts';
import { encodePacket } from '../../src/mqtt/encode.ts';
import { type Packet, type Property, TO_CLIENT, type WillMessage } from '../../src/mqtt/packet.ts';
import { PROPERTY } from '../../src/mqtt/properties.ts';
import { Broker } from '../../src/net/broker/broker.ts';
import { FrameBuffer } from '../../src/net/broker/frame-buffer.ts';
import { listenTcp } from '../../src/net/broker/listener.ts';
import { systemClock } from '../../src/net/clock.ts';

const clients = 200;
const delaysSeconds = [1, 2] as const;
const barMs = 5;
const leastShare = 0.95;
const host = '127.0.0.1';

export async function bench(
  report: (line: {
    name: string;
    value: number;
    unit: string;
    yardstick: string;
    yardstickValue: number;
    ratio: number;
    bar: string;
    met: boolean;
  }) => void,
): Promise<void> {
  const lateMs = await measure();
  const within = lateMs.filter((late) => late >= 0 && late <= barMs).length / lateMs.length;
  const early = lateMs.filter((late) => late < 0).length;
  report({
    name: `wills, 95 % of ${clients} published after being due within`,
    value: lateMs[Math.ceil(lateMs.length * leastShare) - 1] ?? Number.NaN,
    unit: 'ms',
    yardstick: 'the due time, ms',
    yardstickValue: 0,
    ratio: within,
    bar: `${leastShare * 100} % within ${barMs} ms, none early; the ratio is the share within`,
    met: within >= leastShare && early === 0,
  });
}

/** How late each will reached the subscriber, in ms, in ascending order. */
async function measure(): Promise<number[]> {
  const broker = new Broker({ deny: [], users: [] }, systemClock);
  const listener = await listenTcp(broker, host, 0);
  const arrivals = new Map<string, number>();
  let resolveAll = (): void => {};
  const everyWill = new Promise<void>((resolve) => {
    resolveAll = resolve;
  });
  const subscriber = await open(listener.port, 'subscriber', undefined, (packet) => {
    if (packet.type !== 'publish') return;
    arrivals.set(packet.topic, systemClock.now());
    if (arrivals.size === clients) resolveAll();
  });
  const options = { noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
  subscriber.write(
    encodePacket(
      {
        type: 'subscribe',
        packetId: 1,
        properties: [],
        subscriptions: [{ topicFilter: '#', qos: 0, ...options }],
      },
      5,
    ),
  );
  const sockets: Socket[] = [];
  for (let client = 0; client < clients; client++) {
    const delay = delaysSeconds[client % delaysSeconds.length] ?? 1;
    sockets.push(await open(listener.port, `client-${client}`, delay));
  }
  const dueAtMs = new Map<string, number>();
  // A few at a time, so that the due times spread over the second.
  for (const [client, socket] of sockets.entries()) {
    socket.resetAndDestroy();
    if (client % 10 === 9)
      await new Promise<void>((resolve) => systemClock.schedule(systemClock.now() + 37, resolve));
    for (const { clientId, willDueAtMs } of broker.state().sessions) {
      if (willDueAtMs !== undefined) dueAtMs.set(clientId, willDueAtMs);
    }
  }
  await everyWill;
  broker.close();
  await listener.close();
  return [...arrivals]
    .map(([topic, atMs]) => atMs - (dueAtMs.get(topic) ?? Number.NaN))
    .sort((a, b) => a - b);
}

/** A connection whose CONNECT was accepted. Its will goes to the topic that is its Client Identifier. */
async function open(
  port: number,
  clientId: string,
  willDelayInterval?: number,
  received: (packet: Packet) => void = () => {},
): Promise<Socket> {
  const number = (id: number, value: number): Property => ({ id, kind: 'number', value });
  const will: WillMessage | undefined =
    willDelayInterval === undefined
      ? undefined
      : {
          topic: clientId,
          payload: new Uint8Array([1]),
          qos: 0,
          retain: false,
          properties: [number(PROPERTY.willDelayInterval, willDelayInterval)],
        };
  const socket = connect({ port, host, noDelay: true });
  const frames = new FrameBuffer(1 << 20);
  socket.on('data', (chunk: Buffer) => {
    frames.push(chunk);
    for (let frame = frames.next(); frame?.kind === 'packet'; frame = frames.next()) {
      const decoded = decodePacket(frame.bytes, frame.start, frame.end, 5, TO_CLIENT);
      if (decoded.ok) received(decoded.packet);
    }
    frames.compact();
  });
  const properties = [number(PROPERTY.sessionExpiryInterval, 60)];
  socket.write(
    encodePacket(
      {
        type: 'connect',
        protocolName: 'MQTT',
        version: 5,
        cleanStart: true,
        keepAliveSeconds: 0,
        clientId,
        properties,
        will,
      },
      5,
    ),
  );
  await once(socket, 'data');
  return socket;
}
