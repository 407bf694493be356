import {
  type Disposable,
  EventEmitter,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  window,
} from 'vscode';
import { DisposableStore } from '../disposables.ts';
import type { SessionState } from '../engine/session-state.ts';
import { Refresher } from './refresher.ts';
import { brokerCountsDown } from './sandbox-model.ts';
import { type SessionsNode, sessionsTree } from './sessions-model.ts';

/** Servers, their clients, and what becomes of their sessions and wills, with live countdowns. */
export class SessionsView implements TreeDataProvider<SessionsNode>, Disposable {
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #state: SessionState;
  readonly #store = new DisposableStore();
  readonly #view: TreeView<SessionsNode>;

  constructor(state: SessionState) {
    this.#state = state;
    this.#store.add(this.#changed);
    this.#view = this.#store.add(
      window.createTreeView('mqttSession.sessions', { treeDataProvider: this, showCollapseAll: true }),
    );
    const refresher = this.#store.add(
      new Refresher({
        draw: () => this.#changed.fire(undefined),
        countsDown: () => {
          const now = Date.now();
          return (
            state.nextDue(now) !== undefined || state.sandboxes.some((each) => brokerCountsDown(each, now))
          );
        },
        visible: this.#view.visible,
      }),
    );
    this.#store.add(state.onDidChange(() => refresher.changed()));
    this.#store.add(this.#view.onDidChangeVisibility(({ visible }) => refresher.setVisible(visible)));
  }

  /** The selected node: what key bindings act on. */
  get selection(): SessionsNode | undefined {
    return this.#view.selection[0];
  }

  getChildren(node?: SessionsNode): SessionsNode[] {
    return [...(node === undefined ? sessionsTree(this.#state, Date.now()) : node.children)];
  }

  getTreeItem(node: SessionsNode): TreeItem {
    const item = new TreeItem(node.label, collapsibleState(node));
    // VS Code keeps what it was told first about an id: a node that gets its first children is a new one to it.
    item.id = node.children.length > 0 ? node.id : `${node.id} (leaf)`;
    item.description = node.description;
    item.contextValue = node.context;
    item.iconPath = new ThemeIcon(
      node.icon.name,
      node.icon.color === undefined ? undefined : new ThemeColor(node.icon.color),
    );
    item.tooltip = node.description === '' ? node.label : `${node.label}\n${node.description}`;
    item.accessibilityInformation = { label: node.spoken };
    return item;
  }

  dispose(): void {
    this.#store.dispose();
  }
}

function collapsibleState({ children, collapsed }: SessionsNode): TreeItemCollapsibleState {
  if (children.length === 0) return TreeItemCollapsibleState.None;
  return collapsed === true ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.Expanded;
}
