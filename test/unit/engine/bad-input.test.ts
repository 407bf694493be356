import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import type { ConnectionProfile } from '../../../src/profile/model.ts';
import { parseProfileFile } from '../../../src/profile/parse.ts';
import { address } from '../net/support/bench.ts';
import {
  accepted,
  freePort,
  type Peer,
  startHttpPeer,
  startPeer,
  startTlsPeer,
  tlsOptions,
} from '../net/support/peers.ts';
import { TestHost } from './support/test-host.ts';

let host: TestHost;
const peers: Peer[] = [];

beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(async () => {
  await host.stop();
  for (const peer of peers.splice(0)) await peer.close();
  expect(host.logs.filter((line) => line.startsWith('error'))).toEqual([]);
});

const connack = (reasonCode: number): Uint8Array => encodePacket({ ...accepted, reasonCode }, 5);

/** A server that answers the first bytes, or the connection itself, with `answer`. */
async function answering(answer: (socket: Socket) => void, at: 'once' | 'data' = 'data'): Promise<number> {
  const peer = await startPeer((socket) => {
    if (at === 'once') answer(socket);
    else socket.once('data', () => answer(socket));
  });
  peers.push(peer);
  return peer.port;
}

interface Outcome {
  readonly code: string;
  readonly told: string;
  /** Title, and what the record shows of bytes that are no packet. */
  readonly trace: readonly string[];
}

/** Connects, and answers what the user reads and what the trace holds once the connection has ended. */
async function outcome(
  port: number,
  more: Partial<ConnectionProfile> = {},
  scheme: 'mqtt' | 'mqtts' = 'mqtt',
): Promise<Outcome> {
  const broker = { kind: 'network', ...address(port, { scheme, path: '' }) } as const;
  const refusal = await host.refusal(host.connect({ broker, ...more }));
  return {
    code: refusal.error.code,
    told: refusal.message.replaceAll(String(port), 'PORT'),
    trace: await endedTrace(),
  };
}

async function endedTrace(): Promise<string[]> {
  return (await host.traceWith('connection closed')).map(({ title, bytes, fields, malformed }) => {
    if (title === 'connection closed') return `closed by ${fields.map(({ value }) => value).join(', ')}`;
    if (malformed !== undefined)
      return `opaque ${malformed.reason}: ${Buffer.from(bytes).toString('latin1')}`;
    return title;
  });
}

