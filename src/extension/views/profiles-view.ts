import { basename, dirname } from 'node:path';
import {
  commands,
  type Disposable,
  EventEmitter,
  l10n,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  window,
} from 'vscode';
import type { ConnectionProfile, ProfileFile } from '../../profile/model.ts';
import { DisposableStore } from '../disposables.ts';
import type { SessionState } from '../engine/session-state.ts';
import { errorsOf } from '../profiles/problems.ts';
import { displayPath, type ProfileFiles, type ProfileSource } from '../profiles/profile-files.ts';
import { brokerText, clientStateWord } from '../ui/words.ts';
import { Refresher } from './refresher.ts';

/** A node: what commands take as their target. */
export type ProfilesNode =
  | { readonly kind: 'file'; readonly file: string; readonly source: ProfileSource }
  | {
      readonly kind: 'profile';
      readonly file: string;
      readonly profile: string;
      readonly source: ProfileSource;
    };

/** The profile files of the workspace, and in each its profiles with their brokers. */
export class ProfilesView implements TreeDataProvider<ProfilesNode>, Disposable {
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #files: ProfileFiles;
  readonly #state: SessionState;
  readonly #store = new DisposableStore();
  readonly #view: TreeView<ProfilesNode>;

  constructor(files: ProfileFiles, state: SessionState) {
    this.#files = files;
    this.#state = state;
    this.#store.add(this.#changed);
    this.#view = this.#store.add(
      window.createTreeView('mqttSession.profiles', { treeDataProvider: this, showCollapseAll: true }),
    );
    const refresher = this.#store.add(
      new Refresher({
        draw: () => this.#changed.fire(undefined),
        countsDown: () => false,
        visible: this.#view.visible,
      }),
    );
    this.#store.add(files.onDidChange(() => refresher.changed()));
    this.#store.add(state.onDidChange(() => refresher.changed()));
    this.#store.add(this.#view.onDidChangeVisibility(({ visible }) => refresher.setVisible(visible)));
  }

  async getChildren(node?: ProfilesNode): Promise<ProfilesNode[]> {
    if (node === undefined) {
      const sources = await this.#files.all();
      // Before that nobody knows whether there are any, and nothing is to be said of it.
      void commands.executeCommand('setContext', 'mqttSession.profilesSearched', true);
      return sources.map((source) => ({ kind: 'file', file: source.uri.toString(), source }));
    }
    if (node.kind === 'profile') return [];
    const { source, file } = node;
    return source.file.names.map(({ name }) => ({ kind: 'profile', file, profile: name, source }));
  }

  getTreeItem(node: ProfilesNode): TreeItem {
    return node.kind === 'file' ? fileItem(node.source) : this.#profileItem(node.source, node.profile);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #profileItem(source: ProfileSource, name: string): TreeItem {
    const file = source.uri.toString();
    const profile = source.file.profiles.find((each) => each.name === name);
    const item = new TreeItem(name, TreeItemCollapsibleState.None);
    item.id = `${file} ${name}`;
    item.command = {
      command: 'mqttSession.openProfile',
      title: l10n.t('Open Profile'),
      arguments: [{ file, profile: name }],
    };
    if (profile === undefined) return unusableItem(item, source, name);
    const clients = [...this.#state.clients.values()].filter(
      (each) => !this.#state.stale && each.file === file && each.profile === name,
    );
    const client = clients.find(({ state }) => state !== 'offline') ?? clients[0];
    const live = client !== undefined && client.state !== 'offline';
    const tap = this.#state.taps.find((each) => each.file === file && each.profile === name);
    item.contextValue = `;profile;${live ? 'live;' : ''}${tap === undefined ? '' : 'tap;'}`;
    item.iconPath = live
      ? new ThemeIcon('vm-active', new ThemeColor('charts.green'))
      : new ThemeIcon('vm-outline');
    item.description = [
      brokerText(profile.broker),
      ...(client === undefined ? [] : [clientStateWord(client.state)]),
      ...(tap === undefined ? [] : [l10n.t('tap at {0}', tap.address)]),
    ].join(' · ');
    item.tooltip = profileTooltip(profile);
    return item;
  }
}

function fileItem(source: ProfileSource): TreeItem {
  const path = displayPath(source.uri);
  const item = new TreeItem(basename(path), TreeItemCollapsibleState.Expanded);
  item.id = source.uri.toString();
  item.resourceUri = source.uri;
  item.iconPath = ThemeIcon.File;
  item.contextValue = ';file;';
  item.tooltip = path;
  const folder = dirname(path);
  const errors = errorCount(source.file);
  item.description = [
    ...(folder === '.' ? [] : [folder]),
    ...(errors === 0 ? [] : [errors === 1 ? l10n.t('1 error') : l10n.t('{0} errors', errors)]),
  ].join(' · ');
  return item;
}

function unusableItem(item: TreeItem, source: ProfileSource, name: string): TreeItem {
  const errors = errorsOf(source, name);
  item.contextValue = ';profile;unusable;';
  item.iconPath = new ThemeIcon('error', new ThemeColor('list.errorForeground'));
  item.description = l10n.t('has errors');
  item.tooltip = errors.map(({ message, code }) => `${message} (${code})`).join('\n');
  return item;
}

function profileTooltip(profile: ConnectionProfile): MarkdownString {
  const rows: [string, string][] = [
    ['Broker', brokerText(profile.broker)],
    ['Client Identifier', profile.clientId === '' ? l10n.t('chosen by the Server') : profile.clientId],
    ['Clean Start', profile.cleanStart ? '1' : '0'],
    ['Keep Alive', `${profile.keepAliveSeconds} s`],
  ];
  if (profile.sessionExpiryInterval !== undefined) {
    const never = profile.sessionExpiryInterval === 0xff_ff_ff_ff;
    rows.push(['Session Expiry Interval', never ? l10n.t('never') : `${profile.sessionExpiryInterval} s`]);
  }
  if (profile.will !== undefined) {
    rows.push(['Will Topic', profile.will.topic]);
    rows.push(['Will Delay Interval', `${profile.will.willDelayInterval ?? 0} s`]);
  }
  const tooltip = new MarkdownString();
  if (profile.description !== undefined) tooltip.appendText(profile.description).appendMarkdown('\n\n');
  for (const [name, value] of rows)
    tooltip.appendMarkdown(`**${name}**: `).appendText(value).appendMarkdown('  \n');
  return tooltip;
}

function errorCount(file: ProfileFile): number {
  return file.diagnostics.filter(({ severity }) => severity === 'error').length;
}
