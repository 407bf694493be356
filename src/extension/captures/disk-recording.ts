import { statSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { commands, type Disposable, type LogOutputChannel, l10n, Uri, window, workspace } from 'vscode';
import { DisposableStore } from '../disposables.ts';
import type { EngineClient } from '../engine/engine-client.ts';
import { describeThrown } from '../log.ts';
import { captureViewType } from './capture-editor.ts';

/** A file of this length, and the one before it, are kept. In bytes. */
const limitBytes = 67_108_864;
/** So many recordings that nobody has asked for are kept. */
const leftLimit = 5;
/** A recording that holds nothing but its head is no longer. In bytes. */
const emptyBytes = 400;
/** The process that writes it, when it began, and whether it is the part before. */
const recordingName = /^(\d+)-\d+(\.1)?\.pcapng$/;

/**
 * Has the engine write its trace to disk while it records, passwords replaced, so that it outlives a VS Code that dies. What a window
 * leaves that ends as it should is removed; what another one has left is offered.
 */
export class DiskRecording implements Disposable {
  readonly #folder: string;
  readonly #engine: EngineClient;
  readonly #log: LogOutputChannel;
  readonly #store = new DisposableStore();
  #begun: Promise<unknown> = Promise.resolve();
  #path: string | undefined;
  #last: string | undefined;

  constructor(storage: Uri, engine: EngineClient, log: LogOutputChannel) {
    this.#folder = join(storage.fsPath, 'recordings');
    this.#engine = engine;
    this.#log = log;
    this.#store.add(
      engine.onDidEnd(() => {
        this.#last = this.#path !== undefined && holdsRecords(this.#path) ? this.#path : undefined;
        this.#path = undefined;
        void commands.executeCommand('setContext', 'mqttSession.hasRecording', this.#last !== undefined);
      }),
    );
    this.#store.add(
      engine.onDidStart(() => {
        this.#begun = this.#begin().catch((thrown: unknown) => {
          this.#log.warn(`The trace is not recorded to disk: ${describeThrown(thrown)}`);
        });
      }),
    );
  }

  /** What the engine saw that ended last by itself; undefined when nothing was recorded. It stays, and is offered at the next start. */
  get last(): Uri | undefined {
    return this.#last === undefined ? undefined : Uri.file(this.#last);
  }

  /** Offers the newest recording that a window has left which did not end as it should. Resolves when the user was asked. */
  async offerLeft(): Promise<void> {
    const left = await this.#left();
    const [newest, ...others] = left;
    for (const path of others.slice(leftLimit - 1)) await rm(path, { force: true });
    if (newest === undefined) return;
    const open = l10n.t('Open');
    const remove = l10n.t('Delete');
    const message = l10n.t(
      'VS Code or the MQTT engine did not end as it should. What was seen of MQTT sessions up to then was recorded.',
    );
    void window.showInformationMessage(message, open, remove).then(async (chosen) => {
      if (chosen === open)
        await commands.executeCommand('vscode.openWith', Uri.file(newest), captureViewType);
      else if (chosen === remove) await Promise.all(left.map((path) => rm(path, { force: true })));
    });
  }

  /** All went well and the engine has ended: nobody needs the recording. */
  async end(): Promise<void> {
    await this.#begun;
    if (this.#path === undefined) return;
    await rm(this.#path, { force: true });
    await rm(this.#path.replace(/\.pcapng$/, '.1.pcapng'), { force: true });
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #begin(): Promise<void> {
    if (!workspace.getConfiguration('mqttSession').get('recordToDisk', true)) return;
    await mkdir(this.#folder, { recursive: true });
    const path = join(this.#folder, `${process.pid}-${Date.now()}.pcapng`);
    this.#path = path;
    await this.#engine.request('record', { path, mask: true, limitBytes });
  }

  /** Recordings of processes that are gone, the newest first. */
  async #left(): Promise<readonly string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const left: { readonly path: string; readonly atMs: number }[] = [];
    for (const name of names) {
      const [, pid] = recordingName.exec(name) ?? [];
      if (pid === undefined || isAlive(Number(pid))) continue;
      const path = join(this.#folder, name);
      const { size, mtimeMs } = await stat(path);
      if (size < emptyBytes) await rm(path, { force: true });
      else left.push({ path, atMs: mtimeMs });
    }
    return left.sort((a, b) => b.atMs - a.atMs).map(({ path }) => path);
  }
}

function holdsRecords(path: string): boolean {
  try {
    return statSync(path).size >= emptyBytes;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}
