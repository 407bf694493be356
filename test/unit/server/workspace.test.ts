import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ClientCapabilities,
  DidChangeWatchedFilesNotification,
  DidDeleteFilesNotification,
  DidSaveTextDocumentNotification,
  DocumentDiagnosticRequest,
  FileChangeType,
  type PublishDiagnosticsParams,
  RegistrationRequest,
  WorkspaceFoldersRequest,
} from 'vscode-languageserver/node';
import { type Client, connect, start } from './support/lsp.ts';

const bad = 'profiles:\n  a: { broker: sandbox, keepAlive: soon }\n';
const good = 'profiles:\n  a: { broker: sandbox }\n';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mqtt-server-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): string {
  const whole = join(folder, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, text);
  return pathToFileURL(whole).href;
}

const inFolder = (options: object = {}) => start({ rootUri: pathToFileURL(folder).href, ...options });
const codes = ({ diagnostics }: PublishDiagnosticsParams) => diagnostics.map(({ code }) => code);
const touch = (client: Client, uri: string, type: FileChangeType) =>
  client.connection.sendNotification(DidChangeWatchedFilesNotification.type, { changes: [{ uri, type }] });

describe('the files of a workspace', () => {
  it('are checked though no editor has them open, except in node_modules and .git', async () => {
    write('node_modules/x/a.mqtt.yaml', bad);
    write('.git/a.mqtt.yaml', bad);
    write('a.yaml', bad);
    symlinkSync(folder, join(folder, 'round'));
    const deep = write(
      'deep/er/z.mqtt.json',
      '{ "profiles": { "a": { "broker": "sandbox", "keepAlive": "soon" } } }',
    );
    const first = write('a.mqtt.yml', bad);
    const client = await inFolder();
    const found = [await client.nextDiagnostics(), await client.nextDiagnostics()];
    expect(found.map(({ uri }) => uri).toSorted()).toEqual([first, deep]);
    expect(found.map(codes)).toEqual([['duration-form'], ['duration-form']]);
    // Nothing else has come by the time that something else is said.
    await client.open(good, 'file:///other/x.mqtt.yaml');
    expect(await client.nextDiagnostics()).toMatchObject({ uri: 'file:///other/x.mqtt.yaml' });
  });

  it('are followed when they change, go, and come again', async () => {
    const file = write('a.mqtt.yaml', bad);
    const client = await inFolder();
    expect(codes(await client.nextDiagnostics())).toEqual(['duration-form']);
    write('a.mqtt.yaml', bad.replace('soon', '-1'));
    await touch(client, file, FileChangeType.Changed);
    expect(codes(await client.nextDiagnostics())).toEqual(['out-of-range']);
    rmSync(join(folder, 'a.mqtt.yaml'));
    await touch(client, file, FileChangeType.Deleted);
    expect(codes(await client.nextDiagnostics())).toEqual([]);
    write('a.mqtt.yaml', bad);
    await touch(client, file, FileChangeType.Created);
    expect(codes(await client.nextDiagnostics())).toEqual(['duration-form']);
  });

  it('go with the folder that they are in, and come with it', async () => {
    const inside = write('sub/a.mqtt.yaml', bad);
    const client = await inFolder();
    await client.nextDiagnostics();
    rmSync(join(folder, 'sub'), { recursive: true });
    await touch(client, pathToFileURL(join(folder, 'sub')).href, FileChangeType.Deleted);
    expect(await client.nextDiagnostics()).toMatchObject({ uri: inside, diagnostics: [] });
    const moved = write('sub2/a.mqtt.yaml', bad);
    await touch(client, pathToFileURL(join(folder, 'sub2')).href, FileChangeType.Created);
    expect(await client.nextDiagnostics()).toMatchObject({
      uri: moved,
      diagnostics: [{ code: 'duration-form' }],
    });
    rmSync(join(folder, 'sub2'), { recursive: true });
    await client.connection.sendNotification(DidDeleteFilesNotification.type, {
      files: [{ uri: pathToFileURL(join(folder, 'sub2')).href }],
    });
    expect(await client.nextDiagnostics()).toMatchObject({ uri: moved, diagnostics: [] });
  });

  it('count as they stand in an editor while one has them open, and as on disk after', async () => {
    const file = write('a.mqtt.yaml', bad);
    const client = await inFolder();
    await client.nextDiagnostics();
    await client.open(good, file, 7);
    expect(await client.nextDiagnostics()).toEqual({ uri: file, version: 7, diagnostics: [] });
    await touch(client, file, FileChangeType.Changed);
    await client.close(file);
    expect(await client.nextDiagnostics()).toMatchObject({
      uri: file,
      diagnostics: [{ code: 'duration-form' }],
    });
  });

  it('are one file however its URI is spelled', async () => {
    write('b+(1) ä.mqtt.yaml', bad);
    const client = await inFolder();
    const { uri } = await client.nextDiagnostics();
    const spelled = pathToFileURL(join(folder, 'b+(1) ä.mqtt.yaml')).href;
    expect(spelled).not.toBe(uri);
    await client.open(good, spelled);
    const said = [await client.nextDiagnostics(), await client.nextDiagnostics()];
    expect(said.map(({ uri: of, diagnostics }) => [of, diagnostics.length]).toSorted()).toEqual(
      [
        [spelled, 0],
        [uri, 0],
      ].toSorted(),
    );
  });

  it('are asked to be watched where the client can', async () => {
    const client = connect();
    const registered = new Promise((settle) =>
      client.connection.onRequest(RegistrationRequest.type, (params) => settle(params)),
    );
    await client.initialize({
      capabilities: { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } },
    });
    expect(await registered).toMatchObject({
      registrations: [
        {
          method: 'workspace/didChangeWatchedFiles',
          registerOptions: {
            watchers: [{ globPattern: '**/*.mqtt.{yaml,yml,json}' }, { globPattern: '**' }],
          },
        },
      ],
    });
    await client.stop();
  });

  it('are those of the folders that the client tells of', async () => {
    const file = write('a.mqtt.yaml', bad);
    const client = connect();
    client.connection.onRequest(WorkspaceFoldersRequest.type, () => [
      { uri: pathToFileURL(folder).href, name: 'lab' },
    ]);
    client.connection.onRequest(RegistrationRequest.type, () => undefined);
    await client.initialize({ capabilities: { workspace: { workspaceFolders: true } } });
    expect(await client.nextDiagnostics()).toMatchObject({ uri: file });
  });

  it('include those that profiles name: one that is missing is told, until it is there', async () => {
    const client = await inFolder();
    const file = pathToFileURL(join(folder, 'tls.mqtt.yaml')).href;
    await client.open('profiles:\n  a: { broker: "mqtts://h", tls: { ca: ./ca.pem } }\n', file);
    const missing = await client.diagnosticsWhere(({ diagnostics }) => diagnostics.length > 0);
    expect(codes(missing)).toEqual(['file-missing']);
    const ca = write('ca.pem', 'x');
    await touch(client, ca, FileChangeType.Created);
    expect(await client.nextDiagnostics()).toMatchObject({ diagnostics: [] });
    rmSync(join(folder, 'ca.pem'));
    await client.connection.sendNotification(DidSaveTextDocumentNotification.type, {
      textDocument: { uri: file },
    });
    expect(codes(await client.nextDiagnostics())).toEqual(['file-missing']);
  });
});

