import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type IClientOptions, type IConnackPacket, connect as mqttConnect } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder } from '../../e2e/support/folders.ts';
import { buildCli } from './support.ts';

const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));

const tls = (name: string): string => join(projectFolder, 'test/fixtures/tls', name);
const identity = ['--cert', tls('server.pem'), '--key', tls('test-only.key')];

/** The real command, as a process of its own. */
describe('mqtt-session sandbox', () => {
  let cli: Awaited<ReturnType<typeof buildCli>>;
  beforeAll(async () => {
    cli = await buildCli();
  });
  afterAll(() => cli.remove());

  const connect = (address: string, options: IClientOptions = {}) =>
    connectAsync(address, {
      protocolVersion: 5,
      reconnectPeriod: 0,
      ca: readFileSync(tls('authority.pem')),
      ...options,
    });

  test('says where each listener is, serves Clients over all of them, and ends cleanly on SIGTERM', async () => {
    const run = cli.run(
      'sandbox',
      '--port',
      '0',
      '--tls-port=0',
      '--ws-port',
      '0',
      '--wss-port',
      '0',
      ...identity,
    );
    const addresses = await run.listening();
    expect(addresses.map((each) => each.replace(/\d+$/, 'N'))).toEqual([
      'mqtt://127.0.0.1:N',
      'mqtts://127.0.0.1:N',
      'ws://127.0.0.1:N',
      'wss://127.0.0.1:N',
    ]);
    const [first = ''] = addresses;
    const subscriber = await connect(first, { clientId: 'subscriber' });
    await subscriber.subscribeAsync('from/#');
    const received = new Promise<string[]>((settle) => {
      const topics: string[] = [];
      subscriber.on('message', (topic) => {
        topics.push(topic);
        if (topics.length === addresses.length) settle(topics.toSorted());
      });
    });
    for (const address of addresses) {
      const client = await connect(address);
      await client.publishAsync(`from/${address.split(':')[0]}`, 'x', { qos: 1 });
      await client.endAsync();
    }
    expect(await received).toEqual(['from/mqtt', 'from/mqtts', 'from/ws', 'from/wss']);
    const others = await Promise.all(addresses.slice(1).map((address) => connect(address)));
    const clients = [subscriber, ...others];
    const told = Promise.all(
      clients.map(
        (client) =>
          new Promise((settle) => client.once('disconnect', ({ reasonCode }) => settle(reasonCode))),
      ),
    );
    run.child.kill('SIGTERM');
    expect(await told).toEqual([0x8b, 0x8b, 0x8b, 0x8b]);
    expect(await run.ended).toBe(0);
    expect(run.err()).toBe('');
    await Promise.all(clients.map((client) => client.endAsync(true)));
  });

  test('says what it does against the standard, and does it', async () => {
    const run = cli.run('sandbox', '--port', '0', '--deviation', 'sessionPresentAlways0');
    const [address = ''] = await run.listening();
    await run.said(/^Against the standard, as asked: sessionPresentAlways0\.\n$/);
    const wish = { clientId: 'back', clean: false, properties: { sessionExpiryInterval: 99 } };
    await (await connect(address, wish)).endAsync();
    const again = mqttConnect(address, { protocolVersion: 5, reconnectPeriod: 0, ...wish });
    const connack = await new Promise<IConnackPacket>((settle) => again.once('connect', settle));
    expect(connack.sessionPresent).toBe(false);
    await again.endAsync();
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });

  test('names the address that is taken, starts nothing, and exits with 1', async () => {
    const first = cli.run('sandbox', '--port', '0');
    const [address = ''] = await first.listening();
    const taken = address.replace('mqtt://', '');
    const second = cli.run('sandbox', '--ws-port', '0', '--port', taken.split(':')[1] ?? '');
    expect(await second.ended).toBe(1);
    expect(second.out()).toBe('');
    expect(second.err()).toMatch(
      new RegExp(`^EADDRINUSE at ${taken}: .* choose another port; 0 takes a free one\\.\n$`),
    );
    first.child.kill('SIGINT');
    expect(await first.ended).toBe(0);
  });

  test('follows its options before its profile file', async () => {
    const config = join(cli.folder, 'config.mqtt.yaml');
    writeFileSync(
      config,
      'sandbox:\n  users: [{ username: ann, password: secret }]\n  serverKeepAlive: 10s\n  sessionExpiryMaximum: 1m\n',
    );
    const run = cli.run('sandbox', '--port', '0', '--config', config, '--server-keep-alive', '20s');
    const [address = ''] = await run.listening();
    await expect(connect(address)).rejects.toThrow(/Bad User Name or Password/i);
    const client = mqttConnect(address, {
      protocolVersion: 5,
      reconnectPeriod: 0,
      clientId: 'ann',
      clean: false,
      username: 'ann',
      password: 'secret',
      properties: { sessionExpiryInterval: 3600 },
    });
    const { properties } = await new Promise<IConnackPacket>((settle) => client.once('connect', settle));
    expect(properties).toMatchObject({ serverKeepAlive: 20, sessionExpiryInterval: 60 });
    await client.endAsync();
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });

  test('refuses one subscription without a profile file, so that a refusal can be tried', async () => {
    const run = cli.run('sandbox', '--port', '0');
    const [address = ''] = await run.listening();
    const client = await connect(address);
    const codes = await new Promise((settle) =>
      client.subscribe(['test/nosubscribe', 'test/#'], (_error, _granted, packet) => settle(packet?.granted)),
    );
    expect(codes).toEqual([0x80, 0]);
    await client.endAsync();
  });

  test('logs one sentence a line with --verbose, and nothing that a Client can make it write otherwise', async () => {
    const run = cli.run('sandbox', '--port', '0', '--verbose');
    const [address = ''] = await run.listening();
    const client = await connect(address, { clientId: 'evil\u001b[31m\nline' });
    await client.endAsync();
    const staying = await connect(address, { clientId: 'staying' });
    await run.said(/evil.*\n.*evil/);
    run.child.kill('SIGTERM');
    await run.ended;
    await staying.endAsync(true);
    expect(run.err()).toMatch(/Connection of "staying": Server shutting down: .*\.$/m);
    expect(run.err()).toContain('evil\\u001b[31m\\u000aline');
    expect(run.err()).not.toContain('\u001b');
    expect(run.err()).not.toMatch(/\.\.$/m);
    for (const line of run.err().trimEnd().split('\n')) {
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (error|warn|info|debug) .*\.$/);
    }
  });

  test.each([
    [
      ['sandbox', '--port', 'x'],
      '`--port x` is not understood: --port takes a whole number from 0 to 65535.',
    ],
    [
      ['sandbox', '--recieve-maximum', '1'],
      'There is no option `--recieve-maximum`. Did you mean `--receive-maximum`?',
    ],
    [['sandbox', '--port'], '`--port` needs a value: --port N.'],
    [['sandbox', '--port', '--verbose'], '`--port` needs a value: --port N.'],
    [['sandbox', '--verbose=1'], '`--verbose` takes no value.'],
    [['sandbox', '1883'], '`1883` is not understood: it is no option.'],
    [['sandbox', '--maximum-qos', '3'], '--maximum-qos takes 0 or 1 or 2.'],
    [['sandbox', '--linger', 'soon'], '--linger takes a duration from 0 to 1h.'],
    [['sandbox', '--retain-available', 'no'], '--retain-available takes true or false.'],
    [['sandbox', '--host', '0.0.0.0'], '`--host 0.0.0.0` lets other machines connect. Add `--allow-remote`'],
    [['sandbox', '--tls-port', '0'], 'need `--cert FILE` and `--key FILE`.'],
    [['sandbox', '--cert', 'a', '--key', 'b'], 'are for `--tls-port` and `--wss-port`.'],
    [['sandbox', '--port', '1', '--ws-port', '1'], 'Port 1 is given for two listeners.'],
    [['unknown'], 'There is no command `unknown`.'],
  ])('does not understand %j, and exits with 2', async (args, message) => {
    const run = cli.run(...args);
    expect(await run.ended).toBe(2);
    expect(run.err()).toContain(message);
    expect(run.err()).toMatch(/mqtt-session (sandbox )?--help/);
    expect(run.out()).toBe('');
  });

  test.each([
    [
      'a profile file that is not there',
      ['--config', 'nowhere.mqtt.yaml'],
      'The profile file "nowhere.mqtt.yaml" cannot be read',
    ],
    [
      'a certificate that is not there',
      ['--tls-port', '0', '--cert', 'no.pem', '--key', 'no.key'],
      'The certificate "no.pem" cannot be read (ENOENT).',
    ],
    [
      'a key that is none',
      ['--tls-port', '0', '--cert', tls('server.pem'), '--key', tls('server.pem')],
      'TLS does not take the certificate and its key',
    ],
  ])('says what stands in the way: %s', async (_what, args, message) => {
    const run = cli.run('sandbox', '--port', '0', ...args);
    expect(await run.ended).toBe(1);
    expect(run.err()).toContain(message);
  });

  test('is not held up by an error in a profile of its file', async () => {
    const config = join(cli.folder, 'elsewhere.mqtt.yaml');
    writeFileSync(config, 'sandbox: { serverKeepAlive: 7s }\nprofiles:\n  a: { brokr: sandbox }\n');
    const run = cli.run('sandbox', '--port', '0', '--config', config);
    expect(await run.listening()).toHaveLength(1);
  });

  test('starts nothing by a profile file with an error, and says where it is', async () => {
    const config = join(cli.folder, 'wrong.mqtt.yaml');
    writeFileSync(config, 'sandbox:\n  receiveMaximum: 0\n');
    const run = cli.run('sandbox', '--port', '0', '--config', config);
    expect(await run.ended).toBe(1);
    expect(run.err()).toContain(
      `${config}:2:19: \`receiveMaximum\` is a whole number from 1 to 65535; 0 is not.`,
    );
  });

  test.each([
    [['sandbox', '--help'], '--receive-maximum N'],
    [['--help'], 'sandbox    Starts the sandbox broker.'],
    [['--version'], `mqtt-session ${version}`],
  ])('helps with %j', async (args, message) => {
    const run = cli.run(...args);
    expect(await run.ended).toBe(0);
    expect(run.out()).toContain(message);
  });
});
