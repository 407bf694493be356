import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineMethod, EngineMethods, FromEngine } from '../../../src/engine/messages.ts';
import { plainProfile } from '../net/support/bench.ts';
import { file, plainSandbox } from './support/test-host.ts';

let folder: string;
let bundle: string;
let worker: Worker;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'engine-worker-'));
  bundle = join(folder, 'engine.js');
  await build({
    entryPoints: [new URL('../../../src/engine/worker.ts', import.meta.url).pathname],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['bufferutil', 'utf-8-validate'],
    logLevel: 'silent',
  });
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  await worker.terminate();
});

function start(): Worker {
  worker = new Worker(bundle, { stdout: true, stderr: true });
  return worker;
}

let nextId = 1;

/** Sends one request, and waits for its answer. */
async function request<M extends EngineMethod>(
  method: M,
  params: EngineMethods[M]['params'],
): Promise<EngineMethods[M]['result']> {
  const id = nextId;
  nextId += 1;
  const answer = message((each) => 'id' in each && each.id === id);
  worker.postMessage({ kind: 'request', id, method, params });
  const answered = await answer;
  if (answered.kind !== 'result') throw new Error(JSON.stringify(answered));
  return answered.result as EngineMethods[M]['result'];
}

/** The next message that fits. */
function message(fits: (message: FromEngine) => boolean): Promise<FromEngine> {
  return new Promise((resolve) => {
    const listen = (each: FromEngine): void => {
      if (!fits(each)) return;
      worker.off('message', listen);
      resolve(each);
    };
    worker.on('message', listen);
  });
}

const ended = (): Promise<number> => new Promise((resolve) => worker.once('exit', resolve));

const connect = {
  profile: { ...plainProfile, broker: { kind: 'sandbox' as const } },
  file,
  folder: '/',
  sandbox: plainSandbox,
};

describe('the engine as a worker', () => {
  it('connects, tells what changes, and hands out records in transferred buffers', async () => {
    start();
    await request('start', { byteBudget: 1_000_000 });
    const changes = message((each) => each.kind === 'changes' && each.changes.records !== undefined);
    await request('follow', { on: true });
    expect(await request('connect', connect)).toMatchObject({ state: 'connected', server: 'sandbox' });
    const told = await changes;
    expect(told.kind === 'changes' && told.changes.records?.firstSeq).toBe(1);
    const batch = await request('records', { fromSeq: 1, anew: true });
    expect([batch.count, batch.atMs.length, batch.kind.length]).toEqual([3, 3, 3]);
    expect((await request('details', { seq: 2 }))?.title).toBe('CONNECT');
  });

  it('answers what fails', async () => {
    start();
    const answer = message((each) => 'id' in each && each.id === 77);
    worker.postMessage({ kind: 'request', id: 77, method: 'nonsense', params: {} });
    expect(await answer).toMatchObject({ kind: 'failure', error: { code: 'unknown-method' } });
    const second = message((each) => 'id' in each && each.id === 78);
    worker.postMessage({ kind: 'request', id: 78, method: 'drop', params: undefined });
    expect(await second).toMatchObject({ kind: 'failure', error: { code: 'internal' } });
    expect(await request('start', { byteBudget: 1_000_000 })).toMatchObject({ clients: [] });
  });

  it('ends in order, so that the thread has nothing left to do', async () => {
    start();
    await request('start', { byteBudget: 1_000_000 });
    await request('connect', connect);
    expect(await request('shutdown', undefined)).toBeUndefined();
  });

  it('ends with an exit code when told to, while a request is under way', async () => {
    start();
    await request('start', { byteBudget: 1_000_000 });
    const exit = ended();
    worker.postMessage({ kind: 'request', id: 99, method: 'connect', params: connect });
    await worker.terminate();
    expect(await exit).toBe(1);
  });

  it('says in the log what nobody has caught, and ends', async () => {
    start();
    const log = message((each) => each.kind === 'log' && each.level === 'error');
    const error = new Promise((resolve) => worker.once('error', resolve));
    const exit = ended();
    worker.postMessage(null);
    expect(await log).toMatchObject({ kind: 'log', message: expect.stringContaining('TypeError') });
    expect(await error).toBeInstanceOf(TypeError);
    expect(await exit).toBe(1);
  });
});
