import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commands, type Extension, extensions } from 'vscode';
import type { ClientView } from '../../../src/engine/messages.ts';
import type { MqttSessionApi, SessionSnapshot } from '../../../src/extension/api.ts';
import type { SessionsNode } from '../../../src/extension/views/sessions-model.ts';

export const extensionId = 'mqtt-session-debugger.mqtt-session-debugger';

export function theExtension(): Extension<MqttSessionApi> {
  const extension = extensions.getExtension<MqttSessionApi>(extensionId);
  if (extension === undefined) throw new Error(`${extensionId} is not installed`);
  return extension;
}

/** The extension's API; activates it if need be. */
export async function theApi(): Promise<MqttSessionApi> {
  return theExtension().activate();
}

const folders: string[] = [];

/** A copy of a sample profile file, so that each test has a sandbox broker and sessions of its own. */
export function sample(name: string): string {
  return profileFile(readFileSync(join(theExtension().extensionPath, 'samples', name), 'utf8'), name);
}

/** A profile file of this text, outside of the workspace. */
export function profileFile(text: string, name = 'test.mqtt.yaml'): string {
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-session-host-'));
  folders.push(folder);
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Runs a command of the extension by its name without the prefix. */
export function run<T = unknown>(command: string, target?: unknown): Thenable<T> {
  return commands.executeCommand<T>(`mqttSession.${command}`, target);
}

/** Connects a profile that must be accepted. */
export async function connected(file: string, profile: string): Promise<ClientView> {
  const client = await run<ClientView | undefined>('connect', { file, profile });
  if (client === undefined) throw new Error(`${profile} of ${file} did not connect`);
  return client;
}

/** Waits until the extension shows what the condition asks for. */
export async function until(condition: (snapshot: SessionSnapshot) => boolean): Promise<SessionSnapshot> {
  return (await theApi()).whenChanged(condition);
}

/** What is newest for a client among the entities of a snapshot. */
export function newestOf(client: ClientView, { entities }: SessionSnapshot) {
  const its = (each: { readonly server: string; readonly clientId: string }) =>
    each.server === client.server && each.clientId === client.clientId;
  const expectations = entities.expectations.filter(its);
  return {
    connection: entities.connections.findLast(its),
    session: entities.sessions.findLast(its),
    will: entities.wills.findLast(its),
    willDue: expectations.findLast(({ kind }) => kind === 'will'),
    sessionEnd: expectations.findLast(({ kind }) => kind === 'session-end'),
  };
}

/** A client as it is now. */
export function now(client: ClientView, { clients }: SessionSnapshot): ClientView | undefined {
  return clients.find(({ key }) => key === client.key);
}

/** A server of the Sessions view as lines, indented by depth: `label | description`. */
export async function sessionsLines(server: string): Promise<string[]> {
  const lines: string[] = [];
  const add = (node: SessionsNode, depth: number) => {
    lines.push(`${'  '.repeat(depth)}${node.label} | ${node.description}`);
    for (const child of node.children) add(child, depth + 1);
  };
  const roots = await commands.executeCommand<readonly SessionsNode[]>('mqttSession.test.sessions');
  for (const root of roots) if (root.label === server) add(root, 0);
  return lines;
}

/** Ends every client and sandbox, empties the trace, closes all editors, and removes the files of the test. */
export async function putBack(): Promise<void> {
  const { engine, clients } = (await theApi()).snapshot();
  if (engine === 'running') {
    for (const { key, state } of clients) if (state !== 'offline') await run('drop', { client: key });
    await until((now) => now.clients.every(({ state }) => state === 'offline'));
    for (const { key } of (await theApi()).snapshot().taps) await run('stopTap', { tap: key });
    for (const { file } of (await theApi()).snapshot().sandboxes) await run('stopSandbox', { file });
    await run('clearTrace');
    await until((now) => now.clients.length === 0 && now.sandboxes.length + now.taps.length === 0);
  }
  await commands.executeCommand('workbench.action.closeAllEditors');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