describe('two files that collide', () => {
  const profile = 'profiles:\n  a: { broker: "mqtt://h", clientId: same }\n';

  it('are told both, each with the other end, and neither once one of them is mended', async () => {
    const [one, two] = ['file:///lab/one.mqtt.yaml', 'file:///lab/two.mqtt.yaml'];
    const client = await start();
    await client.open(profile, one);
    await client.nextDiagnostics();
    await client.open(profile, two);
    const said = [await client.nextDiagnostics(), await client.nextDiagnostics()].toSorted((a, b) =>
      a.uri < b.uri ? -1 : 1,
    );
    expect(said.map(codes)).toEqual([['client-id-shared'], ['client-id-shared']]);
    expect(said.map(({ diagnostics }) => diagnostics[0]?.relatedInformation?.[0]?.location.uri)).toEqual([
      two,
      one,
    ]);
    await client.change(2, [{ text: profile.replace('same', 'other') }], two);
    const after = [await client.nextDiagnostics(), await client.nextDiagnostics()];
    expect(after.map(codes)).toEqual([[], []]);
  });
});

describe('a client that pulls diagnostics', () => {
  const capabilities: ClientCapabilities = { textDocument: { diagnostic: {} } };

  it('is answered for open files, and told only of those that are closed', async () => {
    const file = write('a.mqtt.yaml', bad);
    const client = await inFolder({ capabilities });
    expect(client.initialized?.capabilities.diagnosticProvider).toMatchObject({
      interFileDependencies: true,
    });
    expect(codes(await client.nextDiagnostics())).toEqual(['duration-form']);
    await client.open(bad.replace('soon', '-1'), file);
    // What was pushed is taken back: it would stand beside what is pulled.
    expect(await client.nextDiagnostics()).toMatchObject({ uri: file, diagnostics: [] });
    const pull = (previousResultId?: string) =>
      client.connection.sendRequest(DocumentDiagnosticRequest.type, {
        textDocument: { uri: file },
        ...(previousResultId === undefined ? {} : { previousResultId }),
      });
    const report = await pull();
    expect(report).toMatchObject({ kind: 'full', items: [{ code: 'out-of-range' }] });
    expect(await pull(report.resultId)).toEqual({ kind: 'unchanged', resultId: report.resultId });
    await client.change(2, [{ text: good }], file);
    expect(await pull(report.resultId)).toMatchObject({ kind: 'full', items: [] });
  });

  it('may ask for them to be pushed all the same', async () => {
    const client = await start({ capabilities, initializationOptions: { pushDiagnostics: true } });
    expect(client.initialized?.capabilities.diagnosticProvider).toBeUndefined();
  });
});
