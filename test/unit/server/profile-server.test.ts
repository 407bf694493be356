import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createConnection,
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageReader,
  type MessageWriter,
  ProposedFeatures,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { profileLanguageId } from '../../../src/server/messages.ts';
import { serveProfiles } from '../../../src/server/profile-server.ts';

const uri = 'file:///lab/demo.mqtt.yaml';
const good = 'profiles:\n  demo:\n    broker: sandbox\n';
const wildcard = `${good}    will: { topic: a/#, payload: gone }\n`;

/** A client over the real protocol, which hands out diagnostics in the order they come. */
class Client {
  readonly connection: ProtocolConnection;
  readonly #arrived: PublishDiagnosticsParams[] = [];
  readonly #waiting: ((params: PublishDiagnosticsParams) => void)[] = [];

  constructor(reader: MessageReader, writer: MessageWriter) {
    this.connection = createProtocolConnection(reader, writer);
    this.connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#arrived.push(params);
      else next(params);
    });
    this.connection.listen();
  }

  async initialize() {
    const result = await this.connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
    });
    await this.connection.sendNotification(InitializedNotification.type, {});
    return result;
  }

  open(text: string) {
    return this.connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: profileLanguageId, version: 1, text },
    });
  }

  nextDiagnostics(): Promise<PublishDiagnosticsParams> {
    const next = this.#arrived.shift();
    return next === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(next);
  }

  async stop() {
    await this.connection.sendRequest(ShutdownRequest.type);
    await this.connection.sendNotification(ExitNotification.type);
  }
}

describe('the language server, over streams in memory', () => {
  const cleanups: (() => void)[] = [];
  afterEach(() => {
    for (const cleanup of cleanups.splice(0)) cleanup();
  });

  async function start() {
    const toServer = new PassThrough();
    const toClient = new PassThrough();
    const server = createConnection(
      ProposedFeatures.all,
      new StreamMessageReader(toServer),
      new StreamMessageWriter(toClient),
    );
    serveProfiles(server);
    const client = new Client(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
    cleanups.push(() => {
      client.connection.dispose();
      server.dispose();
    });
    return { client, initialized: await client.initialize() };
  }

  it('takes documents whole when they open and in pieces when they change', async () => {
    const { initialized } = await start();
    expect(initialized.capabilities.textDocumentSync).toMatchObject({ openClose: true, change: 2 });
  });

  it('says of a good file that nothing is wrong', async () => {
    const { client } = await start();
    await client.open(good);
    expect(await client.nextDiagnostics()).toEqual({ uri, version: 1, diagnostics: [] });
  });

  it('puts each diagnostic on the value itself, with its code', async () => {
    const { client } = await start();
    await client.open(wildcard);
    const { diagnostics } = await client.nextDiagnostics();
    expect(diagnostics).toMatchObject([
      {
        code: 'will-topic-wildcard',
        source: 'mqtt',
        severity: 1,
        range: { start: { line: 3, character: 19 }, end: { line: 3, character: 22 } },
      },
    ]);
  });

  it('follows every edit, and says which version it speaks of', async () => {
    const { client } = await start();
    await client.open(wildcard);
    await client.nextDiagnostics();
    const change = (version: number, character: number, end: number, text: string) =>
      client.connection.sendNotification(DidChangeTextDocumentNotification.type, {
        textDocument: { uri, version },
        contentChanges: [
          { range: { start: { line: 3, character }, end: { line: 3, character: end } }, text },
        ],
      });
    await change(2, 21, 22, 'b');
    await change(3, 21, 22, '+');
    expect(await client.nextDiagnostics()).toMatchObject({ version: 2, diagnostics: [] });
    expect(await client.nextDiagnostics()).toMatchObject({
      version: 3,
      diagnostics: [{ code: 'will-topic-wildcard' }],
    });
  });

  it('takes its diagnostics back when the document closes', async () => {
    const { client } = await start();
    await client.open(wildcard);
    await client.nextDiagnostics();
    await client.connection.sendNotification(DidCloseTextDocumentNotification.type, {
      textDocument: { uri },
    });
    expect(await client.nextDiagnostics()).toMatchObject({ uri, diagnostics: [] });
  });
});

describe('the language server, as the bundle that is shipped', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-server-'));
  const bundle = join(folder, 'server.js');
  const processes: ChildProcess[] = [];

  beforeAll(async () => {
    await esbuild.build({
      entryPoints: [fileURLToPath(new URL('../../../src/server/main.ts', import.meta.url))],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      logLevel: 'warning',
    });
  });
  afterAll(() => {
    for (const child of processes) child.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['--stdio', '--node-ipc'])('starts with %s, speaks, and ends when told to', async (transport) => {
    const ipc = transport === '--node-ipc';
    const child = spawn(process.execPath, [bundle, transport], {
      stdio: ipc ? ['ignore', 'ignore', 'inherit', 'ipc'] : ['pipe', 'pipe', 'inherit'],
    });
    processes.push(child);
    const exited = once(child, 'exit');
    const client =
      child.stdin === null || child.stdout === null
        ? new Client(new IPCMessageReader(child), new IPCMessageWriter(child))
        : new Client(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
    await client.initialize();
    await client.open(wildcard);
    expect(await client.nextDiagnostics()).toMatchObject({ diagnostics: [{ code: 'will-topic-wildcard' }] });
    await client.stop();
    expect(await exited).toEqual([0, null]);
    client.connection.dispose();
  });

  it('says how to start it when it is told no transport', async () => {
    const child = spawn(process.execPath, [bundle], { stdio: ['ignore', 'ignore', 'pipe'] });
    processes.push(child);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    expect(await once(child, 'close')).toEqual([2, null]);
    expect(said).toContain('--stdio');
  });
});
