import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { connectAsync, type IClientOptions } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCli } from './support.ts';

/** The real command, as a process of its own. */
describe('mqtt-session tap', () => {
  let cli: Awaited<ReturnType<typeof buildCli>>;
  beforeAll(async () => {
    cli = await buildCli();
  });
  afterAll(() => cli.remove());

  const connect = (address: string, options: IClientOptions) =>
    connectAsync(address, { protocolVersion: 5, reconnectPeriod: 0, ...options });
  const will = { topic: 'user/status/demo', payload: Buffer.from('offline'), qos: 1, retain: false } as const;

  test('tells of a session, its will, what became of it and why, and ends cleanly on SIGINT', async () => {
    const run = cli.run('tap', '--to', 'sandbox', '--listen', '0', '--why');
    const [, address = ''] = await run.printed(/listening on (\S+) for/);
    const subscriber = await connect(address, { clientId: 'subscriber' });
    await subscriber.subscribeAsync('user/#');
    const demo = await connect(address, { clientId: 'demo', will });
    await run.printed(
      /demo: connected, MQTT 5\.0, Clean Start 1, Keep Alive 60 s, will on user\/status\/demo/,
    );
    demo.stream.destroy();
    await run.printed(/demo: connection ended, closed/);
    await run.printed(/demo: will met \(\+\d+ ms\)/);
    expect(run.out()).toContain('What became of the will of demo?');
    expect(run.out()).toContain('without DISCONNECT (closed by the Client)');
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    // That the tap watches for the will, too, is no matter of the user.
    expect(run.out().match(/: connected/g)).toHaveLength(2);
    subscriber.end(true);
  });

  test('says when its broker is not there, and refuses connections until it is', async () => {
    const broker = createServer((socket) => socket.on('error', () => {}));
    const listen = (port: number) =>
      new Promise<void>((settle) => broker.listen(port, '127.0.0.1', () => settle()));
    await listen(0);
    const { port } = broker.address() as AddressInfo;
    await new Promise((settle) => broker.close(settle));
    const run = cli.run('tap', `--to=mqtt://127.0.0.1:${port}`, '--listen', '0');
    const [, address = ''] = await run.printed(/listening on (\S+) for/);
    await run.printed(/is not reachable: connections are refused until it is/);
    await expect(connect(address, { clientId: 'demo' })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await listen(port);
    await run.printed(/listening on \S+ again/);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    broker.close();
  });

  test('watches for no will when it is not to', async () => {
    const run = cli.run('tap', '--to', 'sandbox', '--listen', '0', '--no-observers');
    const [, address = ''] = await run.printed(/listening on (\S+) for/);
    const demo = await connect(address, { clientId: 'demo', will });
    demo.stream.destroy();
    await run.printed(/demo: will unobserved/);
    expect(run.out()).toContain('What became of the will of demo?');
  });

  test('makes faults, and says so', async () => {
    const run = cli.run(
      'tap',
      '--to=sandbox',
      '--listen=0',
      '--fault',
      'reset_peer client=dem* packet=publish',
    );
    const [, address = ''] = await run.printed(/listening on (\S+) for/);
    expect(run.out()).toContain('cut: each connection of dem*, after the 1st PUBLISH from the Client');
    const demo = await connect(address, { clientId: 'demo', will });
    const cut = new Promise((settle) => demo.once('close', () => settle(undefined)));
    demo.on('error', () => {});
    demo.publish('a', 'x');
    await cut;
    await run.printed(/demo: fault reset_peer \(each connection of dem\*, after/);
    await run.printed(/demo: connection ended, cut/);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });

  test.each([
    ['without passwords', [], false],
    ['with passwords when it is to', ['--unmasked'], true],
  ])('saves what has passed as a capture, %s', async (_how, options, told) => {
    const path = join(cli.folder, 'saved.pcapng');
    const run = cli.run('tap', '--to', 'sandbox', '--listen', '0', '--save', path, ...options);
    const [, address = ''] = await run.printed(/listening on (\S+) for/);
    const demo = await connect(address, { clientId: 'demo', will, username: 'user', password: 'se-cret' });
    await run.printed(/demo: connected/);
    demo.stream.destroy();
    await run.printed(/demo: connection ended/);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect(run.out()).toMatch(/saved \d+ records in/);
    const saved = readFileSync(path);
    expect(saved.readUInt32LE(0)).toBe(0x0a0d0d0a);
    expect(saved.includes('user/status/demo')).toBe(true);
    expect(saved.includes('se-cret')).toBe(told);
  });

  test('says why it cannot listen', async () => {
    const taken = createServer();
    await new Promise<void>((settle) => taken.listen(0, '127.0.0.1', settle));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const run = cli.run('tap', '--to', 'mqtt://127.0.0.1:1', '--listen', `${port}`);
    expect(await run.ended).toBe(1);
    expect(run.err()).toContain(`EADDRINUSE at 127.0.0.1:${port}`);
    taken.close();
  });

  test.each([
    [['tap'], '`--to` is missing'],
    [['tap', '--to', 'nowhere at all'], '`--to`'],
    [['tap', '--to', 'sandbox', '--listen', 'x:y:z'], '`--listen`'],
    [['tap', '--to', 'sandbox', '--scheme', 'tcp'], '`--scheme tcp` is not understood'],
    [['tap', '--to', 'sandbox', '--fault', 'cut'], 'there is no fault `cut`'],
    [['tap', 'mqtt://localhost'], 'it is no option'],
  ])('%j is misunderstood', async (args, told) => {
    const run = cli.run(...args);
    expect(await run.ended).toBe(2);
    expect(run.err()).toContain(told);
    expect(run.err()).toContain('mqtt-session tap --help');
  });

  test('does not listen where other machines can reach it', async () => {
    const run = cli.run('tap', '--to', 'sandbox', '--listen', '0.0.0.0:0');
    expect(await run.ended).toBe(1);
    expect(run.err()).toContain('Other machines could connect');
  });
});
