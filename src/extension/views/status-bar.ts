import { type Disposable, l10n, StatusBarAlignment, type StatusBarItem, ThemeColor, window } from 'vscode';
import type { TapView } from '../../engine/messages.ts';
import { DisposableStore } from '../disposables.ts';
import type { EngineClient } from '../engine/engine-client.ts';
import type { SessionState } from '../engine/session-state.ts';
import { escapeIcons, expectationCountdown, expectationDueAt } from '../ui/words.ts';
import { Refresher } from './refresher.ts';

/** How many clients are connected, ours and those behind taps, and what falls due next. Hidden until there is one. */
export class StatusBar implements Disposable {
  readonly #store = new DisposableStore();
  readonly #item: StatusBarItem;
  readonly #engine: EngineClient;
  readonly #state: SessionState;

  constructor(engine: EngineClient, state: SessionState) {
    this.#engine = engine;
    this.#state = state;
    this.#item = this.#store.add(
      window.createStatusBarItem('mqttSession.status', StatusBarAlignment.Left, 0),
    );
    this.#item.name = l10n.t('MQTT Sessions');
    const refresher = this.#store.add(
      new Refresher({
        draw: () => this.#draw(),
        countsDown: () => state.nextDue(Date.now()) !== undefined,
        visible: true,
      }),
    );
    this.#store.add(state.onDidChange(() => refresher.changed()));
    this.#store.add(engine.onDidChangeStatus(() => refresher.changed()));
  }

  dispose(): void {
    this.#store.dispose();
  }

  #draw(): void {
    if (this.#engine.status === 'failed') {
      this.#drawFailed();
      return;
    }
    const { clients, taps, connections } = this.#state;
    const own = [...clients.values()].filter(
      ({ state }) => state === 'connected' || state === 'frozen',
    ).length;
    const connected = taps.reduce((sum, tap) => sum + openOnBothSides(tap), own);
    if (clients.size === 0 && connections.size === 0) {
      this.#item.hide();
      return;
    }
    const now = Date.now();
    const next = this.#state.nextDue(now);
    const due = next === undefined ? '' : ` · ${expectationCountdown(next.expectation, next.dueAtMs - now)}`;
    this.#item.text = `$(pulse) MQTT ${connected}${escapeIcons(due)}`;
    this.#item.command = 'mqttSession.openTimeline';
    this.#item.backgroundColor = undefined;
    const count = connected === 1 ? l10n.t('1 client connected') : l10n.t('{0} clients connected', connected);
    const spoken = next === undefined ? [] : [expectationDueAt(next.expectation, next.dueAtMs)];
    this.#item.accessibilityInformation = { label: [l10n.t('MQTT'), count, ...spoken].join(', ') };
    this.#item.tooltip = [count, ...spoken, l10n.t('Click to open the timeline.')].join('\n');
    this.#item.show();
  }

  #drawFailed(): void {
    this.#item.text = `$(error) ${l10n.t('MQTT engine ended')}`;
    this.#item.tooltip = l10n.t('Click to start it again.');
    this.#item.accessibilityInformation = { label: l10n.t('MQTT engine ended') };
    this.#item.backgroundColor = new ThemeColor('statusBarItem.errorBackground');
    this.#item.command = 'mqttSession.restartEngine';
    this.#item.show();
  }
}

/** Connections of which no end is known; those beyond what the view lists count, too. */
function openOnBothSides({ connectionsOpen, connections }: TapView): number {
  return connectionsOpen - connections.filter(({ state }) => state === 'half-open').length;
}
