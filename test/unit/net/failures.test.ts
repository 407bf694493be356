import { afterEach, describe, expect, it } from 'vitest';
import type { TappedEnd } from '../../../src/net/tap.ts';
import type { ConnectionProfile, TlsSettings } from '../../../src/profile/model.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { address, Bench, failureOf, toldOf } from './support/bench.ts';
import {
  accepted,
  fixture,
  freePort,
  type Peer,
  startHttpPeer,
  startPeer,
  startScriptedPeer,
  startTlsPeer,
  tlsOptions,
} from './support/peers.ts';

const peers: Peer[] = [];
const benches: Bench[] = [];

afterEach(async () => {
  for (const bench of benches.splice(0)) bench.client.dispose();
  for (const peer of peers.splice(0)) await peer.close();
});

async function serving<T extends Peer>(peer: Promise<T>): Promise<T> {
  const started = await peer;
  peers.push(started);
  return started;
}

function bench(...args: ConstructorParameters<typeof Bench>): Bench {
  const made = new Bench(...args);
  benches.push(made);
  return made;
}

/** Connects, and answers what the user reads, with the port left out. */
async function told(demo: Bench, port: number): Promise<string> {
  const text = await toldOf(demo.connect());
  expect(demo.client.state).toBe('offline');
  expect(demo.client.error?.message).toBeDefined();
  return text.replaceAll(String(port), 'PORT');
}

async function expectEnd(demo: Bench, end: TappedEnd): Promise<void> {
  expect(await demo.tap.untilClosed()).toEqual(end);
  expect(demo.tap.ends).toHaveLength(1);
  expect(demo.tap.inOrder).toBe(true);
}

const tls = (more: Partial<TlsSettings> = {}): Partial<ConnectionProfile> => ({
  tls: { rejectUnauthorized: true, ...more },
});

describe('no connection', () => {
  it('says that nobody listens', async () => {
    const port = await freePort();
    const demo = bench(address(port, { host: 'localhost' }));
    expect(await told(demo, port)).toBe(
      'ECONNREFUSED at localhost:PORT: no broker is listening there. Start one, or set `broker: sandbox`.',
    );
    await expectEnd(demo, { by: 'server', how: 'refused', detail: 'ECONNREFUSED' });
  });

  it('says that there is no such host', async () => {
    const demo = bench(address(1883, { host: 'no-such-host.invalid' }));
    expect(await toldOf(demo.connect())).toMatch(
      /^(ENOTFOUND: there is no host named no-such-host\.invalid\. Check the name in `broker`\.|EAI_AGAIN: the name no-such-host\.invalid could not be looked up now\. Check the network and its name server, and try again\.)$/,
    );
    expect(await demo.tap.untilClosed()).toMatchObject({ by: 'network', how: 'error' });
  });

  it('says that a TLS handshake never ends', async () => {
    const clock = new ManualClock();
    let come = (): void => {};
    const reached = new Promise<void>((resolve) => {
      come = resolve;
    });
    const peer = await serving(startPeer((socket) => socket.once('data', () => come())));
    const demo = bench(address(peer.port, { scheme: 'mqtts' }), {}, { clock });
    const telling = told(demo, peer.port);
    await reached;
    clock.advance(20_000);
    expect(await telling).toBe(
      'No connection to 127.0.0.1:PORT within 20 s. Check the address and the firewall, or raise `connectTimeout`.',
    );
    await expectEnd(demo, { by: 'client', how: 'fin', detail: 'connect-timeout' });
  });
});

