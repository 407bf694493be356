import { afterEach, expect, it } from 'vitest';
import { address, message } from '../net/support/bench.ts';
import { accepted, type Peer, startScriptedPeer } from '../net/support/peers.ts';
import { plainSandbox, TestHost } from './support/test-host.ts';

const password = 'correct horse battery staple';
const brokersOwn = 'the password the broker knows';
const payload = 'what the message says';

const peers: Peer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
});

/** Everything that a message holds, bytes included, as one text. */
function contents(value: unknown): string {
  if (typeof value === 'string') return value;
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
  }
  if (Array.isArray(value)) return value.map(contents).join('\n');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([key, each]) => `${key}\n${contents(each)}`)
      .join('\n');
  }
  return '';
}

it('lets no password out: not in batches, details, entities, errors or logs, whatever happens', async () => {
  const host = await TestHost.start();
  await host.request('records', { fromSeq: 1, anew: true });
  await host.request('follow', { on: true });
  const withPassword = { username: 'u', password };
  const settings = { ...plainSandbox, users: [{ username: 'u', password }] };

  const client = await host.connect(withPassword, settings);
  await host.request('publish', {
    client: client.key,
    message: { topic: 'a', payload, qos: 1, retain: false },
  });
  const second = await host.request('takeOver', { client: client.key, cleanStart: true });
  await host.request('drop', { client: second.key });
  await host.request('resume', { client: second.key });
  await host.refusal(host.connect({ name: 'wrong', username: 'u', password: brokersOwn }, settings));
  await host
    .connect(
      { name: 'x', ...withPassword },
      { ...settings, users: [{ username: 'u', password: brokersOwn }] },
    )
    .catch(() => {});

  const mirror = await startScriptedPeer();
  peers.push(mirror);
  const mirrored = host.refusal(
    host.connect({ name: 'mirrored', broker: { kind: 'network', ...address(mirror.port) }, ...withPassword }),
  );
  const server = await mirror.next();
  await server.next('connect');
  server.send({ ...accepted, reasonCode: 0x86 });
  server.fin();
  await mirrored;

  await host.until(() => host.batches.length > 0);
  const details = await host.trace();
  expect(details.filter(({ title }) => title === 'CONNECT').length).toBeGreaterThan(3);
  await host.stop();

  const everything = contents(host.posted);
  expect(everything).toContain('CONNECT');
  expect(everything).toContain(payload);
  for (const secret of [password, brokersOwn]) {
    expect(everything).not.toContain(secret);
    expect(everything).not.toContain(Buffer.from(secret).toString('base64'));
    expect(everything).not.toContain(Buffer.from(secret).toString('hex'));
  }
  expect(host.logs.join('\n')).not.toContain(payload);
});

it('hides the password of a CONNECT that nobody answers', async () => {
  const host = await TestHost.start();
  const silent = await startScriptedPeer();
  peers.push(silent);
  const failing = host.refusal(
    host.connect({
      broker: { kind: 'network', ...address(silent.port) },
      username: 'u',
      password,
      will: { ...message('offline', 'x') },
    }),
  );
  await (await silent.next()).next('connect');
  host.clock.advance(20_000);
  expect((await failing).error.code).toBe('no-connack');
  const details = await host.trace();
  expect(details.map(({ title }) => title)).toEqual(['connection opened', 'CONNECT', 'connection closed']);
  await host.stop();
  expect(contents(host.posted)).not.toContain(password);
});
