/** Transports and conformance (v5 4.2, 6; v3.1.1 6, 7). Over real ports of this machine. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { type Listener, type ListenerScheme, listen } from '../../../../../src/net/broker/listener.ts';
import { packet, plainConnect } from '../bytes.ts';
import { both, type Case, type Coverage, client, unseen } from '../coverage.ts';
import type { Scene } from '../scene.ts';

const pingreq = packet(0xc0);
const pingresp = Buffer.from([0xd0, 0]);

/** Serves the scene's broker, and ends it with the case. */
async function listening(
  scene: Scene,
  scheme: ListenerScheme,
  play: (listener: Listener) => Promise<void>,
): Promise<void> {
  const listener = await listen(scene.broker, { scheme, host: '127.0.0.1', port: 0 });
  try {
    await play(listener);
  } finally {
    scene.broker.close();
    await listener.close();
  }
}

/** What a socket receives, as soon as it is as long. */
async function received(emitter: WebSocket, length: number): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < length) {
    const [data] = (await once(emitter, 'message')) as [Buffer];
    bytes = Buffer.concat([bytes, data]);
  }
  return bytes;
}

const overWebSocket =
  (protocols: readonly string[], play: (socket: WebSocket) => Promise<void>): Case =>
  (scene) =>
    listening(scene, 'ws', async ({ address }) => {
      const socket = new WebSocket(address, [...protocols]);
      await once(socket, 'open');
      await play(socket);
      socket.terminate();
    });

const overTcp: Case = (scene) =>
  listening(scene, 'mqtt', async ({ port }) => {
    const socket = connect(port, '127.0.0.1');
    // In parts as small as can be, and then all at once.
    for (const byte of plainConnect(scene.version)) socket.write(Buffer.from([byte]));
    const [connack] = (await once(socket, 'data')) as [Buffer];
    expect([connack[0], connack[3]]).toEqual([0x20, 0]);
    socket.write(Buffer.concat([pingreq, pingreq]));
    let answers = Buffer.alloc(0);
    while (answers.length < 4) {
      const [data] = (await once(socket, 'data')) as [Buffer];
      answers = Buffer.concat([answers, data]);
    }
    expect(answers).toEqual(Buffer.concat([pingresp, pingresp]));
    socket.destroy();
  });

const binaryOnly: Readonly<Record<string, Case>> = {
  'what the Server sends is binary': (scene) =>
    overWebSocket(['mqtt'], async (socket) => {
      const answer = once(socket, 'message');
      socket.send(plainConnect(scene.version));
      const [, isBinary] = (await answer) as [Buffer, boolean];
      expect(isBinary).toBe(true);
    })(scene),
  'a frame of text ends the connection': (scene) =>
    overWebSocket(['mqtt'], async (socket) => {
      const closed = once(socket, 'close');
      socket.send(plainConnect(scene.version));
      await once(socket, 'message');
      socket.send('text');
      await closed;
    })(scene),
};

const anyFrames: Readonly<Record<string, Case>> = {
  'packets may span frames, and a frame may hold several': (scene) =>
    overWebSocket(['mqtt'], async (socket) => {
      const connected = received(socket, 4);
      for (const byte of plainConnect(scene.version)) socket.send(Buffer.from([byte]));
      expect((await connected)[3]).toBe(0);
      const answered = received(socket, 6);
      socket.send(Buffer.concat([pingreq, pingreq, pingreq.subarray(0, 1)]));
      socket.send(pingreq.subarray(1));
      expect(await answered).toEqual(Buffer.concat([pingresp, pingresp, pingresp]));
    })(scene),
};

const withoutSubprotocol: Case = (scene) =>
  listening(scene, 'ws', async ({ address }) => {
    for (const protocols of [[], ['chat']]) {
      const socket = new WebSocket(address, protocols);
      const [error] = (await once(socket, 'error')) as [Error];
      expect(error.message).toMatch(/40\d|426/);
    }
  });

const answersMqtt: Readonly<Record<string, Case>> = {
  'also among several': overWebSocket(['chat', 'mqtt'], async (socket) => {
    expect(socket.protocol).toBe('mqtt');
  }),
};

export const transportCases: readonly Coverage[] = [
  both(
    { 5: '4.2.0-1', 4: '7.1.1-1' },
    {
      TCP: overTcp,
      WebSocket: anyFrames['packets may span frames, and a frame may hold several'] ?? overTcp,
    },
  ),
  both({ 5: '6.0.0-1', 4: '6.0.0-1' }, binaryOnly),
  both({ 5: '6.0.0-2', 4: '6.0.0-2' }, anyFrames),
  client({ 5: '6.0.0-3', 4: '6.0.0-3' }, { 'without it no WebSocket is opened': withoutSubprotocol }),
  both({ 5: '6.0.0-4', 4: '6.0.0-4' }, answersMqtt),
  unseen({ 4: '7.0.0-1' }, 'The broker connects to no other Servers.'),
  unseen(
    { 4: '7.0.0-2' },
    'All cases play packets of the standard and nothing else; that no extension is needed is seen from that.',
    'both',
  ),
  client({ 4: '7.1.2-1' }, 'What a Client supports is its own affair.'),
];