describe('TLS', () => {
  it('says that the Server wants TLS, from the alert it answers with', async () => {
    const peer = await serving(startTlsPeer(tlsOptions('server.pem'), () => {}));
    const demo = bench(address(peer.port));
    expect(await told(demo, peer.port)).toMatch(
      /^127\.0\.0\.1:PORT (expects TLS, but the profile connects without\. Use `mqtts:\/\/` \(or `wss:\/\/`\) in `broker`\.|closed the connection before it sent CONNACK\..*TLS.*)$/,
    );
    await demo.tap.untilClosed();
  });

  it('knows a TLS alert by its bytes, and keeps them', async () => {
    const alert = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46]);
    const peer = await serving(startPeer((socket) => socket.end(alert)));
    const demo = bench(address(peer.port));
    expect(await told(demo, peer.port)).toBe(
      '127.0.0.1:PORT expects TLS, but the profile connects without. Use `mqtts://` (or `wss://`) in `broker`.',
    );
    await expectEnd(demo, { by: 'server', how: 'fin' });
    expect(demo.tap.received(1)).toEqual(alert);
  });

  it.each([
    ['closes', (socket: import('node:net').Socket) => socket.end()],
    ['resets', (socket: import('node:net').Socket) => socket.resetAndDestroy()],
    ['answers in MQTT', (socket: import('node:net').Socket) => socket.end(Buffer.from([0x20, 2, 0, 1]))],
    [
      'answers in HTTP',
      (socket: import('node:net').Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    ],
  ])('says that the Server does not speak TLS when it %s', async (_what, answer) => {
    const peer = await serving(startPeer((socket) => socket.once('data', () => answer(socket))));
    const demo = bench(address(peer.port, { scheme: 'mqtts' }));
    expect(await told(demo, peer.port)).toBe(
      '127.0.0.1:PORT does not speak TLS, but the profile connects with it. Use `mqtt://` (or `ws://`) in `broker`, or the port for TLS (often 8883).',
    );
    expect((await demo.tap.untilClosed()).by).toBe('server');
  });

  const trust =
    'Name the certificate of its authority in `tls.ca`, or, on a network you trust, set `tls.rejectUnauthorized: false`.';
  it.each([
    [
      'self-signed.pem',
      `127.0.0.1:PORT shows a self-signed certificate, which nobody vouches for. ${trust}`,
      'DEPTH_ZERO_SELF_SIGNED_CERT',
    ],
    [
      'server.pem',
      `The certificate of 127.0.0.1:PORT comes from an authority that is not known here. ${trust}`,
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
  ])('refuses %s', async (certificate, text, detail) => {
    const peer = await serving(startTlsPeer(tlsOptions(certificate), () => {}));
    const demo = bench(address(peer.port, { scheme: 'mqtts' }));
    expect(await told(demo, peer.port)).toBe(text);
    await expectEnd(demo, { by: 'client', how: 'error', detail });
  });

  it.each([
    [
      'expired.pem',
      'The certificate of localhost:PORT has expired. Renew it on the broker, and check the clock of this machine.',
      'CERT_HAS_EXPIRED',
    ],
    [
      'other-name.pem',
      'The certificate of localhost:PORT is not one for the name localhost. Use the name that the certificate carries in `broker`, or set `tls.servername` to it.',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
  ])('refuses %s although it trusts the authority', async (certificate, text, detail) => {
    const peer = await serving(startTlsPeer(tlsOptions(certificate), () => {}));
    const demo = bench(
      address(peer.port, { scheme: 'mqtts', host: 'localhost' }),
      tls({ ca: fixture('authority.pem') }),
    );
    expect(await told(demo, peer.port)).toBe(text);
    await expectEnd(demo, { by: 'client', how: 'error', detail });
  });

  it('says that the Server demands a client certificate', async () => {
    const options = tlsOptions('server.pem', { requestCert: true, rejectUnauthorized: true });
    const peer = await serving(startTlsPeer(options, () => {}));
    const demo = bench(address(peer.port, { scheme: 'mqtts' }), tls({ rejectUnauthorized: false }));
    expect(await told(demo, peer.port)).toMatch(
      /^127\.0\.0\.1:PORT (demands a client certificate\. Name one in `tls\.cert` and `tls\.key`\.|(closed|reset) the connection before it sent CONNACK\..*)$/,
    );
    expect((await demo.tap.untilClosed()).by).toBe('server');
  });

  it.each([
    [{ ca: 'authority.pem' }, 'mqtts'],
    [{ rejectUnauthorized: false }, 'mqtts'],
    [{ ca: 'authority.pem', cert: 'client.pem', key: 'test-only.key' }, 'mqtts'],
  ] as const)('connects when all is well (%o)', async (settings, scheme) => {
    const peer = await serving(
      startScriptedPeer(tlsOptions('server.pem', { requestCert: true, rejectUnauthorized: false })),
    );
    const demo = bench(address(peer.port, { scheme, host: 'localhost' }), tls(settings), {
      folder: fixture('.'),
    });
    const connecting = demo.connect();
    const server = await peer.next();
    await server.accept();
    await connecting;
    demo.client.drop();
    await server.untilEnded();
    expect(server.error?.code).toBe('ECONNRESET');
    expect(demo.tap.endOf(1)).toEqual({ by: 'client', how: 'reset' });
  });

  it('closes with FIN over TLS too', async () => {
    const peer = await serving(startScriptedPeer(tlsOptions('server.pem')));
    const demo = bench(address(peer.port, { scheme: 'mqtts' }), tls({ rejectUnauthorized: false }));
    const connecting = demo.connect();
    const server = await peer.next();
    await server.accept();
    await connecting;
    demo.client.close();
    await server.untilEnded();
    expect(server.error).toBeUndefined();
  });

  it('names a file that is not there, and one that is no certificate', async () => {
    const folder = fixture('.');
    const missing = bench(address(1, { scheme: 'mqtts' }), tls({ ca: './none.pem' }), { folder });
    expect(await toldOf(missing.connect())).toBe(
      './none.pem (tls.ca) cannot be read: ENOENT. Paths are relative to the folder of the profile file.',
    );
    expect(missing.tap.opens).toEqual([]);
    const wrong = bench(address(1, { scheme: 'mqtts' }), tls({ cert: 'README.md', key: 'README.md' }), {
      folder,
    });
    expect((await failureOf(wrong.connect())).code).toBe('tls-settings-unusable');
  });
});

describe('CONNACK', () => {
  it.each([
    [5, 0x86, '0x86: Bad User Name or Password.', 'bad-user-name-or-password'],
    [4, 0x04, '0x04: Connection Refused, bad user name or password.', 'bad-user-name-or-password'],
    [5, 0x85, '0x85: Client Identifier not valid.', 'client-identifier-rejected'],
    [4, 0x02, '0x02: Connection Refused, identifier rejected.', 'client-identifier-rejected'],
    [3, 0x02, '0x02: Connection Refused, identifier rejected.', 'client-identifier-rejected'],
    [5, 0x84, '0x84: Unsupported Protocol Version.', 'unsupported-protocol-version'],
    [4, 0x01, '0x01: Connection Refused, unacceptable protocol version.', 'unsupported-protocol-version'],
    [5, 0x87, '0x87: Not authorized.', 'not-authorized'],
    [5, 0x90, '0x90: Topic Name invalid.', 'will-topic-refused'],
    [5, 0x8a, '0x8A: Banned.', 'banned'],
  ] as const)('explains a refusal (version %i, code %i)', async (protocolVersion, reasonCode, text, code) => {
    const peer = await serving(startScriptedPeer());
    const demo = bench(address(peer.port), { protocolVersion });
    const failing = failureOf(demo.connect());
    const server = await peer.next();
    await server.next('connect');
    server.send({ ...accepted, reasonCode });
    server.fin();
    const error = await failing;
    expect(error.code).toBe(code);
    expect(error.message).toBe(`127.0.0.1:${peer.port} refused the connection with CONNACK ${text}`);
    await expectEnd(demo, { by: 'server', how: 'fin' });
    expect(demo.tap.received(1)[0]).toBe(0x20);
  });

  it('does not wait for ever', async () => {
    const clock = new ManualClock();
    const peer = await serving(startScriptedPeer());
    const demo = bench(address(peer.port), {}, { clock });
    const telling = told(demo, peer.port);
    const server = await peer.next();
    await server.next('connect');
    clock.advance(20_000);
    expect(await telling).toBe(
      '127.0.0.1:PORT accepted the connection, but sent no CONNACK within 20 s. Check that an MQTT broker listens on this port: a TLS port (often 8883) needs `mqtts://`. Or raise `connectTimeout`.',
    );
    await expectEnd(demo, { by: 'client', how: 'fin', detail: 'no-connack' });
  });

  it.each([
    ['fin', 'closed', { by: 'server', how: 'fin' }],
    ['reset', 'reset', { by: 'server', how: 'reset', detail: 'ECONNRESET' }],
  ] as const)('says that the Server ended it at once (%s)', async (how, word, end) => {
    const peer = await serving(startScriptedPeer());
    const demo = bench(address(peer.port));
    const telling = told(demo, peer.port);
    const server = await peer.next();
    await server.next('connect');
    server[how]();
    expect(await telling).toBe(
      `127.0.0.1:PORT ${word} the connection before it sent CONNACK. Look into the log of the broker. It may refuse this protocol version, Client Identifier or address, or the port may be one for TLS (\`mqtts://\`).`,
    );
    await expectEnd(demo, end);
  });

  it('says so when the Server closes without reading a byte', async () => {
    const peer = await serving(startPeer((socket) => socket.destroy()));
    const demo = bench(address(peer.port));
    expect((await failureOf(demo.connect())).code).toBe('closed-before-connack');
    expect((await demo.tap.untilClosed()).by).toBe('server');
  });

  it('says that another packet came first', async () => {
    const peer = await serving(startScriptedPeer());
    const demo = bench(address(peer.port));
    const telling = told(demo, peer.port);
    const server = await peer.next();
    await server.next('connect');
    server.send({ type: 'pingresp' });
    expect(await telling).toBe(
      '127.0.0.1:PORT sent PINGRESP before CONNACK, which must be its first packet. The broker breaks v5 [MQTT-3.2.0-1]; the packet is in the timeline.',
    );
  });
});

describe('other protocols', () => {
  it('says that the Server speaks HTTP, and keeps what it said', async () => {
    const peer = await serving(startHttpPeer(404));
    const demo = bench(address(peer.port));
    expect(await told(demo, peer.port)).toBe(
      '127.0.0.1:PORT answers in HTTP, not in MQTT. Use the port of the broker (often 1883), or `ws://` if this one speaks MQTT over WebSocket.',
    );
    await demo.tap.untilClosed();
    expect(demo.tap.received(1).toString()).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('says that the Server speaks something else', async () => {
    const peer = await serving(startPeer((socket) => socket.end('* OK IMAP4rev1 ready\r\n')));
    const demo = bench(address(peer.port));
    expect(await told(demo, peer.port)).toMatch(
      /^127\.0\.0\.1:PORT does not answer in MQTT: .+ Check host and port in `broker`\.$/,
    );
    await demo.tap.untilClosed();
    expect(demo.tap.received(1).toString()).toBe('* OK IMAP4rev1 ready\r\n');
  });

  it('says that no WebSocket is to be had there', async () => {
    const peer = await serving(startHttpPeer(404));
    const demo = bench(address(peer.port, { scheme: 'ws' }));
    expect(await told(demo, peer.port)).toBe(
      '127.0.0.1:PORT answers HTTP 404 at /mqtt, so no WebSocket could be opened. Check the path in `broker` (often /mqtt) and the port.',
    );
    expect((await demo.tap.untilClosed()).detail).toBe('websocket-refused');
  });

  it('says that a Server which is asked for a WebSocket speaks MQTT', async () => {
    const peer = await serving(startPeer((socket) => socket.once('data', () => socket.end())));
    const demo = bench(address(peer.port, { scheme: 'ws' }));
    expect(await told(demo, peer.port)).toBe(
      '127.0.0.1:PORT opens no WebSocket: it does not answer in HTTP. Use `mqtt://` (or `mqtts://`) in `broker`, or the port for WebSocket.',
    );
    expect((await demo.tap.untilClosed()).by).toBe('server');
  });
});

describe('garbage after CONNACK', () => {
  it.each([5, 4] as const)(
    'ends the connection, and keeps every byte (version %i)',
    async (protocolVersion) => {
      const clock = new ManualClock();
      const peer = await serving(startScriptedPeer());
      const demo = bench(address(peer.port), { protocolVersion }, { clock });
      const connecting = demo.connect();
      const server = await peer.next();
      await server.accept();
      await connecting;
      const before = demo.tap.received(1).length;
      server.raw('\u0000garbage');
      if (protocolVersion === 5) expect((await server.next('disconnect')).reasonCode).toBe(0x81);
      await demo.tap.until(() => demo.tap.received(1).length === before + 8);
      server.raw(', and more of it');
      await demo.tap.until(() => demo.tap.received(1).length === before + 24);
      server.fin();
      await demo.untilState('offline');
      expect(demo.tap.received(1).subarray(before).toString()).toBe('\u0000garbage, and more of it');
      expect(demo.client.error?.message).toMatch(
        new RegExp(`^127\\.0\\.0\\.1:${peer.port} sent bytes that are no MQTT packet: .+\\.$`),
      );
      await expectEnd(demo, { by: 'server', how: 'fin' });
    },
  );

  it('closes by itself when the Server does not', async () => {
    const clock = new ManualClock();
    const peer = await serving(startScriptedPeer());
    const demo = bench(address(peer.port), {}, { clock });
    const connecting = demo.connect();
    const server = await peer.next();
    await server.accept();
    await connecting;
    server.raw('\u0000');
    await server.next('disconnect');
    clock.advance(1000);
    await demo.untilState('offline');
    expect(demo.client.error?.code).toBe('malformed-packet');
    await server.untilEnded();
  });

  it.each([
    ['a packet that MQTT.js would choke on', Buffer.from([0x30, 0x04, 0x00, 0x01, 0x2b, 0x00])],
    ['an unknown property', Buffer.from([0x30, 0x06, 0x00, 0x01, 0x61, 0x02, 0x7f, 0x00])],
    ['a Topic Alias that was never given', Buffer.from([0x30, 0x06, 0x00, 0x00, 0x03, 0x23, 0x00, 0x05])],
    ['a second CONNACK', Buffer.from([0x20, 0x03, 0x00, 0x00, 0x00])],
    ['AUTH', Buffer.from([0xf0, 0x00])],
  ])('ends the connection at %s', async (_what, bytes) => {
    const peer = await serving(startScriptedPeer());
    const demo = bench(address(peer.port));
    const connecting = demo.connect();
    const server = await peer.next();
    await server.accept();
    await connecting;
    server.raw(bytes);
    expect((await server.next('disconnect')).reasonCode).toBeGreaterThanOrEqual(0x80);
    server.fin();
    await demo.untilState('offline');
    expect(demo.client.error?.code).toMatch(/^(malformed-packet|protocol-error|authentication-unsupported)$/);
  });
});
