import { basename } from 'node:path';
import {
  type CancellationToken,
  CancellationTokenSource,
  type Disposable,
  type LogOutputChannel,
  l10n,
  type TestController,
  type TestItem,
  type TestRun,
  type TestRunProfile,
  TestRunProfileKind,
  TestRunRequest,
  tests,
  Uri,
  workspace,
} from 'vscode';
import { DisposableStore } from '../disposables.ts';
import { Cancelled } from '../errors.ts';
import { describeThrown } from '../log.ts';
import { displayPath, type ProfileFiles, type ProfileSource } from '../profiles/profile-files.ts';
import {
  lineStarts,
  makeReady,
  messageAt,
  NotRunnable,
  type Played,
  playScenario,
  type ReadyScenario,
  rangeIn,
  type ScenarioRunParts,
  userErrorText,
} from './scenario-run.ts';
import type { RecordPlace } from './step-message.ts';

/** package.json's menus name it too. */
const controllerId = 'mqttSession.scenarios';

export interface ScenarioTestsParts extends ScenarioRunParts {
  readonly files: ProfileFiles;
  readonly log: LogOutputChannel;
}

/** The scenarios of profile files in the Test Explorer: file, and below it its scenarios. */
export class ScenarioTests implements Disposable {
  readonly #parts: ScenarioTestsParts;
  readonly #store = new DisposableStore();
  readonly #controller: TestController;
  /** Undefined until the workspace is trusted. */
  #profile: TestRunProfile | undefined;
  /** What each item stands for. */
  readonly #names = new WeakMap<TestItem, string>();
  /** Where the trace of the last run is shown, by the id of the item. */
  readonly #places = new Map<string, RecordPlace>();
  #loaded = false;

