/**
 * The load, a process of its own: a Server that acknowledges, and Clients that publish. `load WORKLOAD` prints its port, reads
 * on standard input through which port to connect, and prints for each such line what it measured, as JSON.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { median } from '../measure.ts';

/** Clients, and messages of each that are under way. */
const clients = 20;
const window = 32;
const measuredMs = 2500;
const warmUpMs = 700;
const payloadBytes = 64;
const rounds = 6000;
const floodBytes = 65_536;
const crowd = 5000;
/** So many of a crowd connect at the same time. */
const together = 250;
const millions = 5_000_000;

const connectPacket = (clientId: string): Uint8Array =>
  encodePacket(
    {
      type: 'connect',
      protocolName: 'MQTT',
      version: 4,
      cleanStart: true,
      keepAliveSeconds: 0,
      clientId,
      properties: [],
    },
    4,
  );
const publish = encodePacket(
  {
    type: 'publish',
    topic: 'site/7/device/4711/state',
    payload: new Uint8Array(payloadBytes).fill(0x78),
    qos: 1,
    retain: false,
    dup: false,
    packetId: 1,
    properties: [],
  },
  4,
);
const puback = Uint8Array.from([0x40, 2, 0, 1]);
const connack = Uint8Array.from([0x20, 2, 0, 0]);

export type TapWorkload = keyof typeof workloads;

/** Answers CONNECT, and each PUBLISH, whose length is always the same. */
function acknowledging(): Server {
  return createServer({ noDelay: true }, (socket) => {
    let connectLeft = -1;
    let seen = 0;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      let { length } = chunk;
      if (connectLeft !== 0) {
        if (connectLeft < 0) connectLeft = 2 + (chunk[1] ?? 0);
        const taken = Math.min(connectLeft, length);
        connectLeft -= taken;
        length -= taken;
        if (connectLeft === 0) socket.write(connack);
      }
      seen += length;
      const whole = Math.floor(seen / publish.length);
      seen -= whole * publish.length;
      if (whole > 0) socket.write(whole === 1 ? puback : Buffer.alloc(whole * puback.length, puback));
    });
  });
}

async function connected(port: number, clientId: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  socket.write(connectPacket(clientId));
  await once(socket, 'data');
  return socket;
}

/** Messages acknowledged in a second: each is a write of its own, as programs do it. */
async function messages(port: number): Promise<number> {
  const sockets = await Promise.all(
    Array.from({ length: clients }, (_, index) => connected(port, `publisher-${index}`)),
  );
  let acknowledged = 0;
  for (const socket of sockets) {
    let rest = 0;
    socket.on('data', (chunk: Buffer) => {
      rest += chunk.length;
      const whole = Math.floor(rest / puback.length);
      rest -= whole * puback.length;
      acknowledged += whole;
      for (let count = 0; count < whole; count += 1) socket.write(publish);
    });
    for (let count = 0; count < window; count += 1) socket.write(publish);
  }
  await passed(warmUpMs);
  const from = acknowledged;
  const startMs = performance.now();
  await passed(measuredMs);
  const perSecond = ((acknowledged - from) * 1000) / (performance.now() - startMs);
  for (const socket of sockets) socket.destroy();
  return perSecond;
}

/** From the write of a message to its acknowledgement, in microseconds, one at a time: the median. */
async function latency(port: number): Promise<number> {
  const socket = await connected(port, 'one');
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startMs = performance.now();
    socket.write(publish);
    await new Promise((settle) => socket.once('data', settle));
    if (round >= rounds / 4) times.push((performance.now() - startMs) * 1000);
  }
  socket.destroy();
  return median(times);
}

/** Messages a second in one direction, as many as fit, in writes of 64 KiB. */
function flood(port: number): Promise<number> {
  return flooded(port, async (received) => {
    await passed(warmUpMs);
    const from = received();
    const startMs = performance.now();
    await passed(measuredMs);
    return ((received() - from) * 1000) / (performance.now() - startMs);
  });
}

/** As `flood`, until a number of messages has come. Returns how many. */
function many(port: number): Promise<number> {
  return flooded(port, async (received) => {
    while (received() < millions) await passed(20);
    return received();
  });
}

/** Connections that are all open at the same time, and stay so, once each has had a message acknowledged: how many in a second. */
async function connections(port: number): Promise<number> {
  const startMs = performance.now();
  const sockets: Socket[] = [];
  for (let first = 0; first < crowd; first += together) {
    const batch = Array.from({ length: together }, (_, index) => connected(port, `crowd-${first + index}`));
    sockets.push(...(await Promise.all(batch)));
  }
  await Promise.all(
    sockets.map(async (socket) => {
      socket.write(publish);
      await once(socket, 'data');
    }),
  );
  const perSecond = (crowd * 1000) / (performance.now() - startMs);
  return perSecond;
}

async function flooded(port: number, measure: (received: () => number) => Promise<number>): Promise<number> {
  let bytes = 0;
  const sink = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
  });
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => sink.emit('connection', socket));
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  socket.write(connectPacket('flood'));
  const batch = Buffer.alloc(Math.floor(floodBytes / publish.length) * publish.length, publish);
  const write = (): void => {
    while (socket.write(batch));
  };
  socket.on('drain', write);
  write();
  const figure = await measure(() => bytes / publish.length);
  socket.destroy();
  return figure;
}

function passed(ms: number): Promise<void> {
  return new Promise((settle) => setTimeout(settle, ms));
}

const workloads = { messages, latency, flood, many, connections } as const;
const workload = Object.entries(workloads).find(([name]) => name === process.argv[2])?.[1];
if (workload === undefined) throw new Error(`There is no workload ${process.argv[2]}.`);
const server = acknowledging();
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`);
});
createInterface({ input: process.stdin }).on('line', (line) => {
  void workload(Number(line)).then((figure) => process.stdout.write(`${JSON.stringify(figure)}\n`));
});