describe('a connection that fails says why, and its trace keeps what came', () => {
  it('unreachable host', async () => {
    const port = await freePort();
    expect(await outcome(port)).toEqual({
      code: 'ECONNREFUSED',
      told: 'ECONNREFUSED at 127.0.0.1:PORT: no broker is listening there. Start one, or set `broker: sandbox`.',
      trace: ['connection opened', 'closed by server, refused, ECONNREFUSED'],
    });
  });

  it('MQTT to a TLS port', async () => {
    const alert = '\x15\x03\x03\x00\x02\x02F';
    const port = await answering((socket) => socket.end(Buffer.from(alert, 'latin1')));
    expect(await outcome(port)).toEqual({
      code: 'server-speaks-tls',
      told: '127.0.0.1:PORT expects TLS, but the profile connects without. Use `mqtts://` (or `wss://`) in `broker`.',
      trace: ['connection opened', 'CONNECT', `opaque tls-bytes: ${alert}`, 'closed by server, fin'],
    });
  });

  it('TLS to an MQTT port', async () => {
    const port = await answering((socket) => socket.end());
    expect(await outcome(port, {}, 'mqtts')).toMatchObject({
      code: 'server-does-not-speak-tls',
      trace: ['connection opened', 'closed by server, reset, ECONNRESET'],
    });
  });

  it('a certificate that nobody vouches for', async () => {
    const peer = await startTlsPeer(tlsOptions('self-signed.pem'), () => {});
    peers.push(peer);
    expect(await outcome(peer.port, {}, 'mqtts')).toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      trace: ['connection opened', 'closed by client, error, DEPTH_ZERO_SELF_SIGNED_CERT'],
    });
  });

  it('wrong password', async () => {
    const port = await answering((socket) => socket.end(connack(0x86)));
    expect(await outcome(port, { username: 'u', password: 'p' })).toEqual({
      code: 'bad-user-name-or-password',
      told: '127.0.0.1:PORT refused the connection with CONNACK 0x86: Bad User Name or Password. Check `username` and the secret that `password` names.',
      trace: ['connection opened', 'CONNECT', 'CONNACK', 'closed by server, fin'],
    });
  });

  it('identifier rejected', async () => {
    const port = await answering((socket) => socket.end(connack(0x85)));
    expect(await outcome(port)).toEqual({
      code: 'client-identifier-rejected',
      told: '127.0.0.1:PORT refused the connection with CONNACK 0x85: Client Identifier not valid. Change `clientId`: the broker may demand a form, a certain length, or one that belongs to the user name.',
      trace: ['connection opened', 'CONNECT', 'CONNACK', 'closed by server, fin'],
    });
  });

  it('a server that speaks HTTP', async () => {
    const peer = await startHttpPeer(400);
    peers.push(peer);
    const { code, told, trace } = await outcome(peer.port);
    expect({ code, told }).toEqual({
      code: 'server-speaks-http',
      told: '127.0.0.1:PORT answers in HTTP, not in MQTT. Use the port of the broker (often 1883), or `ws://` if this one speaks MQTT over WebSocket.',
    });
    expect(trace.slice(0, 2)).toEqual(['connection opened', 'CONNECT']);
    expect(trace[2]).toMatch(/^opaque http-answer: HTTP\/1\.1 400 Bad Request\r\n/);
    expect(trace.at(-1)).toBe('closed by server, fin');
  });

  it('a server that closes at once', async () => {
    const port = await answering((socket) => socket.end(), 'once');
    expect(await outcome(port)).toMatchObject({
      code: 'closed-before-connack',
      trace: ['connection opened', 'CONNECT', 'closed by server, fin'],
    });
  });

  it('a server that resets at once', async () => {
    const port = await answering((socket) => socket.resetAndDestroy());
    expect(await outcome(port)).toMatchObject({
      code: 'closed-before-connack',
      trace: ['connection opened', 'CONNECT', 'closed by server, reset, ECONNRESET'],
    });
  });

  it('a server that sends half a CONNACK', async () => {
    const port = await answering((socket) => socket.end(Buffer.from([0x20, 0x03])));
    expect(await outcome(port)).toMatchObject({ code: 'closed-before-connack' });
    expect((await host.trace()).map(({ length }) => length).at(-2)).toBe(2);
  });

  it('a server that sends garbage after CONNACK', async () => {
    const port = await answering((socket) => {
      socket.write(connack(0));
      socket.once('data', () => socket.end('\0 and what follows it'));
    });
    const broker = { kind: 'network', ...address(port, { path: '' }) } as const;
    const client = await host.connect({ broker });
    await host.request('publish', {
      client: client.key,
      message: { topic: 'a', payload: 'x', qos: 0, retain: false },
    });
    const trace = await endedTrace();
    expect(trace.filter((line) => line !== 'DISCONNECT')).toEqual([
      'connection opened',
      'CONNECT',
      'CONNACK',
      'PUBLISH',
      'opaque reserved-packet-type: \0 and what follows it',
      'closed by server, fin',
    ]);
    await host.untilState(client, 'offline');
    expect(host.clients.get(client.key)?.error?.code).toBe('malformed-packet');
  });

  it('a profile with a wildcard in its will topic', () => {
    const { profiles, diagnostics } = parseProfileFile(
      'version: 1\nprofiles:\n  demo:\n    broker: sandbox\n    clientId: demo\n    will: { topic: a/#, payload: x }\n',
      'demo.mqtt.yaml',
    );
    expect(profiles).toEqual([]);
    expect(diagnostics.map(({ code }) => code)).toEqual(['will-topic-wildcard']);
  });

  it('a payload file that is not there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bad-input-'));
    writeFileSync(join(folder, 'there.bin'), 'x');
    const refusal = await host.refusal(
      host.connect({
        will: {
          topic: 'a',
          payload: { kind: 'file', path: join(folder, 'not-there.bin') },
          qos: 0,
          retain: false,
          userProperties: [],
        },
      }),
    );
    rmSync(folder, { recursive: true });
    expect(refusal.error.code).toBe('file-unreadable');
  });
});

it('goes on answering while a server floods it', async () => {
  const flood = Buffer.concat(
    Array.from({ length: 2000 }, () => Buffer.from([0x30, 0x05, 0x00, 0x01, 0x61, 0x00, 0x78])),
  );
  let flooding = true;
  const port = await answering((socket) => {
    socket.write(connack(0));
    const pour = (): void => {
      while (flooding && socket.write(flood));
      if (flooding) socket.once('drain', pour);
    };
    pour();
  });
  const broker = { kind: 'network', ...address(port, { path: '' }) } as const;
  const client = await host.connect({ broker });
  await host.request('follow', { on: true });
  await host.until(() => host.batches.reduce((sum, { count }) => sum + count, 0) > 50_000);
  expect(await host.request('details', { seq: 2 })).toMatchObject({ title: 'CONNECT' });
  flooding = false;
  await host.request('drop', { client: client.key });
  await host.untilState(client, 'offline');
  expect(host.batches.every(({ newTopics }, index) => index === 0 || newTopics.length === 0)).toBe(true);
});
