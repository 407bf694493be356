import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import { wire } from './support/packets.ts';
import { type Peer, TapBench } from './support/tap-bench.ts';

let bench: TapBench;
let client: Peer;
let server: Peer;
let id: number;

const request = [
  'GET /mqtt?x=1 HTTP/1.1',
  'Host: 127.0.0.1:1884',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Protocol: mqttv3.1, mqtt',
  'Sec-WebSocket-Extensions: permessage-deflate',
  'Origin: http://page.example',
  '\r\n',
].join('\r\n');
const answer = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
  'Sec-WebSocket-Protocol: mqtt',
  '\r\n',
].join('\r\n');

interface FrameWish {
  readonly opcode?: number;
  readonly fin?: boolean;
  readonly mask?: boolean;
}

/** A frame of RFC 6455. */
function frame(payload: Uint8Array, { opcode = 2, fin = true, mask = false }: FrameWish = {}): Buffer {
  const key = mask ? Buffer.from([1, 2, 3, 4]) : Buffer.alloc(0);
  const length =
    payload.length < 126
      ? Buffer.from([payload.length])
      : Buffer.from([126, payload.length >> 8, payload.length & 0xff]);
  if (mask) length[0] = (length[0] ?? 0) | 0x80;
  const body = Buffer.from(payload.map((byte, index) => (mask ? byte ^ (key[index & 3] ?? 0) : byte)));
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode]), length, key, body]);
}

beforeEach(async () => {
  bench = await TapBench.start({ scheme: 'ws' }, 'ws');
  ({ client, server, id } = await bench.connect());
  client.send(request);
  await server.until(() => server.received.includes('\r\n\r\n'));
  server.send(answer);
  await client.has(answer.length);
});
afterEach(() => bench.stop());

describe('a WebSocket through a tap', () => {
  it('has its own handshake, but for the Host and extensions that could not be read', () => {
    const seen = server.received.toString();
    expect(seen).toContain('GET /mqtt?x=1 HTTP/1.1');
    expect(seen).toContain('Sec-WebSocket-Protocol: mqttv3.1, mqtt');
    expect(seen).toContain('Origin: http://page.example');
    expect(seen).not.toContain('Extensions');
    expect(seen).not.toContain('127.0.0.1:1884');
    expect(client.received.toString()).toBe(answer);
  });

  it('keeps frames, masks, fragments, pings and Close as they are', async () => {
    const sent = Buffer.concat([
      frame(wire.connect('demo').subarray(0, 5), { fin: false, mask: true }),
      frame(Buffer.from('hello'), { opcode: 9, mask: true }),
      frame(wire.connect('demo').subarray(5), { opcode: 0, mask: true }),
      frame(wire.publish('a', 'x'.repeat(300)), { mask: true }),
      frame(Buffer.from([3, 232]), { opcode: 8, mask: true }),
    ]);
    const before = server.length;
    for (const byte of sent) client.send(Buffer.from([byte]));
    await server.has(before + sent.length);
    expect(server.received.subarray(before)).toEqual(sent);
    expect(bench.tap.sent(id, TO_SERVER)).toEqual(
      Buffer.concat([wire.connect('demo'), wire.publish('a', 'x'.repeat(300))]),
    );
    expect(bench.proxy.connections(1)[0]?.clientId).toBe('demo');
  });

  it('takes a packet that is to be dropped out of a frame with others', async () => {
    const before = server.length;
    client.send(frame(wire.connect('demo'), { mask: true }));
    await server.has(before + frame(wire.connect('demo'), { mask: true }).length);
    bench.proxy.fault(id, { kind: 'drop_disconnect' });
    const from = server.length;
    client.send(frame(Buffer.concat([wire.publish('a', 'x'), wire.disconnect]), { mask: true }));
    client.send(frame(wire.disconnect, { mask: true }));
    client.send(frame(wire.pingreq, { mask: true }));
    const expected = Buffer.concat([
      frame(wire.publish('a', 'x'), { mask: true }),
      frame(wire.pingreq, { mask: true }),
    ]);
    await server.has(from + expected.length);
    expect(server.received.subarray(from)).toEqual(expected);
    expect(bench.tap.actions.filter(({ action }) => action === 'packet-dropped')).toHaveLength(2);
  });

  it('shows the tap what the Server sends without its frames', async () => {
    const before = client.length;
    const sent = Buffer.concat([
      frame(wire.connack),
      frame(Buffer.from('x'), { opcode: 10 }),
      frame(wire.pingresp),
    ]);
    server.send(sent);
    await client.has(before + sent.length);
    expect(client.received.subarray(before)).toEqual(sent);
    expect(bench.tap.sent(id, TO_CLIENT)).toEqual(Buffer.concat([wire.connack, wire.pingresp]));
  });

  it('ends for the Server when the Close frame of the Client has reached it, behind what faults hold', async () => {
    const close = frame(Buffer.from([3, 233]), { opcode: 8, mask: true });
    const connect = frame(wire.connect('demo'), { mask: true });
    const before = server.length;
    bench.proxy.fault(id, { kind: 'freeze', direction: 'toServer' });
    client.send(Buffer.concat([connect, close]));
    server.send(frame(wire.connack));
    await bench.tap.until(() => bench.tap.received(id).length > 0);
    expect(bench.tap.endOf(id)).toBeUndefined();
    bench.proxy.clear(id);
    await server.has(before + connect.length + close.length);
    expect(await bench.tap.untilClosed(id)).toEqual({ by: 'client', how: 'fin' });
    expect(bench.tap.sent(id, TO_SERVER)).toEqual(wire.connect('demo'));
  });

  it('is ended by the Server when its Close frame comes, and not by the Client that answers it', async () => {
    const close = frame(Buffer.from([3, 232]), { opcode: 8 });
    const before = client.length;
    server.send(Buffer.concat([frame(wire.connack), close]));
    await client.has(before + frame(wire.connack).length + close.length);
    client.send(frame(Buffer.from([3, 232]), { opcode: 8, mask: true }));
    expect(await bench.tap.untilClosed(id)).toEqual({ by: 'server', how: 'fin' });
    expect(bench.tap.received(id)).toEqual(wire.connack);
  });
});