  constructor(parts: ScenarioTestsParts) {
    this.#parts = parts;
    this.#controller = this.#store.add(tests.createTestController(controllerId, l10n.t('MQTT Scenarios')));
    this.#controller.resolveHandler = async () => {
      await this.#refresh();
    };
    this.#controller.refreshHandler = async () => {
      await this.#refresh();
    };
    this.#store.add(
      parts.files.onDidChange(() => {
        if (this.#loaded) void this.#refresh();
      }),
    );
    if (workspace.isTrusted) this.#offerRun();
    else this.#store.add(workspace.onDidGrantWorkspaceTrust(() => this.#offerRun()));
  }

  /** Every scenario that is known, by its file and name. */
  async all(): Promise<readonly { readonly file: Uri; readonly name: string }[]> {
    await this.#refresh();
    return this.#scenarios().flatMap(({ uri, name }) => (uri === undefined ? [] : [{ file: uri, name }]));
  }

  /** Runs one as the Test Explorer does. Resolves with what came of it; undefined when it is not there. */
  async run(file: Uri, name: string): Promise<Pick<Played, 'outcome'> | undefined> {
    await this.#refresh();
    const item = await this.#find(file, name);
    if (item === undefined || this.#profile === undefined) return undefined;
    const never = new CancellationTokenSource();
    try {
      const [played] = await this.#run(new TestRunRequest([item], undefined, this.#profile), never.token);
      return { outcome: played?.outcome };
    } finally {
      never.dispose();
    }
  }

  /** Where the trace of the last run of an item is shown. */
  placeOf(item: { readonly id: string }): RecordPlace | undefined {
    return this.#places.get(item.id);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #offerRun(): void {
    this.#profile ??= this.#store.add(
      this.#controller.createRunProfile(
        l10n.t('Run'),
        TestRunProfileKind.Run,
        async (request, token) => {
          await this.#run(request, token);
        },
        true,
      ),
    );
  }

  /** Makes the items those of the files as they stand. Items that stay keep their results. */
  async #refresh(): Promise<void> {
    this.#loaded = true;
    const sources = (await this.#parts.files.all()).filter(({ scenarios }) => scenarios.length > 0);
    const wanted = new Set(sources.map(({ uri }) => uri.toString()));
    for (const [id] of this.#controller.items) if (!wanted.has(id)) this.#controller.items.delete(id);
    for (const source of sources) this.#show(source);
  }

  #show(source: ProfileSource): TestItem {
    const { uri, text, scenarios } = source;
    const id = uri.toString();
    const lines = lineStarts(text);
    let file = this.#controller.items.get(id);
    if (file === undefined) {
      file = this.#controller.createTestItem(id, basename(uri.path), uri);
      const path = displayPath(uri);
      file.description = path === basename(uri.path) ? '' : path;
      this.#controller.items.add(file);
    }
    const known = new Set(scenarios.map(({ name }) => idOf(uri, name)));
    for (const [each] of file.children) if (!known.has(each)) file.children.delete(each);
    for (const [index, { name, range }] of scenarios.entries()) {
      const item =
        file.children.get(idOf(uri, name)) ?? this.#controller.createTestItem(idOf(uri, name), name, uri);
      item.range = rangeIn(lines, range);
      // No description: VS Code would tell it to screen readers in the place of the name.
      item.sortText = String(index).padStart(6, '0');
      this.#names.set(item, name);
      file.children.add(item);
    }
    return file;
  }

  async #find(uri: Uri, name: string): Promise<TestItem | undefined> {
    const id = uri.toString();
    // A file outside of the workspace is shown when it is asked for.
    const file = this.#controller.items.get(id) ?? this.#show(await this.#parts.files.read(uri));
    return file.children.get(idOf(uri, name));
  }

  #scenarios(): readonly { readonly item: TestItem; readonly uri: Uri | undefined; readonly name: string }[] {
    const all: TestItem[] = [];
    for (const [, item] of this.#controller.items) all.push(...this.#leaves(item));
    return all.map((item) => ({ item, uri: item.uri, name: this.#names.get(item) ?? '' }));
  }

  #leaves(item: TestItem): readonly TestItem[] {
    if (this.#names.has(item)) return [item];
    const leaves: TestItem[] = [];
    for (const [, child] of item.children) leaves.push(...this.#leaves(child));
    return leaves;
  }

  /** All at the same time: the engine lets those wait that would disturb each other. */
  async #run({ include, exclude }: TestRunRequest, token: CancellationToken): Promise<readonly Played[]> {
    const excluded = new Set((exclude ?? []).flatMap((item) => this.#leaves(item)));
    const asked = include?.flatMap((item) => this.#leaves(item)) ?? this.#scenarios().map(({ item }) => item);
    const items = [...new Set(asked)].filter((item) => !excluded.has(item));
    const run = this.#controller.createTestRun(new TestRunRequest(items, exclude, this.#profile));
    const either = token.isCancellationRequested ? token : run.token;
    for (const item of items) run.enqueued(item);
    const playing: Promise<Played>[] = [];
    try {
      for (const item of items) {
        const ready = await this.#ready(item, run);
        if (ready !== undefined) playing.push(this.#play(ready, run, either));
      }
      return await Promise.all(playing);
    } finally {
      run.end();
    }
  }

  /** Questions are asked one after the other. Undefined when it cannot be run, which the item then tells. */
  async #ready(item: TestItem, run: TestRun): Promise<ReadyScenario | undefined> {
    try {
      const source = await this.#parts.files.read(item.uri ?? Uri.file(''));
      this.#show(source);
      return await makeReady(item, source, this.#names.get(item) ?? '', this.#parts);
    } catch (thrown) {
      if (thrown instanceof Cancelled) run.skipped(item);
      else {
        if (!(thrown instanceof NotRunnable)) this.#parts.log.warn(describeThrown(thrown));
        const text = thrown instanceof NotRunnable ? thrown.message : userErrorText(thrown);
        run.errored(item, messageAt(item, text));
      }
      return undefined;
    }
  }

  async #play(ready: ReadyScenario, run: TestRun, token: CancellationToken): Promise<Played> {
    const played = await playScenario(ready, run, token, this.#parts);
    const { place } = played;
    if (place === undefined) this.#places.delete(ready.item.id);
    else this.#places.set(ready.item.id, place);
    return played;
  }
}

function idOf(uri: Uri, name: string): string {
  return `${uri.toString()}#${name}`;
}
